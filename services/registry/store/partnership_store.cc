#include "services/registry/store/partnership_store.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/storage/keys.h"
#include "services/registry/domain/names.h"
#include "services/registry/domain/partnership.h"
#include "services/registry/store/lists.h"

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
constexpr char kOpenTieTaken[] = "PARTNERSHIP_OPEN_TIE_TAKEN";

storage::TableOptions<Partnership> Options() {
  storage::TableOptions<Partnership> options;
  options.feed = true;
  options.unique = {{kOpenTie, &OpenTieKeys}};
  options.secondary = {{kByOrganization, [](const Partnership& partnership) {
                          return std::vector<std::string>{partnership.organization()};
                        }}};
  return options;
}

// Times before 1970 are all taken as 1970: nothing was recorded then.
uint64_t Nanos(const Timestamp& time) {
  return static_cast<uint64_t>(std::max<int64_t>(0, absl::ToUnixNanos(FromProto(time))));
}

// Answers which tie is in the way, when a write failed because of one.
absl::Status Explain(const Partnership& partnership, absl::Status status) {
  const std::string existing = storage::HolderOf(status, kOpenTieTaken);
  return existing.empty() ? status : OpenTieTaken(partnership, existing);
}

}  // namespace

PartnershipStore::PartnershipStore(uint16_t table, uint16_t history_table, uint16_t mark_table)
    : table_(table, kPartnershipPattern, Options()),
      history_table_(history_table),
      marks_(mark_table) {}

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

Task<absl::StatusOr<std::optional<Partnership>>> PartnershipStore::FindOpenTie(
    Reader& reader, std::string key) const {
  return table_.FindUnique(reader, kOpenTie, std::move(key));
}

void PartnershipStore::AddKeysOf(const Partnership& partnership,
                                 std::vector<std::string>& keys) const {
  keys.push_back(table_.KeyOf(partnership.name()));
  for (const std::string& key : OpenTieKeys(partnership)) {
    keys.push_back(table_.UniqueKeyOf(kOpenTie, key));
  }
}

Task<absl::Status> PartnershipStore::Insert(Transaction& txn, Partnership& partnership) const {
  absl::Status inserted = co_await table_.Insert(txn, partnership);
  if (!inserted.ok()) co_return Explain(partnership, std::move(inserted));
  Remember(txn, partnership);
  marks_.Touch(txn, SiteOf(partnership.name()));
  marks_.Touch(txn, partnership.organization());
  co_return absl::OkStatus();
}

Task<absl::Status> PartnershipStore::Update(Transaction& txn, const Partnership& before,
                                            Partnership& partnership,
                                            std::string expected_etag) const {
  absl::Status updated = co_await table_.Update(txn, partnership, std::move(expected_etag));
  if (!updated.ok()) co_return Explain(partnership, std::move(updated));
  if (partnership.etag() != before.etag()) Remember(txn, partnership);
  if (partnership.organization() != before.organization()) {
    marks_.Touch(txn, partnership.organization());
  }
  co_return absl::OkStatus();
}

Task<absl::StatusOr<std::vector<std::string>>> PartnershipStore::FindOpenTies(
    Transaction& txn, std::vector<std::string> keys) const {
  for (std::string& key : keys) key = table_.UniqueKeyOf(kOpenTie, key);
  absl::StatusOr<std::vector<std::optional<Entry>>> entries = co_await txn.GetMany(std::move(keys));
  WEFT_CO_RETURN_IF_ERROR(entries.status());
  std::vector<std::string> names;
  names.reserve(entries->size());
  for (const std::optional<Entry>& entry : *entries) {
    names.push_back(entry.has_value() ? entry->value : std::string());
  }
  co_return names;
}

Task<absl::StatusOr<Page<Partnership>>> PartnershipStore::List(Reader& reader, std::string parent,
                                                               std::string organization,
                                                               PageRequest page,
                                                               Filter filter) const {
  return ListBetween(table_, reader, std::move(parent), std::move(organization), std::move(page),
                     std::move(filter));
}

std::string PartnershipStore::HistoryKey(absl::string_view name, uint64_t nanos) const {
  return KeyWriter(history_table_)
      .String(LastId(SiteOf(name)))
      .String(LastId(name))
      .Uint64(nanos)
      .Build();
}

void PartnershipStore::Remember(Transaction& txn, const Partnership& partnership) const {
  txn.Put(HistoryKey(partnership.name(), Nanos(partnership.update_time())),
          partnership.SerializeAsString());
}

}  // namespace weft::registry
