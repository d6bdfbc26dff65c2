#include "tests/fuzz/codecs_target.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "absl/status/statusor.h"
#include "common/auth/principal.h"
#include "common/filter/filter.h"
#include "common/rpc/listen_address.h"
#include "common/service/list.h"
#include "common/service/sealed_text.h"
#include "common/service/snapshot_cursor.h"
#include "common/storage/keys.h"
#include "common/storage/position.h"
#include "common/storage/rocksdb_snapshot.h"
#include "weft/registry/v1/site.pb.h"

namespace weft {
namespace {

using storage::KeyReader;
using storage::KeyWriter;
using storage::Position;

void Expect(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "codec check failed: %s\n", what);
  std::abort();
}

// Numbers and texts made from the input, front to back; zeros and "" when it is used up.
class Source {
 public:
  explicit Source(absl::string_view bytes) : rest_(bytes) {}

  uint64_t Number() {
    uint64_t number = 0;
    const size_t size = std::min(rest_.size(), sizeof(number));
    std::memcpy(&number, rest_.data(), size);
    rest_.remove_prefix(size);
    return number;
  }
  uint8_t Byte() {
    if (rest_.empty()) return 0;
    const uint8_t byte = static_cast<uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return byte;
  }
  std::string Text() {
    const size_t size = std::min<size_t>(Byte() % 32, rest_.size());
    const std::string text(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return text;
  }
  absl::string_view rest() const { return rest_; }

 private:
  absl::string_view rest_;
};

// Any bytes read as a key of one shape.
void CheckReadKey(absl::string_view bytes) {
  KeyReader reader(bytes);
  const uint16_t table = reader.Table();
  const std::string text = reader.String();
  const uint64_t number = reader.Uint64();
  const uint8_t byte = reader.Byte();
  if (!reader.Finish().ok()) return;
  const std::string again = KeyWriter(table).String(text).Uint64(number).Byte(byte).Build();
  Expect(again == bytes, "a key that was read is written as other bytes");
}

void CheckKeyOrder(absl::string_view bytes) {
  using Parts = std::tuple<std::string, std::string, uint64_t>;
  Source source(bytes);
  const auto make = [&source] {
    std::string first = source.Text();
    std::string second = source.Text();
    return Parts(std::move(first), std::move(second), source.Number());
  };
  const auto key = [](const Parts& parts) {
    return KeyWriter(7)
        .String(std::get<0>(parts))
        .String(std::get<1>(parts))
        .Uint64(std::get<2>(parts))
        .Build();
  };
  const Parts a = make();
  const Parts b = make();
  Expect((a < b) == (key(a) < key(b)), "keys are in another order than their parts");
  Expect((a == b) == (key(a) == key(b)), "two keys are the same and their parts are not");
  const storage::KeyRange under = KeyWriter(7).String(std::get<0>(a)).Prefix();
  const bool covered = key(b) >= under.begin && (under.end.empty() || key(b) < under.end);
  Expect(covered == (std::get<0>(a) == std::get<0>(b)), "a prefix covers what it must not");
}

void CheckPosition(absl::string_view text) {
  const absl::StatusOr<Position> position = Position::Parse(text);
  if (position.ok()) Expect(position->ToString() == text, "a position has two texts");
}

void CheckToken(absl::string_view text) {
  const std::optional<std::string> bytes = service::Unseal("fuzz", text);
  if (bytes.has_value()) Expect(service::Seal("fuzz", *bytes) == text, "a seal has two texts");
  const std::string sealed = service::Seal("fuzz", text);
  Expect(service::Unseal("fuzz", sealed) == std::string(text), "a seal does not open");
  Expect(!service::Unseal("other", sealed).has_value(), "a seal opens as another kind");
}

void CheckPageToken(absl::string_view bytes) {
  Source source(bytes);
  registry::v1::ListSitesRequest request;
  request.set_page_size(static_cast<int32_t>(source.Number()));
  const bool negative = request.page_size() < 0;
  request.set_page_token(service::NextPageToken(request, source.rest()));
  const absl::StatusOr<storage::PageRequest> page = service::ReadPage(request);
  Expect(page.ok() != negative, "a page of its own token is refused");
  if (page.ok()) Expect(page->after == source.rest(), "a page token forgets its key");
  request.set_page_token(std::string(source.rest()));
  service::ReadPage(request).status().IgnoreError();
}

void CheckCursor(absl::string_view bytes) {
  Source source(bytes);
  const uint64_t filter = source.Number();
  service::SnapshotCursor cursor;
  cursor.start = Position(source.Number() | 1, source.Number());
  cursor.type = source.Text();
  cursor.count = source.Number();
  cursor.after = std::string(source.rest());
  const auto read = service::SnapshotCursor::Parse(cursor.ToText(filter), filter);
  Expect(read.ok() && read->has_value(), "a cursor does not read its own text");
  const service::SnapshotCursor& got = **read;
  Expect(got.start == cursor.start && got.type == cursor.type && got.after == cursor.after &&
             got.count == cursor.count,
         "a cursor comes back changed");
  Expect(!service::SnapshotCursor::Parse(cursor.ToText(filter), filter + 1).ok(),
         "a cursor serves another filter");
  service::SnapshotCursor::Parse(bytes, filter).status().IgnoreError();
}

void CheckFeedRecords(absl::string_view bytes) {
  std::vector<std::string> records;
  if (!storage::DecodeFeedRecords(rocksdb::Slice(bytes.data(), bytes.size()), records)) return;
  std::string written;
  const storage::FeedRecords encoded(records);
  const rocksdb::SliceParts parts = encoded.parts();
  for (int i = 0; i < parts.num_parts; ++i) {
    written.append(parts.parts[i].data(), parts.parts[i].size());
  }
  std::vector<std::string> again;
  Expect(storage::DecodeFeedRecords(written, again) && again == records,
         "feed records come back changed");
}

void CheckPrincipal(absl::string_view text) {
  const absl::StatusOr<auth::Principal> principal = auth::ParsePrincipal(text);
  if (principal.ok()) Expect(principal->name == text, "a principal has another name than its text");
}

void CheckListenAddress(absl::string_view text) {
  const absl::StatusOr<rpc::ListenAddress> address = rpc::ParseListenAddress(text);
  if (!address.ok()) return;
  const absl::StatusOr<rpc::ListenAddress> again = rpc::ParseListenAddress(address->ToString());
  Expect(again.ok() && again->host == address->host && again->port == address->port,
         "an address does not read its own text");
}

void CheckFilter(absl::string_view text) {
  const absl::StatusOr<filter::Expression> read = filter::Parse(text);
  if (!read.ok()) return Expect(!read.status().message().empty(), "a filter is refused in silence");
  const std::string written = filter::ToText(*read);
  // Quotes and backslashes make it longer.
  if (written.size() > filter::kMaxBytes) return;
  const absl::StatusOr<filter::Expression> again = filter::Parse(written);
  Expect(again.ok() && *again == *read, "a filter does not read its own text");
}

}  // namespace

void CheckCodecs(absl::string_view input) {
  constexpr void (*kChecks[])(absl::string_view) = {
      CheckReadKey, CheckKeyOrder,    CheckPosition,  CheckToken,         CheckPageToken,
      CheckCursor,  CheckFeedRecords, CheckPrincipal, CheckListenAddress, CheckFilter,
  };
  if (input.empty()) return;
  const size_t which = static_cast<uint8_t>(input.front()) % std::size(kChecks);
  kChecks[which](input.substr(1));
}

}  // namespace weft
