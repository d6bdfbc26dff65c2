#include "services/registry/store/partnership_store.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/storage/keys.h"
#include "google/rpc/error_details.pb.h"
#include "services/registry/domain/names.h"
#include "services/registry/domain/partnership.h"

namespace weft::registry {
namespace {

using google::protobuf::Timestamp;
using storage::Entry;
using storage::KeyRange;
using storage::KeyWriter;
using storage::Page;
using storage::PageRequest;
using storage::Reader;
using storage::Transaction;
using v1::Partnership;

constexpr char kOpenTie[] = "open_tie";
constexpr char kOrganization[] = "organization";
constexpr char kOpenTieTaken[] = "PARTNERSHIP_OPEN_TIE_TAKEN";

// Rows that are read in one step, and how many a page with a filter looks at in all.
constexpr size_t kChunk = 256;
constexpr size_t kMaxExamined = 20'000;

storage::TableOptions<Partnership> Options() {
  storage::TableOptions<Partnership> options;
  options.feed = true;
  options.unique = {{kOpenTie, &OpenTieKeys}};
  options.secondary = {{kOrganization, [](const Partnership& partnership) {
                          return std::vector<std::string>{partnership.organization()};
                        }}};
  return options;
}

// Times before 1970 are all taken as 1970: nothing was recorded then.
uint64_t Nanos(const Timestamp& time) {
  constexpr uint64_t kNanosPerSecond = 1'000'000'000;
  // The last second whose nanoseconds fit.
  constexpr int64_t kLastSecond = 18'446'744'072;
  if (time.seconds() < 0) return 0;
  return static_cast<uint64_t>(std::min(time.seconds(), kLastSecond)) * kNanosPerSecond +
         static_cast<uint64_t>(time.nanos());
}

// Answers which tie is in the way, when a write failed because of one.
absl::Status Explain(const Partnership& partnership, absl::Status status) {
  google::rpc::ErrorInfo info;
  if (ReasonOf(status) != kOpenTieTaken || !GetDetail(status, info)) return status;
  const auto existing = info.metadata().find("existing");
  return existing == info.metadata().end() ? status : OpenTieTaken(partnership, existing->second);
}

}  // namespace

PartnershipStore::PartnershipStore(uint16_t table, uint16_t history_table, uint16_t mark_table)
    : table_(table, kPartnershipPattern, Options()),
      history_table_(history_table),
      mark_table_(mark_table) {}

Task<absl::StatusOr<std::optional<Partnership>>> PartnershipStore::FindAsKnownAt(
    Reader& reader, std::string name, Timestamp time) const {
  KeyRange range;
  range.begin = HistoryKey(name, 0);
  range.end = HistoryKey(name, Nanos(time)) + '\0';
  const storage::ScanOptions last{.limit = 1, .reverse = true};
  absl::StatusOr<std::vector<Entry>> entries = co_await reader.Scan(std::move(range), last);
  WEFT_CO_RETURN_IF_ERROR(entries.status());
  if (entries->empty()) co_return std::optional<Partnership>();
  Partnership partnership;
  if (!partnership.ParseFromString(entries->front().value)) {
    co_return Error(absl::StatusCode::kDataLoss, "ROW_CORRUPT",
                    absl::StrCat("the history of \"", name, "\" does not parse"), {{"name", name}});
  }
  co_return std::optional<Partnership>(std::move(partnership));
}

Task<absl::Status> PartnershipStore::Insert(Transaction& txn, Partnership& partnership) const {
  absl::Status inserted = co_await table_.Insert(txn, partnership);
  if (!inserted.ok()) co_return Explain(partnership, std::move(inserted));
  Remember(txn, nullptr, partnership);
  txn.Put(MarkOf(SiteOf(partnership.name())), "");
  co_return absl::OkStatus();
}

Task<absl::Status> PartnershipStore::Update(Transaction& txn, const Partnership& before,
                                            Partnership& partnership,
                                            std::string expected_etag) const {
  absl::Status updated = co_await table_.Update(txn, partnership, std::move(expected_etag));
  if (!updated.ok()) co_return Explain(partnership, std::move(updated));
  if (partnership.etag() != before.etag()) Remember(txn, &before, partnership);
  co_return absl::OkStatus();
}

Task<absl::StatusOr<Page<Partnership>>> PartnershipStore::List(Reader& reader, std::string parent,
                                                               std::string organization,
                                                               PageRequest page,
                                                               Filter filter) const {
  if (organization.empty()) {
    absl::StatusOr<Page<Partnership>> all =
        co_await table_.List(reader, std::move(parent), std::move(page), std::move(filter));
    co_return all;
  }
  if (parent != kEverySite) {
    Filter keep = [&organization, &filter](const Partnership& partnership) {
      return partnership.organization() == organization &&
             (filter == nullptr || filter(partnership));
    };
    absl::StatusOr<Page<Partnership>> of_both =
        co_await table_.List(reader, std::move(parent), std::move(page), std::move(keep));
    co_return of_both;
  }
  Page<Partnership> result;
  for (size_t examined = 0; examined < kMaxExamined;) {
    PageRequest part{.limit = std::min(page.limit - result.rows.size(), kChunk),
                     .after = std::move(page.after)};
    absl::StatusOr<Page<Partnership>> rows =
        co_await table_.ListByIndex(reader, kOrganization, organization, std::move(part));
    WEFT_CO_RETURN_IF_ERROR(rows.status());
    examined += std::max<size_t>(rows->rows.size(), 1);
    for (Partnership& row : rows->rows) {
      if (filter == nullptr || filter(row)) result.rows.push_back(std::move(row));
    }
    page.after = std::move(rows->next_key);
    if (page.after.empty() || result.rows.size() >= page.limit) break;
  }
  result.next_key = std::move(page.after);
  co_return result;
}

Task<absl::Status> PartnershipStore::WatchOf(Transaction& txn, std::string site) const {
  absl::StatusOr<std::optional<Entry>> mark = co_await txn.Get(MarkOf(site));
  co_return mark.status();
}

void PartnershipStore::Forget(Transaction& txn, absl::string_view site) const {
  txn.Delete(MarkOf(site));
}

std::string PartnershipStore::MarkOf(absl::string_view site) const {
  return KeyWriter(mark_table_).String(site).Build();
}

std::string PartnershipStore::HistoryKey(absl::string_view name, uint64_t nanos) const {
  return KeyWriter(history_table_)
      .String(LastId(SiteOf(name)))
      .String(LastId(name))
      .Uint64(nanos)
      .Build();
}

// A clock that was set back must not put the new state before the old one.
void PartnershipStore::Remember(Transaction& txn, const Partnership* before,
                                const Partnership& partnership) const {
  uint64_t nanos = Nanos(partnership.update_time());
  if (before != nullptr) nanos = std::max(nanos, Nanos(before->update_time()));
  txn.Put(HistoryKey(partnership.name(), nanos), partnership.SerializeAsString());
}

}  // namespace weft::registry
