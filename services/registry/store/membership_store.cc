#include "services/registry/store/membership_store.h"

#include <optional>
#include <utility>

#include "common/base/status_macros.h"
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
    : table_(table, kMembershipPattern, Options()), marks_(mark_table) {}

Task<absl::Status> MembershipStore::Insert(storage::Transaction& txn,
                                           v1::Membership& membership) const {
  absl::Status inserted = co_await table_.Insert(txn, membership);
  WEFT_CO_RETURN_IF_ERROR(std::move(inserted));
  Touch(txn, membership);
  co_return absl::OkStatus();
}

Task<absl::Status> MembershipStore::Update(storage::Transaction& txn, v1::Membership& membership,
                                           std::string expected_etag) const {
  absl::Status updated = co_await table_.Update(txn, membership, std::move(expected_etag));
  WEFT_CO_RETURN_IF_ERROR(std::move(updated));
  Touch(txn, membership);
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

void MembershipStore::Touch(storage::Transaction& txn, const v1::Membership& membership) const {
  marks_.Touch(txn, CohortOf(membership));
  marks_.Touch(txn, membership.site());
}

}  // namespace weft::registry
