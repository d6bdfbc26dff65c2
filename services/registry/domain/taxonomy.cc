#include "services/registry/domain/taxonomy.h"

#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "services/registry/domain/names.h"

namespace weft::registry {
namespace {

void CheckTaxonomy(FieldViolations& violations, const v1::Taxonomy& taxonomy) {
  CheckVersion(violations, "taxonomy", kTaxonomies, taxonomy);
  CheckEntries(violations, "taxonomy.types", taxonomy.types());
}

}  // namespace

absl::Status ValidateCreate(const v1::CreateTaxonomyRequest& request) {
  FieldViolations violations;
  CheckNewId(violations, "taxonomy_id", request.taxonomy_id());
  if (request.has_taxonomy()) {
    CheckTaxonomy(violations, request.taxonomy());
  } else {
    violations.Add("taxonomy", "is required");
  }
  return violations.ToStatus();
}

v1::Taxonomy NewTaxonomy(const v1::CreateTaxonomyRequest& request, absl::string_view id) {
  v1::Taxonomy taxonomy = request.taxonomy();
  ClearStamps(taxonomy);
  taxonomy.set_name(NameIn(kTaxonomies, id));
  taxonomy.set_state(v1::Taxonomy::STATE_DRAFT);
  return taxonomy;
}

absl::Status ValidateTaxonomy(const v1::Taxonomy& taxonomy) {
  FieldViolations violations;
  CheckTaxonomy(violations, taxonomy);
  return violations.ToStatus();
}

absl::Status CheckSupersedes(const v1::Taxonomy& taxonomy, const v1::Taxonomy& superseded) {
  FieldViolations violations;
  CheckLaterVersion(violations, "taxonomy", taxonomy, superseded,
                    " (a crosswalk relates different families)");
  WEFT_RETURN_IF_ERROR(violations.ToStatus());
  return CheckPublished(superseded);
}

absl::Status CheckDraft(const v1::Taxonomy& taxonomy) {
  if (!IsPublished(taxonomy)) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, "TAXONOMY_PUBLISHED",
               absl::StrCat("\"", taxonomy.name(),
                            "\" is published and never changes again; create a new taxonomy of "
                            "family \"",
                            taxonomy.family(), "\" with a version above ", taxonomy.version(),
                            " that supersedes it"),
               {{"name", taxonomy.name()},
                {"family", taxonomy.family()},
                {"version", absl::StrCat(taxonomy.version())}});
}

absl::Status CheckPublished(const v1::Taxonomy& taxonomy) {
  if (IsPublished(taxonomy)) return absl::OkStatus();
  return Error(
      absl::StatusCode::kFailedPrecondition, "TAXONOMY_NOT_PUBLISHED",
      absl::StrCat("\"", taxonomy.name(), "\" is still a draft; fix it with PublishTaxonomy first"),
      {{"name", taxonomy.name()}});
}

absl::Status Publish(v1::Taxonomy& taxonomy) {
  if (taxonomy.types().empty()) {
    return Error(absl::StatusCode::kFailedPrecondition, "TAXONOMY_EMPTY",
                 absl::StrCat("\"", taxonomy.name(),
                              "\" has no types; add them with UpdateTaxonomy, then publish it"),
                 {{"name", taxonomy.name()}});
  }
  taxonomy.set_state(v1::Taxonomy::STATE_PUBLISHED);
  return absl::OkStatus();
}

}  // namespace weft::registry
