// What comes of organizations that are found to be one: whose values stand. What becomes of their
// ties stands in merge_ties.h, and how a merge is undone in organization_unmerge.h.
#ifndef WEFT_SERVICES_REGISTRY_DOMAIN_ORGANIZATION_MERGE_H_
#define WEFT_SERVICES_REGISTRY_DOMAIN_ORGANIZATION_MERGE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/repeated_field.h"
#include "services/registry/domain/hierarchy.h"
#include "weft/registry/v1/organization.pb.h"
#include "weft/registry/v1/organization_merge.pb.h"

namespace weft::registry {

// How many ties, parts and redirects one merge moves at most, and how many bytes of them: it is one
// commit.
inline constexpr size_t kMaxMergeRows = 5000;
inline constexpr size_t kMaxMergeBytes = size_t{16} << 20;

// Everything that is wrong with the request, in one answer.
absl::Status ValidateMerge(const v1::MergeOrganizationsRequest& request);
absl::Status ValidateList(const v1::ListOrganizationMergesRequest& request);

// ABORTED (ETAG_MISMATCH) when the request rests on another version of this one.
absl::Status CheckEtag(const v1::MergeOrganizationsRequest& request,
                       const v1::Organization& organization);

// What a merge moves, counted.
class MergeSize {
 public:
  // FAILED_PRECONDITION (MERGE_TOO_LARGE) past one of the limits.
  absl::Status Add(size_t row_bytes);

 private:
  size_t rows_ = 0;
  size_t bytes_ = 0;
};

// The survivor as it is afterwards, and what became of each field that any of them has.
// `duplicates` are in the order of the request. `hierarchy` has everything that stands above one of
// them; `has_new_parts` says whether others become parts of the survivor. FAILED_PRECONDITION
// (MERGE_IDENTIFIERS_TOO_MANY, ORGANIZATION_PARENT_CYCLE, ORGANIZATION_PARENTS_TOO_DEEP).
absl::StatusOr<v1::Organization> Unite(const v1::MergeOrganizationsRequest& request,
                                       const v1::Organization& survivor,
                                       const std::vector<v1::Organization>& duplicates,
                                       const Hierarchy& hierarchy, bool has_new_parts,
                                       google::protobuf::RepeatedPtrField<v1::MergedField>& fields);

// The id of a merge at `now`: the time, and what tells it from others of that second.
std::string MergeId(absl::Time now, absl::string_view random);

// FAILED_PRECONDITION (ORGANIZATION_PARENTS_TOO_DEEP): so many organizations stand above those of a
// merge that they are not looked at.
absl::Status HierarchyTooLarge(absl::string_view organization);

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_DOMAIN_ORGANIZATION_MERGE_H_
