#include "common/service/snapshot_cursor.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/service/sealed_text.h"
#include "common/storage/keys.h"

namespace weft::service {
namespace {

constexpr absl::string_view kPrefix = "snapshot.";
constexpr absl::string_view kKind = "snapshot cursor 1";
// Key writers want a table; these are no keys.
constexpr uint16_t kNoTable = 0;

}  // namespace

std::string SnapshotCursor::ToText(uint64_t filter_hash) const {
  return absl::StrCat(kPrefix, Seal(kKind, storage::KeyWriter(kNoTable)
                                               .Uint64(filter_hash)
                                               .String(start.ToString())
                                               .String(type)
                                               .String(after)
                                               .Uint64(count)
                                               .Build()));
}

absl::StatusOr<std::optional<SnapshotCursor>> SnapshotCursor::Parse(absl::string_view text,
                                                                    uint64_t filter_hash) {
  if (!absl::ConsumePrefix(&text, kPrefix)) return std::optional<SnapshotCursor>();
  const std::optional<std::string> bytes = Unseal(kKind, text);
  SnapshotCursor cursor;
  bool valid = bytes.has_value();
  if (valid) {
    storage::KeyReader reader(*bytes);
    reader.Table();
    valid = reader.Uint64() == filter_hash;
    absl::StatusOr<storage::Position> start = storage::Position::Parse(reader.String());
    valid = valid && start.ok();
    if (start.ok()) cursor.start = *start;
    cursor.type = reader.String();
    cursor.after = reader.String();
    cursor.count = reader.Uint64();
    valid = valid && reader.Finish().ok();
  }
  if (valid) return std::optional<SnapshotCursor>(std::move(cursor));
  return FieldViolations()
      .Add("resume_position",
           "belongs to a snapshot with another parent or other types, or is damaged; send it with "
           "the fields that it was received for, or start the snapshot again without it")
      .ToStatus("POSITION_INVALID");
}

}  // namespace weft::service
