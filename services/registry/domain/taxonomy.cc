#include "services/registry/domain/taxonomy.h"

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/validation/counts.h"
#include "common/validation/ids.h"
#include "common/validation/text.h"
#include "services/registry/domain/names.h"
#include "services/registry/domain/vocabulary.h"

namespace weft::registry {
namespace {

constexpr int kMaxTypes = 200;
constexpr size_t kMaxTypeDescription = 1000;
constexpr size_t kMaxDescription = 4000;

void CheckProvenance(FieldViolations& violations, absl::string_view field,
                     v1::PartnerType::Provenance provenance) {
  if (provenance == v1::PartnerType::PROVENANCE_SOURCED ||
      provenance == v1::PartnerType::PROVENANCE_ASSUMED) {
    return;
  }
  violations.Add(field, "is required: PROVENANCE_SOURCED or PROVENANCE_ASSUMED");
}

void CheckTypes(FieldViolations& violations, const v1::Taxonomy& taxonomy) {
  if (!CheckCount(violations, "taxonomy.types", taxonomy.types_size(), kMaxTypes)) return;
  absl::flat_hash_map<std::string, int> first_use;
  for (int i = 0; i < taxonomy.types_size(); ++i) {
    const v1::PartnerType& type = taxonomy.types(i);
    const std::string field = absl::StrCat("taxonomy.types[", i, "]");
    CheckCode(violations, absl::StrCat(field, ".code"), type.code());
    RequireText(violations, absl::StrCat(field, ".display_name"), type.display_name(),
                kMaxDisplayName);
    CheckText(violations, absl::StrCat(field, ".description"), type.description(),
              kMaxTypeDescription, Lines::kMany);
    CheckProvenance(violations, absl::StrCat(field, ".provenance"), type.provenance());
    const auto [first, added] = first_use.try_emplace(type.code(), i);
    if (!added && !type.code().empty()) {
      violations.Add(absl::StrCat(field, ".code"),
                     absl::StrCat("is ", Quoted(type.code()), ", as in taxonomy.types[",
                                  first->second, "]; each code may stand once"));
    }
  }
}

void CheckTaxonomy(FieldViolations& violations, const v1::Taxonomy& taxonomy) {
  RequireText(violations, "taxonomy.display_name", taxonomy.display_name(), kMaxDisplayName);
  if (taxonomy.family().empty()) {
    violations.Add("taxonomy.family", "is required, e.g. \"lab\"");
  } else {
    CheckNewId(violations, "taxonomy.family", taxonomy.family());
  }
  violations.Require(taxonomy.version() >= 1, "taxonomy.version",
                     "is required and must be 1 or more");
  if (!taxonomy.supersedes().empty()) {
    CheckName(violations, "taxonomy.supersedes", kTaxonomies, taxonomy.supersedes());
  }
  CheckText(violations, "taxonomy.description", taxonomy.description(), kMaxDescription,
            Lines::kMany);
  CheckTypes(violations, taxonomy);
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
  if (superseded.family() != taxonomy.family()) {
    violations.Add("taxonomy.supersedes",
                   absl::StrCat("names \"", superseded.name(), "\" of family \"",
                                superseded.family(), "\"; it must be of \"", taxonomy.family(),
                                "\", as this one (a crosswalk relates different families)"));
  } else if (superseded.version() >= taxonomy.version()) {
    violations.Add("taxonomy.supersedes",
                   absl::StrCat("names \"", superseded.name(), "\", which is version ",
                                superseded.version(), "; it must be below ", taxonomy.version()));
  }
  WEFT_RETURN_IF_ERROR(violations.ToStatus());
  return CheckPublished(superseded);
}

std::string FamilyVersion(const v1::Taxonomy& taxonomy) {
  return absl::StrCat(taxonomy.family(), "/", taxonomy.version());
}

bool IsPublished(const v1::Taxonomy& taxonomy) {
  return taxonomy.state() == v1::Taxonomy::STATE_PUBLISHED;
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
