// How organizations come apart again whose merge is undone: what has been changed since stays.
#ifndef WEFT_SERVICES_REGISTRY_DOMAIN_ORGANIZATION_UNMERGE_H_
#define WEFT_SERVICES_REGISTRY_DOMAIN_ORGANIZATION_UNMERGE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/repeated_field.h"
#include "services/registry/domain/hierarchy.h"
#include "weft/registry/v1/organization.pb.h"
#include "weft/registry/v1/organization_merge.pb.h"

namespace weft::registry {

using Remainders = google::protobuf::RepeatedPtrField<v1::UnmergeRemainder>;

// FAILED_PRECONDITION (MERGE_UNDONE, MERGE_BLOCKED); ABORTED (ETAG_MISMATCH).
absl::Status CheckUndoable(const v1::OrganizationMerge& merge,
                           const v1::UnmergeOrganizationsRequest& request);

// `now`, the survivor, without what a merge made of it: `before` and `after` are how it was then.
// Its parent is not looked at.
v1::Organization WithoutMerge(const v1::Organization& before, const v1::Organization& after,
                              const v1::Organization& now, Remainders& remainders);

// Makes the survivor a part of `former` again, which stands for what it was a part of before the
// merge, unless its parent was not changed by the merge, or was since, or a circle would come of
// it. `hierarchy` has everything that stands above the survivor, `former` and the duplicates.
void ReturnParent(const v1::Organization& before, const v1::Organization& after,
                  const std::string& former, Hierarchy& hierarchy, v1::Organization& survivor,
                  Remainders& remainders);

// Makes `organization` name the duplicate again that it named before. False when it does not,
// because it has been changed since or a circle would come of it.
bool ReturnReference(const v1::MergedReference& moved, absl::string_view survivor,
                     Hierarchy& hierarchy, v1::Organization& organization, Remainders& remainders);

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_DOMAIN_ORGANIZATION_UNMERGE_H_
