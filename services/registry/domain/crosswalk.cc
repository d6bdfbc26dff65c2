#include "services/registry/domain/crosswalk.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/validation/ids.h"
#include "common/validation/text.h"
#include "services/registry/domain/names.h"
#include "services/registry/domain/taxonomy.h"

namespace weft::registry {
namespace {

constexpr size_t kMaxNote = 1000;
constexpr size_t kMaxNamed = 20;

using Codes = absl::flat_hash_set<std::string>;

Codes CodesOf(const v1::Taxonomy& taxonomy) {
  Codes codes;
  for (const v1::PartnerType& type : taxonomy.types()) codes.insert(type.code());
  return codes;
}

// What is wrong with the number of targets of a stated relation; "" when it fits.
absl::string_view WrongCount(v1::CrosswalkMapping::Relation relation, int targets) {
  if (relation == v1::CrosswalkMapping::RELATION_SPLIT) {
    return targets >= 2 ? "" : "must have two codes or more";
  }
  if (relation == v1::CrosswalkMapping::RELATION_NONE) {
    return targets == 0 ? "" : "must have none";
  }
  return targets == 1 ? "" : "must have exactly one code";
}

void CheckRelation(FieldViolations& violations, const std::string& field,
                   const v1::CrosswalkMapping& mapping) {
  if (mapping.relation() == v1::CrosswalkMapping::RELATION_UNSPECIFIED ||
      !v1::CrosswalkMapping::Relation_IsValid(mapping.relation())) {
    violations.Add(absl::StrCat(field, ".relation"),
                   "is required: RELATION_EXACT, RELATION_NARROWER, RELATION_SPLIT or "
                   "RELATION_NONE");
    return;
  }
  const absl::string_view wrong = WrongCount(mapping.relation(), mapping.to_codes_size());
  if (wrong.empty()) return;
  violations.Add(absl::StrCat(field, ".to_codes"),
                 absl::StrCat("has ", mapping.to_codes_size(), " and ", wrong, " with ",
                              v1::CrosswalkMapping::Relation_Name(mapping.relation())));
}

void CheckTargets(FieldViolations& violations, const std::string& field,
                  const v1::CrosswalkMapping& mapping, const Codes& targets,
                  const v1::Taxonomy& to) {
  Codes seen;
  for (int i = 0; i < mapping.to_codes_size(); ++i) {
    const std::string& code = mapping.to_codes(i);
    const std::string path = absl::StrCat(field, ".to_codes[", i, "]");
    if (!targets.contains(code)) {
      violations.Add(
          path, absl::StrCat("is ", Quoted(code), ", which is no code of \"", to.name(), "\""));
    } else if (!seen.insert(code).second) {
      violations.Add(path, absl::StrCat("is ", Quoted(code), " a second time"));
    }
  }
}

// Each code of the source exactly once.
void CheckSources(FieldViolations& violations, const v1::Crosswalk& crosswalk,
                  const v1::Taxonomy& from) {
  const Codes sources = CodesOf(from);
  absl::flat_hash_map<std::string, int> mapped;
  for (int i = 0; i < crosswalk.mappings_size(); ++i) {
    const std::string& code = crosswalk.mappings(i).from_code();
    const std::string path = absl::StrCat("crosswalk.mappings[", i, "].from_code");
    if (code.empty()) {
      violations.Add(path, "is required");
    } else if (!sources.contains(code)) {
      violations.Add(
          path, absl::StrCat("is ", Quoted(code), ", which is no code of \"", from.name(), "\""));
    } else if (const auto [first, added] = mapped.try_emplace(code, i); !added) {
      violations.Add(path, absl::StrCat("is ", Quoted(code), ", as in crosswalk.mappings[",
                                        first->second, "]; map each code once"));
    }
  }
  std::vector<std::string> missing;
  for (const v1::PartnerType& type : from.types()) {
    if (!mapped.contains(type.code())) missing.push_back(type.code());
  }
  if (missing.empty()) return;
  const size_t total = missing.size();
  if (total > kMaxNamed) missing.resize(kMaxNamed);
  violations.Add("crosswalk.mappings",
                 absl::StrCat("maps each code of \"", from.name(), "\" but ", total, ": ",
                              absl::StrJoin(missing, ", "), total > kMaxNamed ? ", …" : "",
                              "; a code without counterpart has RELATION_NONE"));
}

}  // namespace

absl::Status ValidateCreate(const v1::CreateCrosswalkRequest& request) {
  FieldViolations violations;
  CheckName(violations, "parent", kTaxonomies, request.parent());
  if (!IsId(request.crosswalk_id())) {
    violations.Add("crosswalk_id", "is required and must be the id of the target taxonomy");
  } else if (request.parent() == NameIn(kTaxonomies, request.crosswalk_id())) {
    violations.Add("crosswalk_id", "must be the id of another taxonomy than the parent");
  }
  violations.Require(request.has_crosswalk(), "crosswalk", "is required");
  return violations.ToStatus();
}

absl::Status ValidateList(const v1::ListCrosswalksRequest& request) {
  if (request.parent() == kEveryTaxonomy) return absl::OkStatus();
  FieldViolations violations;
  CheckName(violations, "parent", kTaxonomies, request.parent());
  return violations.ToStatus();
}

v1::Crosswalk NewCrosswalk(const v1::CreateCrosswalkRequest& request) {
  v1::Crosswalk crosswalk = request.crosswalk();
  ClearStamps(crosswalk);
  crosswalk.set_name(NameIn(NameIn(request.parent(), kCrosswalks), request.crosswalk_id()));
  return crosswalk;
}

std::string SourceOf(const v1::Crosswalk& crosswalk) {
  const std::string& name = crosswalk.name();
  return name.substr(0, name.find("/crosswalks/"));
}

std::string TargetOf(const v1::Crosswalk& crosswalk) {
  return NameIn(kTaxonomies, LastId(crosswalk.name()));
}

absl::Status ValidateCrosswalk(const v1::Crosswalk& crosswalk, const v1::Taxonomy& from,
                               const v1::Taxonomy& to) {
  WEFT_RETURN_IF_ERROR(CheckPublished(from));
  WEFT_RETURN_IF_ERROR(CheckPublished(to));
  FieldViolations violations;
  CheckText(violations, "crosswalk.display_name", crosswalk.display_name(), kMaxDisplayName);
  CheckSources(violations, crosswalk, from);
  const Codes targets = CodesOf(to);
  for (int i = 0; i < crosswalk.mappings_size(); ++i) {
    const v1::CrosswalkMapping& mapping = crosswalk.mappings(i);
    const std::string field = absl::StrCat("crosswalk.mappings[", i, "]");
    CheckRelation(violations, field, mapping);
    CheckTargets(violations, field, mapping, targets, to);
    CheckText(violations, absl::StrCat(field, ".note"), mapping.note(), kMaxNote, Lines::kMany);
  }
  return violations.ToStatus();
}

}  // namespace weft::registry
