#include "services/registry/store/organization_store.h"

#include <algorithm>
#include <utility>

#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/storage/keys.h"
#include "services/registry/domain/names.h"

namespace weft::registry {
namespace {

using storage::Entry;
using storage::KeyRange;
using storage::KeyReader;
using storage::KeyWriter;
using storage::Page;
using storage::PageRequest;
using storage::Reader;
using storage::Transaction;
using v1::Organization;
using By = OrganizationOrder::By;

constexpr char kIdentifier[] = "identifier";
constexpr char kParent[] = "parent";
constexpr char kMergedInto[] = "merged_into";
constexpr char kIdentifierTaken[] = "ORGANIZATION_IDENTIFIER_TAKEN";

// Which order an entry is of; on disk.
constexpr uint8_t kByDisplayName = 1;
constexpr uint8_t kByUpdateTime = 2;
constexpr By kOrders[] = {By::kDisplayName, By::kUpdateTime};

// Entries of an order that are read in one step, and how many a page with a filter looks at in all:
// it then comes back short, and the next one goes on.
constexpr size_t kChunk = 256;
constexpr size_t kMaxExamined = 20'000;

std::vector<std::string> KeysOf(const std::string& name) {
  return name.empty() ? std::vector<std::string>() : std::vector<std::string>{name};
}

storage::TableOptions<Organization> Options() {
  storage::TableOptions<Organization> options;
  options.feed = true;
  options.unique = {{kIdentifier, &IdentifierKeys}};
  options.secondary = {
      {kParent,
       [](const Organization& organization) { return KeysOf(organization.parent_organization()); }},
      {kMergedInto,
       [](const Organization& organization) { return KeysOf(organization.merged_into()); }}};
  return options;
}

}  // namespace

OrganizationStore::OrganizationStore(uint16_t table, uint16_t order_table, uint16_t mark_table)
    : table_(table, kOrganizationPattern, Options()),
      order_table_(order_table),
      marks_(mark_table) {}

Task<absl::StatusOr<std::optional<Organization>>> OrganizationStore::FindByIdentifier(
    Reader& reader, std::string key) const {
  return table_.FindUnique(reader, kIdentifier, std::move(key));
}

Task<absl::Status> OrganizationStore::Prefetch(
    Transaction& txn, const std::vector<Organization>& organizations) const {
  std::vector<std::string> keys;
  keys.reserve(organizations.size() * 2);
  for (const Organization& organization : organizations) {
    keys.push_back(table_.KeyOf(organization.name()));
    if (!organization.parent_organization().empty()) {
      keys.push_back(table_.KeyOf(organization.parent_organization()));
    }
    for (const std::string& key : IdentifierKeys(organization)) {
      keys.push_back(table_.UniqueKeyOf(kIdentifier, key));
    }
  }
  return txn.Prefetch(std::move(keys));
}

Task<absl::Status> OrganizationStore::Insert(Transaction& txn, Organization& organization) const {
  absl::Status inserted = co_await table_.Insert(txn, organization);
  if (!inserted.ok()) {
    absl::Status explained = co_await Explain(txn, organization, std::move(inserted));
    co_return explained;
  }
  for (const By by : kOrders) txn.Put(OrderKey(by, organization), "");
  TouchMarks(txn, Organization::default_instance(), organization);
  co_return absl::OkStatus();
}

Task<absl::Status> OrganizationStore::Update(Transaction& txn, const Organization& before,
                                             Organization& organization,
                                             std::string expected_etag) const {
  absl::Status updated = co_await table_.Update(txn, organization, std::move(expected_etag));
  if (!updated.ok()) {
    absl::Status explained = co_await Explain(txn, organization, std::move(updated));
    co_return explained;
  }
  for (const By by : kOrders) {
    std::string old_key = OrderKey(by, before);
    std::string new_key = OrderKey(by, organization);
    if (old_key == new_key) continue;
    txn.Delete(std::move(old_key));
    txn.Put(std::move(new_key), "");
  }
  TouchMarks(txn, before, organization);
  co_return absl::OkStatus();
}

void OrganizationStore::TouchMarks(Transaction& txn, const Organization& before,
                                   const Organization& after) const {
  const std::string& parent = after.parent_organization();
  if (!parent.empty() && parent != before.parent_organization()) marks_.Touch(txn, parent);
  const std::string& survivor = after.merged_into();
  if (!survivor.empty() && survivor != before.merged_into()) marks_.Touch(txn, survivor);
}

Task<absl::Status> OrganizationStore::Explain(Transaction& txn, const Organization& organization,
                                              absl::Status status) const {
  std::string holder = storage::HolderOf(status, kIdentifierTaken);
  if (holder.empty()) co_return status;
  absl::StatusOr<Organization> existing = co_await Get(txn, std::move(holder));
  WEFT_CO_RETURN_IF_ERROR(existing.status());
  absl::Status taken = IdentifierTaken(organization, *existing);
  co_return taken.ok() ? status : taken;
}

Task<absl::StatusOr<Page<Organization>>> OrganizationStore::List(Reader& reader,
                                                                 OrganizationOrder order,
                                                                 std::string parent,
                                                                 PageRequest page,
                                                                 Filter filter) const {
  if (order.by != By::kName) {
    absl::StatusOr<Page<Organization>> ordered =
        co_await ListInOrder(reader, order, std::move(page), std::move(filter));
    co_return ordered;
  }
  if (!parent.empty()) {
    absl::StatusOr<Page<Organization>> children = co_await table_.ListByIndex(
        reader, kParent, std::move(parent), std::move(page), std::move(filter));
    co_return children;
  }
  absl::StatusOr<Page<Organization>> all =
      co_await table_.List(reader, "", std::move(page), std::move(filter));
  co_return all;
}

Task<absl::StatusOr<Page<Organization>>> OrganizationStore::ListMerged(Reader& reader,
                                                                       std::string survivor,
                                                                       PageRequest page) const {
  return table_.ListByIndex(reader, kMergedInto, std::move(survivor), std::move(page));
}

Task<absl::StatusOr<Page<Organization>>> OrganizationStore::ListInOrder(Reader& reader,
                                                                        OrganizationOrder order,
                                                                        PageRequest page,
                                                                        Filter filter) const {
  const std::string prefix = OrderPrefix(order.by);
  KeyRange range{prefix, storage::PrefixEnd(prefix)};
  Page<Organization> result;
  std::string after = std::move(page.after);
  for (size_t examined = 0; examined < kMaxExamined;) {
    if (!after.empty()) {
      (order.descending ? range.end : range.begin) =
          order.descending ? prefix + after : prefix + after + '\0';
    }
    // Most pages are full after one look at as many rows as they have, and one more.
    const size_t chunk = examined == 0 ? std::min(kChunk, page.limit + 1) : kChunk;
    const storage::ScanOptions scan{.limit = chunk, .reverse = order.descending};
    absl::StatusOr<std::vector<Entry>> entries = co_await reader.Scan(range, scan);
    WEFT_CO_RETURN_IF_ERROR(entries.status());
    std::vector<std::string> names;
    names.reserve(entries->size());
    for (const Entry& entry : *entries) {
      KeyReader key(entry.key);
      key.Skip(prefix.size());
      if (order.by == By::kDisplayName) {
        key.String();
      } else {
        key.Uint64();
      }
      names.push_back(NameIn(kOrganizations, key.String()));
      WEFT_CO_RETURN_IF_ERROR(key.Finish());
    }
    absl::StatusOr<std::vector<std::optional<Organization>>> rows =
        co_await table_.GetMany(reader, std::move(names));
    WEFT_CO_RETURN_IF_ERROR(rows.status());
    for (size_t i = 0; i < rows->size(); ++i) {
      std::optional<Organization>& row = (*rows)[i];
      if (!row.has_value()) {
        co_return Error(absl::StatusCode::kDataLoss, "ROW_CORRUPT",
                        "an order of organizations has an entry without its row");
      }
      const bool keep = filter == nullptr || filter(*row);
      // A page ends where the one after it has something to show.
      if (keep && result.rows.size() == page.limit) {
        result.next_key = after;
        co_return result;
      }
      after = (*entries)[i].key.substr(prefix.size());
      if (keep) result.rows.push_back(*std::move(row));
    }
    examined += entries->size();
    if (entries->size() < chunk) co_return result;
  }
  result.next_key = after;
  co_return result;
}

std::string OrganizationStore::OrderPrefix(By by) const {
  return KeyWriter(order_table_)
      .Byte(by == By::kDisplayName ? kByDisplayName : kByUpdateTime)
      .Build();
}

std::string OrganizationStore::OrderKey(By by, const Organization& organization) const {
  KeyWriter key(order_table_);
  if (by == By::kDisplayName) {
    key.Byte(kByDisplayName).String(SortableName(organization));
  } else {
    key.Byte(kByUpdateTime)
        .Uint64(static_cast<uint64_t>(absl::ToUnixMicros(FromProto(organization.update_time()))));
  }
  return key.String(LastId(organization.name())).Build();
}

}  // namespace weft::registry
