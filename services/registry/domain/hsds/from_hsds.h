// An organization of HSDS as one of ours, and what a file may change of one that is there already.
#ifndef WEFT_SERVICES_REGISTRY_DOMAIN_HSDS_FROM_HSDS_H_
#define WEFT_SERVICES_REGISTRY_DOMAIN_HSDS_FROM_HSDS_H_

#include <optional>
#include <string>

#include "services/registry/domain/hsds/record.h"
#include "services/registry/domain/hsds/report.h"
#include "weft/registry/v1/organization.pb.h"

namespace weft::registry::hsds {

// An organization that a file holds.
struct Incoming {
  // Its HSDS id, a UUID, and that of its parent; "" for none.
  std::string id;
  std::string parent_id;
  // Where it is, and where its parent is named.
  Spot spot;
  Spot parent_spot;
  // What the file states of it, without name and parent. An alternate name whose kind is not stated
  // has none.
  v1::Organization stated;
};

// nullopt when it lacks what it cannot be told by; `report` says why, and what is not kept.
std::optional<Incoming> ReadOrganization(const Record& record, Report& report);

// What is new, under `name`.
v1::Organization NewFrom(const v1::Organization& stated, const std::string& name);
// Changes `organization` where the file states something: names and identifiers are added to those
// that are there, contacts, places, partner types and tags take their place.
void MergeStated(const v1::Organization& stated, v1::Organization& organization);

}  // namespace weft::registry::hsds

#endif  // WEFT_SERVICES_REGISTRY_DOMAIN_HSDS_FROM_HSDS_H_
