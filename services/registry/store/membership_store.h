// Memberships. Insert and Update touch the marks (marks.h) of the cohort and of the site; their
// callers read both.
#ifndef WEFT_SERVICES_REGISTRY_STORE_MEMBERSHIP_STORE_H_
#define WEFT_SERVICES_REGISTRY_STORE_MEMBERSHIP_STORE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/task.h"
#include "common/storage/feed_table.h"
#include "common/storage/table.h"
#include "common/storage/transaction.h"
#include "services/registry/store/marks.h"
#include "weft/registry/v1/cohort.pb.h"

namespace weft::registry {

class MembershipStore {
 public:
  using Memberships = std::vector<v1::Membership>;

  MembershipStore(uint16_t table, uint16_t mark_table);

  Task<absl::StatusOr<v1::Membership>> Get(storage::Reader& reader, std::string name) const {
    return table_.Get(reader, std::move(name));
  }
  // The caller has read the membership's cohort and site in `txn`.
  Task<absl::Status> Insert(storage::Transaction& txn, v1::Membership& membership) const;
  // The caller has read the membership's cohort in `txn`.
  Task<absl::Status> Update(storage::Transaction& txn, v1::Membership& membership,
                            std::string expected_etag) const;
  Task<absl::Status> Delete(storage::Transaction& txn, std::string name,
                            std::string expected_etag) const {
    return table_.Delete(txn, std::move(name), std::move(expected_etag));
  }

  // A page of the memberships of `parent` ("cohorts/c1" or "cohorts/-"), and only those of `site`
  // unless that is empty.
  Task<absl::StatusOr<storage::Page<v1::Membership>>> List(storage::Reader& reader,
                                                           std::string parent, std::string site,
                                                           storage::PageRequest page) const;

  // Marks of cohorts and of sites, for whoever deletes one or changes its dates.
  const Marks& marks() const { return marks_; }

  storage::FeedTable feed_table() const { return table_.feed_table(); }

 private:
  void Touch(storage::Transaction& txn, const v1::Membership& membership) const;

  storage::Table<v1::Membership> table_;
  Marks marks_;
};

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_STORE_MEMBERSHIP_STORE_H_
