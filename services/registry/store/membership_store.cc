#include "services/registry/store/membership_store.h"

#include <optional>
#include <utility>

#include "common/base/status_macros.h"
#include "common/storage/keys.h"
#include "services/registry/domain/membership.h"
#include "services/registry/domain/names.h"

namespace weft::registry {
namespace {

constexpr char kBySite[] = "site";

storage::TableOptions<v1::Membership> Options() {
  storage::TableOptions<v1::Membership> options;
  options.feed = true;
  options.secondary = {{kBySite, [](const v1::Membership& membership) {
                          return std::vector<std::string>{membership.site()};
                        }}};
  return options;
}

}  // namespace

MembershipStore::MembershipStore(uint16_t table, uint16_t mark_table)
    : table_(table, kMembershipPattern, Options()), mark_table_(mark_table) {}

Task<absl::Status> MembershipStore::Insert(storage::Transaction& txn,
                                           v1::Membership& membership) const {
  absl::Status inserted = co_await table_.Insert(txn, membership);
  WEFT_CO_RETURN_IF_ERROR(std::move(inserted));
  Mark(txn, membership);
  co_return absl::OkStatus();
}

Task<absl::Status> MembershipStore::Update(storage::Transaction& txn, v1::Membership& membership,
                                           std::string expected_etag) const {
  absl::Status updated = co_await table_.Update(txn, membership, std::move(expected_etag));
  WEFT_CO_RETURN_IF_ERROR(std::move(updated));
  Mark(txn, membership);
  co_return absl::OkStatus();
}

Task<absl::StatusOr<storage::Page<v1::Membership>>> MembershipStore::List(
    storage::Reader& reader, std::string parent, std::string site,
    storage::PageRequest page) const {
  if (site.empty()) {
    absl::StatusOr<storage::Page<v1::Membership>> all =
        co_await table_.List(reader, std::move(parent), std::move(page));
    co_return all;
  }
  if (parent == kEveryCohort) {
    absl::StatusOr<storage::Page<v1::Membership>> of_site =
        co_await table_.ListByIndex(reader, kBySite, std::move(site), std::move(page));
    co_return of_site;
  }
  std::string name = MembershipName(parent, LastId(site));
  absl::StatusOr<std::optional<v1::Membership>> one = co_await table_.Find(reader, std::move(name));
  WEFT_CO_RETURN_IF_ERROR(one.status());
  storage::Page<v1::Membership> result;
  if (one->has_value()) result.rows.push_back(**std::move(one));
  co_return result;
}

Task<absl::Status> MembershipStore::WatchOf(storage::Transaction& txn, std::string owner) const {
  absl::StatusOr<std::optional<storage::Entry>> mark = co_await txn.Get(MarkOf(owner));
  co_return mark.status();
}

void MembershipStore::Forget(storage::Transaction& txn, absl::string_view owner) const {
  txn.Delete(MarkOf(owner));
}

std::string MembershipStore::MarkOf(absl::string_view owner) const {
  return storage::KeyWriter(mark_table_).String(owner).Build();
}

void MembershipStore::Mark(storage::Transaction& txn, const v1::Membership& membership) const {
  txn.Put(MarkOf(CohortOf(membership)), "");
  txn.Put(MarkOf(membership.site()), "");
}

}  // namespace weft::registry
