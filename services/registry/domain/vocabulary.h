// What makes a vocabulary valid, its way from draft to published (versioned_list.h: what it has in
// common with taxonomies), and whether what is said of a partnership is said in its codes.
#ifndef WEFT_SERVICES_REGISTRY_DOMAIN_VOCABULARY_H_
#define WEFT_SERVICES_REGISTRY_DOMAIN_VOCABULARY_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/base/error.h"
#include "google/protobuf/repeated_field.h"
#include "services/registry/domain/versioned_list.h"
#include "weft/registry/v1/partnership.pb.h"
#include "weft/registry/v1/partnership_proposal.pb.h"
#include "weft/registry/v1/vocabulary.pb.h"

namespace weft::registry {

// Everything that is wrong with the request, in one answer.
absl::Status ValidateCreate(const v1::CreateVocabularyRequest& request);
// The draft that a valid request asks for, under the id that was chosen for it.
v1::Vocabulary NewVocabulary(const v1::CreateVocabularyRequest& request, absl::string_view id);
// Whether `vocabulary` may be stored as it is.
absl::Status ValidateVocabulary(const v1::Vocabulary& vocabulary);

// Whether a (valid) vocabulary may supersede `superseded`: published, same family and kind, lower
// version.
absl::Status CheckSupersedes(const v1::Vocabulary& vocabulary, const v1::Vocabulary& superseded);
// FAILED_PRECONDITION (VOCABULARY_PUBLISHED) unless it may still be edited and deleted.
absl::Status CheckDraft(const v1::Vocabulary& vocabulary);
// FAILED_PRECONDITION (VOCABULARY_NOT_PUBLISHED) unless it is fixed for good.
absl::Status CheckPublished(const v1::Vocabulary& vocabulary);
// Fixes a draft for good.
absl::Status Publish(v1::Vocabulary& vocabulary);

// The lists that something states its codes are from: names, each once, no more than there are
// kinds. `field` is what states them, in the request: "site_view".
void CheckVocabularyNames(FieldViolations& violations, const std::string& field,
                          const google::protobuf::RepeatedPtrField<std::string>& names);

// Whether what is (validly) said is said in the vocabularies that it states, given in that order:
// all published, at most one of each kind, and every code of those kinds in its list.
// INVALID_ARGUMENT (CODE_NOT_IN_VOCABULARY) that names the list and the nearest code,
// FAILED_PRECONDITION (VOCABULARY_NOT_PUBLISHED). `field` is where it stands in the request:
// "site_view".
absl::Status CheckSaidIn(const std::vector<const v1::Vocabulary*>& vocabularies,
                         const std::string& field, const v1::Partnership& partnership);
absl::Status CheckSaidIn(const std::vector<const v1::Vocabulary*>& vocabularies,
                         const std::string& field, const v1::SiteView& view);
absl::Status CheckSaidIn(const std::vector<const v1::Vocabulary*>& vocabularies,
                         const std::string& field, const v1::OrganizationView& view);
absl::Status CheckSaidIn(const std::vector<const v1::Vocabulary*>& vocabularies,
                         const std::string& field, const v1::PartnershipProposal& proposal);

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_DOMAIN_VOCABULARY_H_
