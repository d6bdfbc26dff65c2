#include "services/registry/domain/vocabulary.h"

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/base/nearest.h"
#include "common/base/status_macros.h"
#include "common/validation/counts.h"
#include "common/validation/text.h"
#include "services/registry/domain/names.h"

namespace weft::registry {
namespace {

using v1::Vocabulary;

constexpr size_t kMaxSource = 1000;
// One for each kind.
constexpr int kMaxVocabularies = v1::Vocabulary::Kind_ARRAYSIZE - 1;

void CheckVocabulary(FieldViolations& violations, const Vocabulary& vocabulary) {
  CheckVersion(violations, "vocabulary", kVocabularies, vocabulary);
  if (vocabulary.kind() == Vocabulary::KIND_UNSPECIFIED ||
      !Vocabulary::Kind_IsValid(vocabulary.kind())) {
    violations.Add("vocabulary.kind",
                   "is required: KIND_ROLE, KIND_MECHANISM, KIND_AGREEMENT_KIND or "
                   "KIND_CONDITION");
  }
  CheckEntries(violations, "vocabulary.terms", vocabulary.terms());
  for (int i = 0; i < vocabulary.terms_size(); ++i) {
    CheckText(violations, absl::StrCat("vocabulary.terms[", i, "].source"),
              vocabulary.terms(i).source(), kMaxSource, Lines::kMany);
  }
}

// The codes of one list, and what is said in others than these.
class Codes {
 public:
  explicit Codes(const Vocabulary& vocabulary) : vocabulary_(vocabulary) {
    for (const v1::Term& term : vocabulary.terms()) codes_.insert(term.code());
  }

  // `found` counts what is wrong so far: only what an error can carry is looked up.
  void Check(FieldViolations& violations, int& found, const std::string& field,
             const std::string& code) const {
    if (codes_.contains(code) || ++found > kMaxFieldViolations) return;
    std::vector<std::string> candidates;
    candidates.reserve(static_cast<size_t>(vocabulary_.terms_size()));
    for (const v1::Term& term : vocabulary_.terms()) candidates.push_back(term.code());
    violations.Add(
        field, absl::StrCat("is ", Quoted(code), ", which \"", vocabulary_.name(),
                            "\" does not have; did you mean \"", Nearest(code, candidates), "\"?"));
  }

 private:
  const Vocabulary& vocabulary_;
  absl::flat_hash_set<std::string> codes_;
};

// `said` has what all that is said of partnerships has; agreements and conditions where it has
// them.
template <class Said>
void CheckOfKind(FieldViolations& violations, int& found, const std::string& field,
                 const Vocabulary& vocabulary, const Said& said) {
  const Codes codes(vocabulary);
  const auto at = [&field](absl::string_view list, int i, absl::string_view part = "") {
    return absl::StrCat(field, ".", list, "[", i, "]", part);
  };
  if (vocabulary.kind() == Vocabulary::KIND_ROLE) {
    for (int i = 0; i < said.roles_size(); ++i) {
      codes.Check(violations, found, at("roles", i), said.roles(i));
    }
  }
  if (vocabulary.kind() == Vocabulary::KIND_MECHANISM) {
    for (int i = 0; i < said.mechanisms_size(); ++i) {
      codes.Check(violations, found, at("mechanisms", i), said.mechanisms(i));
    }
  }
  if constexpr (requires { said.agreements(); }) {
    if (vocabulary.kind() == Vocabulary::KIND_AGREEMENT_KIND) {
      for (int i = 0; i < said.agreements_size(); ++i) {
        codes.Check(violations, found, at("agreements", i, ".kind"), said.agreements(i).kind());
      }
    }
  }
  if constexpr (requires { said.conditions(); }) {
    if (vocabulary.kind() == Vocabulary::KIND_CONDITION) {
      for (int i = 0; i < said.conditions_size(); ++i) {
        codes.Check(violations, found, at("conditions", i, ".code"), said.conditions(i).code());
      }
    }
  }
}

template <class Said>
absl::Status CheckSaid(const std::vector<const Vocabulary*>& vocabularies, const std::string& field,
                       const Said& said) {
  FieldViolations kinds;
  absl::flat_hash_set<int> seen;
  for (size_t i = 0; i < vocabularies.size(); ++i) {
    const Vocabulary& vocabulary = *vocabularies[i];
    WEFT_RETURN_IF_ERROR(CheckPublished(vocabulary));
    if (seen.insert(vocabulary.kind()).second) continue;
    kinds.Add(absl::StrCat(field, ".vocabularies[", i, "]"),
              absl::StrCat("names \"", vocabulary.name(), "\", another one of ",
                           Vocabulary::Kind_Name(vocabulary.kind()),
                           "; state one list of each kind at most"));
  }
  WEFT_RETURN_IF_ERROR(kinds.ToStatus());
  FieldViolations violations;
  int found = 0;
  for (const Vocabulary* vocabulary : vocabularies) {
    CheckOfKind(violations, found, field, *vocabulary, said);
  }
  return violations.ToStatus("CODE_NOT_IN_VOCABULARY");
}

}  // namespace

absl::Status ValidateCreate(const v1::CreateVocabularyRequest& request) {
  FieldViolations violations;
  CheckNewId(violations, "vocabulary_id", request.vocabulary_id());
  if (request.has_vocabulary()) {
    CheckVocabulary(violations, request.vocabulary());
  } else {
    violations.Add("vocabulary", "is required");
  }
  return violations.ToStatus();
}

Vocabulary NewVocabulary(const v1::CreateVocabularyRequest& request, absl::string_view id) {
  Vocabulary vocabulary = request.vocabulary();
  ClearStamps(vocabulary);
  vocabulary.set_name(NameIn(kVocabularies, id));
  vocabulary.set_state(Vocabulary::STATE_DRAFT);
  return vocabulary;
}

absl::Status ValidateVocabulary(const Vocabulary& vocabulary) {
  FieldViolations violations;
  CheckVocabulary(violations, vocabulary);
  return violations.ToStatus();
}

absl::Status CheckSupersedes(const Vocabulary& vocabulary, const Vocabulary& superseded) {
  FieldViolations violations;
  CheckLaterVersion(violations, "vocabulary", vocabulary, superseded);
  if (violations.empty() && superseded.kind() != vocabulary.kind()) {
    violations.Add("vocabulary.supersedes",
                   absl::StrCat("names \"", superseded.name(), "\", a list of ",
                                Vocabulary::Kind_Name(superseded.kind()), "; it must be of ",
                                Vocabulary::Kind_Name(vocabulary.kind()), ", as this one"));
  }
  WEFT_RETURN_IF_ERROR(violations.ToStatus());
  return CheckPublished(superseded);
}

absl::Status CheckDraft(const Vocabulary& vocabulary) {
  if (!IsPublished(vocabulary)) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, "VOCABULARY_PUBLISHED",
               absl::StrCat("\"", vocabulary.name(),
                            "\" is published and never changes again; create a new vocabulary of "
                            "family \"",
                            vocabulary.family(), "\" with a version above ", vocabulary.version(),
                            " that supersedes it"),
               {{"name", vocabulary.name()},
                {"family", vocabulary.family()},
                {"version", absl::StrCat(vocabulary.version())}});
}

absl::Status CheckPublished(const Vocabulary& vocabulary) {
  if (IsPublished(vocabulary)) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, "VOCABULARY_NOT_PUBLISHED",
               absl::StrCat("\"", vocabulary.name(),
                            "\" is still a draft; fix it with PublishVocabulary first"),
               {{"name", vocabulary.name()}});
}

absl::Status Publish(Vocabulary& vocabulary) {
  if (vocabulary.terms().empty()) {
    return Error(absl::StatusCode::kFailedPrecondition, "VOCABULARY_EMPTY",
                 absl::StrCat("\"", vocabulary.name(),
                              "\" has no terms; add them with UpdateVocabulary, then publish it"),
                 {{"name", vocabulary.name()}});
  }
  vocabulary.set_state(Vocabulary::STATE_PUBLISHED);
  return absl::OkStatus();
}

void CheckVocabularyNames(FieldViolations& violations, const std::string& field,
                          const google::protobuf::RepeatedPtrField<std::string>& names) {
  const std::string list = absl::StrCat(field, ".vocabularies");
  if (!CheckCount(violations, list, names.size(), kMaxVocabularies)) return;
  absl::flat_hash_set<std::string> seen;
  for (int i = 0; i < names.size(); ++i) {
    const std::string entry = absl::StrCat(list, "[", i, "]");
    CheckName(violations, entry, kVocabularies, names[i]);
    if (!seen.insert(names[i]).second) {
      violations.Add(entry, absl::StrCat("repeats ", Quoted(names[i])));
    }
  }
}

absl::Status CheckSaidIn(const std::vector<const Vocabulary*>& vocabularies,
                         const std::string& field, const v1::Partnership& partnership) {
  return CheckSaid(vocabularies, field, partnership);
}

absl::Status CheckSaidIn(const std::vector<const Vocabulary*>& vocabularies,
                         const std::string& field, const v1::SiteView& view) {
  return CheckSaid(vocabularies, field, view);
}

absl::Status CheckSaidIn(const std::vector<const Vocabulary*>& vocabularies,
                         const std::string& field, const v1::OrganizationView& view) {
  return CheckSaid(vocabularies, field, view);
}

absl::Status CheckSaidIn(const std::vector<const Vocabulary*>& vocabularies,
                         const std::string& field, const v1::PartnershipProposal& proposal) {
  return CheckSaid(vocabularies, field, proposal);
}

}  // namespace weft::registry
