// Names of the registry's resources, and the checks of names and ids that its rules share.
#ifndef WEFT_SERVICES_REGISTRY_DOMAIN_NAMES_H_
#define WEFT_SERVICES_REGISTRY_DOMAIN_NAMES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/base/error.h"
#include "google/protobuf/repeated_field.h"

namespace weft::registry {

// Collections.
inline constexpr absl::string_view kTaxonomies = "taxonomies";
inline constexpr absl::string_view kCrosswalks = "crosswalks";
inline constexpr absl::string_view kCohorts = "cohorts";
inline constexpr absl::string_view kMemberships = "memberships";
inline constexpr absl::string_view kSites = "sites";
inline constexpr absl::string_view kOrganizations = "organizations";
inline constexpr absl::string_view kVocabularies = "vocabularies";
inline constexpr absl::string_view kOrganizationMerges = "organizationMerges";

// Names.
inline constexpr char kTaxonomyPattern[] = "taxonomies/{taxonomy}";
inline constexpr char kCrosswalkPattern[] = "taxonomies/{taxonomy}/crosswalks/{to}";
inline constexpr char kCohortPattern[] = "cohorts/{cohort}";
inline constexpr char kMembershipPattern[] = "cohorts/{cohort}/memberships/{site}";
inline constexpr char kSitePattern[] = "sites/{site}";
inline constexpr char kOrganizationPattern[] = "organizations/{organization}";
inline constexpr char kOrganizationMergePattern[] = "organizationMerges/{merge}";
inline constexpr char kMergePartPattern[] = "organizationMerges/{merge}/parts/{part:number}";
inline constexpr char kPartnershipPattern[] = "sites/{site}/partnerships/{partnership}";
inline constexpr char kSiteViewPattern[] = "sites/{site}/partnerships/{partnership}/siteView";
inline constexpr char kOrganizationViewPattern[] =
    "sites/{site}/partnerships/{partnership}/organizationView";
inline constexpr char kAssessmentPattern[] =
    "sites/{site}/partnerships/{partnership}/assessments/{assessment:number}";
inline constexpr char kVocabularyPattern[] = "vocabularies/{vocabulary}";
inline constexpr char kPartnershipProposalPattern[] =
    "sites/{site}/partnershipProposals/{proposal}";

// Parents of lists that span all of a kind.
inline constexpr char kEveryTaxonomy[] = "taxonomies/-";
inline constexpr char kEveryCohort[] = "cohorts/-";
inline constexpr char kEverySite[] = "sites/-";

// "sites/site-01"; for a child, `collection` is "cohorts/2024-2025/memberships".
std::string NameIn(absl::string_view collection, absl::string_view id);

// The last segment of a name.
absl::string_view LastId(absl::string_view name);

// The id of a resource to create; may be empty, because the server then makes one up.
void CheckNewId(FieldViolations& violations, absl::string_view field, absl::string_view id);

// A name in a top-level collection, e.g. of the parent of a resource to create.
void CheckName(FieldViolations& violations, absl::string_view field, absl::string_view collection,
               absl::string_view name);

// The names that a batch asks for: at least one, and `noun` says of what; at most 1000, all in
// `collection`.
void CheckBatchOfNames(FieldViolations& violations, absl::string_view collection,
                       absl::string_view noun,
                       const google::protobuf::RepeatedPtrField<std::string>& names);
// NOT_FOUND with `reason` that names what a batch asked for in vain: the first few of `missing`,
// and how many.
absl::Status NamesMissing(absl::string_view reason, absl::string_view noun,
                          absl::string_view list_method, const std::vector<std::string>& missing);

// Clears what only the server sets in every resource.
template <class Resource>
void ClearStamps(Resource& resource) {
  resource.clear_uid();
  resource.clear_create_time();
  resource.clear_update_time();
  resource.clear_etag();
}

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_DOMAIN_NAMES_H_
