// What makes a taxonomy valid, and its way from draft to published (versioned_list.h: what it has
// in common with other lists).
#ifndef WEFT_SERVICES_REGISTRY_DOMAIN_TAXONOMY_H_
#define WEFT_SERVICES_REGISTRY_DOMAIN_TAXONOMY_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "services/registry/domain/versioned_list.h"
#include "weft/registry/v1/taxonomy.pb.h"

namespace weft::registry {

// Everything that is wrong with the request, in one answer.
absl::Status ValidateCreate(const v1::CreateTaxonomyRequest& request);

// The draft that a valid request asks for, under the id that was chosen for it.
v1::Taxonomy NewTaxonomy(const v1::CreateTaxonomyRequest& request, absl::string_view id);

// Whether `taxonomy` may be stored as it is.
absl::Status ValidateTaxonomy(const v1::Taxonomy& taxonomy);

// Whether a (valid) taxonomy may supersede `superseded`: published, same family, lower version.
absl::Status CheckSupersedes(const v1::Taxonomy& taxonomy, const v1::Taxonomy& superseded);

// FAILED_PRECONDITION (TAXONOMY_PUBLISHED) unless it may still be edited and deleted.
absl::Status CheckDraft(const v1::Taxonomy& taxonomy);
// FAILED_PRECONDITION (TAXONOMY_NOT_PUBLISHED) unless it is fixed for good.
absl::Status CheckPublished(const v1::Taxonomy& taxonomy);
// Fixes a draft for good.
absl::Status Publish(v1::Taxonomy& taxonomy);

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_DOMAIN_TAXONOMY_H_
