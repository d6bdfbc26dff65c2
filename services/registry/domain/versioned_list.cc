#include "services/registry/domain/versioned_list.h"

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "common/validation/counts.h"
#include "common/validation/text.h"
#include "services/registry/domain/codes.h"
#include "services/registry/domain/names.h"
#include "weft/registry/v1/taxonomy.pb.h"
#include "weft/registry/v1/vocabulary.pb.h"

namespace weft::registry {
namespace {

constexpr int kMaxEntries = 200;
constexpr size_t kMaxEntryDescription = 1000;
constexpr size_t kMaxDescription = 4000;

void CheckProvenance(FieldViolations& violations, absl::string_view field,
                     v1::PartnerType::Provenance provenance) {
  if (provenance == v1::PartnerType::PROVENANCE_SOURCED ||
      provenance == v1::PartnerType::PROVENANCE_ASSUMED) {
    return;
  }
  violations.Add(field, "is required: PROVENANCE_SOURCED or PROVENANCE_ASSUMED");
}

}  // namespace

template <class List>
void CheckVersion(FieldViolations& violations, const std::string& field,
                  absl::string_view collection, const List& list) {
  RequireText(violations, absl::StrCat(field, ".display_name"), list.display_name(),
              kMaxDisplayName);
  if (list.family().empty()) {
    violations.Add(absl::StrCat(field, ".family"), "is required, e.g. \"lab\"");
  } else {
    CheckNewId(violations, absl::StrCat(field, ".family"), list.family());
  }
  violations.Require(list.version() >= 1, absl::StrCat(field, ".version"),
                     "is required and must be 1 or more");
  if (!list.supersedes().empty()) {
    CheckName(violations, absl::StrCat(field, ".supersedes"), collection, list.supersedes());
  }
  CheckText(violations, absl::StrCat(field, ".description"), list.description(), kMaxDescription,
            Lines::kMany);
}

template <class Entry>
void CheckEntries(FieldViolations& violations, const std::string& field,
                  const google::protobuf::RepeatedPtrField<Entry>& entries) {
  if (!CheckCount(violations, field, entries.size(), kMaxEntries)) return;
  absl::flat_hash_map<std::string, int> first_use;
  for (int i = 0; i < entries.size(); ++i) {
    const Entry& entry = entries[i];
    const std::string at = absl::StrCat(field, "[", i, "]");
    CheckCode(violations, absl::StrCat(at, ".code"), entry.code());
    RequireText(violations, absl::StrCat(at, ".display_name"), entry.display_name(),
                kMaxDisplayName);
    CheckText(violations, absl::StrCat(at, ".description"), entry.description(),
              kMaxEntryDescription, Lines::kMany);
    CheckProvenance(violations, absl::StrCat(at, ".provenance"), entry.provenance());
    const auto [first, added] = first_use.try_emplace(entry.code(), i);
    if (!added && !entry.code().empty()) {
      violations.Add(absl::StrCat(at, ".code"),
                     absl::StrCat("is ", Quoted(entry.code()), ", as in ", field, "[",
                                  first->second, "]; each code may stand once"));
    }
  }
}

template <class List>
void CheckLaterVersion(FieldViolations& violations, const std::string& field, const List& list,
                       const List& superseded, absl::string_view way_out) {
  const std::string supersedes = absl::StrCat(field, ".supersedes");
  if (superseded.family() != list.family()) {
    violations.Add(supersedes, absl::StrCat("names \"", superseded.name(), "\" of family \"",
                                            superseded.family(), "\"; it must be of \"",
                                            list.family(), "\", as this one", way_out));
  } else if (superseded.version() >= list.version()) {
    violations.Add(supersedes,
                   absl::StrCat("names \"", superseded.name(), "\", which is version ",
                                superseded.version(), "; it must be below ", list.version()));
  }
}

template <class List>
std::string FamilyVersion(const List& list) {
  return absl::StrCat(list.family(), "/", list.version());
}

template void CheckVersion(FieldViolations&, const std::string&, absl::string_view,
                           const v1::Taxonomy&);
template void CheckVersion(FieldViolations&, const std::string&, absl::string_view,
                           const v1::Vocabulary&);
template void CheckEntries(FieldViolations&, const std::string&,
                           const google::protobuf::RepeatedPtrField<v1::PartnerType>&);
template void CheckEntries(FieldViolations&, const std::string&,
                           const google::protobuf::RepeatedPtrField<v1::Term>&);
template void CheckLaterVersion(FieldViolations&, const std::string&, const v1::Taxonomy&,
                                const v1::Taxonomy&, absl::string_view);
template void CheckLaterVersion(FieldViolations&, const std::string&, const v1::Vocabulary&,
                                const v1::Vocabulary&, absl::string_view);
template std::string FamilyVersion(const v1::Taxonomy&);
template std::string FamilyVersion(const v1::Vocabulary&);

}  // namespace weft::registry
