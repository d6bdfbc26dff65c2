// Memberships, and what keeps a membership and a change of its cohort or site apart that are made
// at the same time.
//
// A transaction's reads are conditions of its commit, but only for keys that were there to be read:
// who deletes a site scans for memberships, finds none, and would not notice one that another
// transaction adds meanwhile. So each cohort and each site has a mark, a key without meaning beyond
// its version:
//   * Insert and Update write the marks of the cohort and the site, without reading them, so that
//     writers of memberships never wait for each other; and their callers read cohort and site.
//   * Whoever changes a cohort or a site so that memberships could break (a delete, other dates)
//     reads the mark with WatchOf() first, then looks at the memberships.
// If the membership commits first, the mark has another version than the other transaction read; if
// that one commits first, the membership's transaction has read a cohort or site that is another
// now. Either way the second is refused as a conflict and runs again on what is true then.
#ifndef WEFT_SERVICES_REGISTRY_STORE_MEMBERSHIP_STORE_H_
#define WEFT_SERVICES_REGISTRY_STORE_MEMBERSHIP_STORE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/task.h"
#include "common/storage/feed_table.h"
#include "common/storage/table.h"
#include "common/storage/transaction.h"
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

  // From here on `txn` commits only if no membership of `owner`, a cohort or a site, is added or
  // changed before it does.
  Task<absl::Status> WatchOf(storage::Transaction& txn, std::string owner) const;
  // `owner` is deleted in `txn`, so its mark goes too.
  void Forget(storage::Transaction& txn, absl::string_view owner) const;

  storage::FeedTable feed_table() const { return table_.feed_table(); }

 private:
  std::string MarkOf(absl::string_view owner) const;
  void Mark(storage::Transaction& txn, const v1::Membership& membership) const;

  storage::Table<v1::Membership> table_;
  uint16_t mark_table_;
};

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_STORE_MEMBERSHIP_STORE_H_
