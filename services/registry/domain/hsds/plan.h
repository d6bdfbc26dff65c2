// What is to be done with the organizations of a directory, once it is known which of them the
// registry has.
#ifndef WEFT_SERVICES_REGISTRY_DOMAIN_HSDS_PLAN_H_
#define WEFT_SERVICES_REGISTRY_DOMAIN_HSDS_PLAN_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "services/registry/domain/hsds/from_hsds.h"
#include "services/registry/domain/hsds/report.h"
#include "weft/registry/v1/organization.pb.h"

namespace weft::registry::hsds {

// An organization of a directory, and which one of the registry it is.
struct Planned {
  Incoming incoming;
  // `organizations/{organization}`, and that of its parent; the latter empty when the file states
  // none.
  std::string name;
  std::string parent;
  // Whether the registry has it.
  bool exists = false;
  // Whether nothing is to be done, because another one stands for it.
  bool left_alone = false;
};

// Tells of two that are one organization of the registry, and finds parents, which are in the
// directory or in `names` (by HSDS id).
void CheckPlan(const absl::flat_hash_map<std::string, std::string>& names,
               std::vector<Planned>& plan, Report& report);
// Puts parents before their children, so that they are there when a child names them. Circles are
// told of; one in each loses its parent here.
void PutParentsFirst(std::vector<Planned>& plan, Report& report);

// Tells of what the registry has answered to one; the status, when it is not about that
// organization.
absl::Status TellRefusal(const absl::Status& status, const Planned& planned, Report& report);

}  // namespace weft::registry::hsds

#endif  // WEFT_SERVICES_REGISTRY_DOMAIN_HSDS_PLAN_H_
