// What becomes of the ties of organizations that are merged, and of those whose merge is undone.
#ifndef WEFT_SERVICES_REGISTRY_DOMAIN_MERGE_TIES_H_
#define WEFT_SERVICES_REGISTRY_DOMAIN_MERGE_TIES_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "google/protobuf/repeated_field.h"
#include "google/protobuf/timestamp.pb.h"
#include "weft/registry/v1/organization_merge.pb.h"
#include "weft/registry/v1/partnership.pb.h"

namespace weft::registry {

// Gives ties of duplicates to the survivor, at one time.
class TieMover {
 public:
  using Collision = v1::OrganizationMerge::TieCollision;

  TieMover(std::string survivor, Collision rule, absl::Time now)
      : survivor_(std::move(survivor)), rule_(rule), now_(now) {}

  // The key that the tie has among open ones as the survivor's (OpenTieKeys()); "" when it is not
  // open.
  std::string KeyOf(const v1::Partnership& tie) const;
  // The survivor has an open tie with this key already.
  void AddKept(std::string key, std::string tie) { kept_.emplace(std::move(key), std::move(tie)); }

  // Makes the tie the survivor's. Those that collide with one that was there before are ended or
  // deleted, as the rule says.
  v1::MergedTie Move(v1::Partnership& tie);
  int collisions() const { return collisions_; }
  // FAILED_PRECONDITION (MERGE_TIES_COLLIDE) when there were collisions and the rule refuses them.
  absl::Status Check() const;

 private:
  const std::string survivor_;
  const Collision rule_;
  const absl::Time now_;
  absl::flat_hash_map<std::string, std::string> kept_;
  int collisions_ = 0;
  std::vector<std::string> some_;  // of the ties that collided
};

// Gives ties back to those from whom a merge at `merge_time` took them, opening again what it
// closed: `ties` are the rows of `moved` as they are now, and then as they go back.
void ReturnTies(const google::protobuf::Timestamp& merge_time,
                const std::vector<v1::MergedTie>& moved, std::vector<v1::Partnership>& ties,
                google::protobuf::RepeatedPtrField<v1::UnmergeRemainder>& remainders);

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_DOMAIN_MERGE_TIES_H_
