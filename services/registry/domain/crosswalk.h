// What makes a crosswalk between two published taxonomies valid.
#ifndef WEFT_SERVICES_REGISTRY_DOMAIN_CROSSWALK_H_
#define WEFT_SERVICES_REGISTRY_DOMAIN_CROSSWALK_H_

#include <string>

#include "absl/status/status.h"
#include "weft/registry/v1/taxonomy.pb.h"

namespace weft::registry {

// What is wrong with the request by itself: its parent, its id.
absl::Status ValidateCreate(const v1::CreateCrosswalkRequest& request);
absl::Status ValidateList(const v1::ListCrosswalksRequest& request);

// The crosswalk that a valid request asks for.
v1::Crosswalk NewCrosswalk(const v1::CreateCrosswalkRequest& request);

// The names of the taxonomies that the crosswalk leads from and to.
std::string SourceOf(const v1::Crosswalk& crosswalk);
std::string TargetOf(const v1::Crosswalk& crosswalk);

// Whether `crosswalk` may be stored: both taxonomies are published, every code of `from` is mapped
// exactly once, targets are codes of `to`, as many as the relation asks for.
absl::Status ValidateCrosswalk(const v1::Crosswalk& crosswalk, const v1::Taxonomy& from,
                               const v1::Taxonomy& to);

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_DOMAIN_CROSSWALK_H_
