#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/registry/domain/partnership_views.h"
#include "services/registry/domain/vocabulary.h"
#include "tests/services/registry/examples.h"
#include "tests/testing/errors.h"

namespace weft::registry {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::IsError;
using testing::IsOk;
using testing::ViolatedFields;
using testing::Violates;
using testing::Violation;
using v1::Vocabulary;

v1::CreateVocabularyRequest CreateOf(const Vocabulary& vocabulary) {
  v1::CreateVocabularyRequest request;
  *request.mutable_vocabulary() = vocabulary;
  return request;
}

Vocabulary Published(Vocabulary::Kind kind, const std::vector<std::string>& codes,
                     int version = 1) {
  Vocabulary vocabulary = ExampleVocabulary(kind, version, codes);
  vocabulary.set_name(absl::StrCat("vocabularies/v", static_cast<int>(kind), "-", version));
  vocabulary.set_state(Vocabulary::STATE_PUBLISHED);
  return vocabulary;
}

TEST(VocabularyRules, ExampleIsValid) {
  EXPECT_THAT(ValidateCreate(CreateOf(ExampleVocabulary())), IsOk());
  EXPECT_THAT(ValidateCreate(v1::CreateVocabularyRequest()), Violates("vocabulary"));
}

TEST(VocabularyRules, SaysEverythingAtOnce) {
  Vocabulary vocabulary;
  vocabulary.set_supersedes("taxonomies/lab-2025");
  vocabulary.set_description(std::string(4001, 'a'));
  v1::Term* term = vocabulary.add_terms();
  term->set_code("Mentoring");
  term->set_description(std::string(1001, 'a'));
  term->set_source(std::string(1001, 'a'));
  v1::CreateVocabularyRequest request = CreateOf(vocabulary);
  request.set_vocabulary_id("-");
  EXPECT_THAT(ValidateCreate(request),
              Violates("vocabulary_id", "vocabulary.display_name", "vocabulary.family",
                       "vocabulary.version", "vocabulary.supersedes", "vocabulary.description",
                       "vocabulary.kind", "vocabulary.terms[0].code",
                       "vocabulary.terms[0].display_name", "vocabulary.terms[0].description",
                       "vocabulary.terms[0].provenance", "vocabulary.terms[0].source"));
}

TEST(VocabularyRules, CodesAreUniqueAndAtMost200) {
  Vocabulary vocabulary =
      ExampleVocabulary(Vocabulary::KIND_ROLE, 1, {"mentoring", "space", "mentoring"});
  EXPECT_THAT(ValidateVocabulary(vocabulary), Violates("vocabulary.terms[2].code"));
  vocabulary.clear_terms();
  for (int i = 0; i < 200; ++i) {
    *vocabulary.add_terms() =
        ExampleVocabulary(Vocabulary::KIND_ROLE, 1, {absl::StrCat("r", i)}).terms(0);
  }
  EXPECT_THAT(ValidateVocabulary(vocabulary), IsOk());
  *vocabulary.add_terms() = ExampleVocabulary(Vocabulary::KIND_ROLE, 1, {"one_more"}).terms(0);
  EXPECT_THAT(ValidateVocabulary(vocabulary), Violates("vocabulary.terms"));
}

TEST(VocabularyRules, UnknownKindsAreRefused) {
  Vocabulary vocabulary = ExampleVocabulary();
  vocabulary.set_kind(static_cast<Vocabulary::Kind>(9));
  EXPECT_THAT(ValidateVocabulary(vocabulary), Violates("vocabulary.kind"));
}

TEST(VocabularyRules, SupersedesAPublishedLowerVersionOfItsFamilyAndKind) {
  const Vocabulary vocabulary = ExampleVocabulary(Vocabulary::KIND_ROLE, 2);
  Vocabulary superseded = Published(Vocabulary::KIND_ROLE, {"mentoring"});
  EXPECT_THAT(CheckSupersedes(vocabulary, superseded), IsOk());
  superseded.set_version(2);
  EXPECT_THAT(CheckSupersedes(vocabulary, superseded), Violates("vocabulary.supersedes"));
  superseded.set_version(1);
  superseded.set_kind(Vocabulary::KIND_MECHANISM);
  EXPECT_THAT(Violation(CheckSupersedes(vocabulary, superseded), "vocabulary.supersedes"),
              HasSubstr("a list of KIND_MECHANISM; it must be of KIND_ROLE"));
  superseded.set_kind(Vocabulary::KIND_ROLE);
  superseded.set_family("other");
  EXPECT_THAT(CheckSupersedes(vocabulary, superseded), Violates("vocabulary.supersedes"));
  superseded.set_family(vocabulary.family());
  superseded.set_state(Vocabulary::STATE_DRAFT);
  EXPECT_THAT(CheckSupersedes(vocabulary, superseded),
              IsError(absl::StatusCode::kFailedPrecondition, "VOCABULARY_NOT_PUBLISHED"));
}

TEST(VocabularyRules, PublishingFixesADraft) {
  v1::CreateVocabularyRequest request = CreateOf(Published(Vocabulary::KIND_ROLE, {"mentoring"}));
  Vocabulary vocabulary = NewVocabulary(request, "roles");
  EXPECT_EQ(vocabulary.name(), "vocabularies/roles");
  EXPECT_THAT(CheckDraft(vocabulary), IsOk());
  EXPECT_THAT(Publish(vocabulary), IsOk());
  EXPECT_TRUE(IsPublished(vocabulary));
  EXPECT_THAT(CheckDraft(vocabulary),
              IsError(absl::StatusCode::kFailedPrecondition, "VOCABULARY_PUBLISHED"));
  vocabulary.clear_terms();
  EXPECT_THAT(Publish(vocabulary),
              IsError(absl::StatusCode::kFailedPrecondition, "VOCABULARY_EMPTY"));
}

TEST(VocabularyNames, AreOneForEachKindAtMost) {
  v1::SiteView view;
  for (const char* id : {"a", "b", "c", "d"}) {
    view.add_vocabularies(absl::StrCat("vocabularies/", id));
  }
  EXPECT_THAT(ValidateView(view), IsOk());
  view.set_vocabularies(1, "vocabularies/a");
  view.set_vocabularies(3, "taxonomies/d");
  EXPECT_THAT(ValidateView(view),
              Violates("site_view.vocabularies[1]", "site_view.vocabularies[3]"));
  view.add_vocabularies("vocabularies/e");
  EXPECT_THAT(ValidateView(view), Violates("site_view.vocabularies"));
}

// As CheckSaidIn(), of what stands in the field of a request.
template <class Said>
absl::Status CheckSaidAt(const std::string& field, const std::vector<Vocabulary>& vocabularies,
                         const Said& said) {
  std::vector<const Vocabulary*> stated;
  stated.reserve(vocabularies.size());
  for (const Vocabulary& vocabulary : vocabularies) stated.push_back(&vocabulary);
  return CheckSaidIn(stated, field, said);
}
absl::Status CheckSaid(const std::vector<Vocabulary>& vocabularies, const v1::Partnership& said) {
  return CheckSaidAt("partnership", vocabularies, said);
}
absl::Status CheckSaid(const std::vector<Vocabulary>& vocabularies, const v1::SiteView& said) {
  return CheckSaidAt("site_view", vocabularies, said);
}
absl::Status CheckSaid(const std::vector<Vocabulary>& vocabularies,
                       const v1::OrganizationView& said) {
  return CheckSaidAt("organization_view", vocabularies, said);
}
absl::Status CheckSaid(const std::vector<Vocabulary>& vocabularies,
                       const v1::PartnershipProposal& said) {
  return CheckSaidAt("partnership_proposal", vocabularies, said);
}

TEST(SaidIn, EveryCodeOfAStatedKindStandsInItsList) {
  v1::Partnership partnership = ExamplePartnership();
  partnership.add_roles("space");
  const std::vector<Vocabulary> all = {Published(Vocabulary::KIND_ROLE, {"mentoring", "space"}),
                                       Published(Vocabulary::KIND_MECHANISM, {"shared_staff"}),
                                       Published(Vocabulary::KIND_AGREEMENT_KIND, {"mou"}),
                                       Published(Vocabulary::KIND_CONDITION, {"transport"})};
  EXPECT_THAT(CheckSaid(all, partnership), IsOk());
  EXPECT_THAT(CheckSaid({}, partnership), IsOk());

  const std::vector<Vocabulary> others = {
      Published(Vocabulary::KIND_ROLE, {"tutoring", "mentorin"}),
      Published(Vocabulary::KIND_MECHANISM, {"board"}),
      Published(Vocabulary::KIND_AGREEMENT_KIND, {"lease"}),
      Published(Vocabulary::KIND_CONDITION, {"funding"})};
  const absl::Status refused = CheckSaid(others, partnership);
  EXPECT_THAT(refused, IsError(absl::StatusCode::kInvalidArgument, "CODE_NOT_IN_VOCABULARY"));
  EXPECT_THAT(refused,
              Violates("partnership.roles[0]", "partnership.roles[1]", "partnership.mechanisms[0]",
                       "partnership.agreements[0].kind", "partnership.conditions[0].code"));
  EXPECT_THAT(Violation(refused, "partnership.roles[0]"),
              AllOf(HasSubstr("is \"mentoring\""), HasSubstr("\"vocabularies/v1-1\""),
                    HasSubstr("did you mean \"mentorin\"?")));
  // Codes of kinds that no list is stated for are free.
  EXPECT_THAT(CheckSaid({all[0]}, partnership), IsOk());
  EXPECT_THAT(CheckSaid({others[3]}, partnership), Violates("partnership.conditions[0].code"));
}

TEST(SaidIn, HoldsForViewsAndProposalsAlike) {
  const std::vector<Vocabulary> roles = {Published(Vocabulary::KIND_ROLE, {"space"})};
  const std::vector<Vocabulary> agreements = {Published(Vocabulary::KIND_AGREEMENT_KIND, {"mou"})};
  v1::SiteView site;
  site.add_roles("mentoring");
  EXPECT_THAT(CheckSaid(roles, site), Violates("site_view.roles[0]"));
  EXPECT_THAT(CheckSaid(agreements, site), IsOk());
  v1::OrganizationView organization;
  organization.add_conditions()->set_code("rain");
  EXPECT_THAT(CheckSaid({Published(Vocabulary::KIND_CONDITION, {"transport"})}, organization),
              Violates("organization_view.conditions[0].code"));
  EXPECT_THAT(CheckSaid(roles, ExampleProposal()), Violates("partnership_proposal.roles[0]"));
}

TEST(SaidIn, ListsArePublishedAndOfDifferentKinds) {
  const Vocabulary first = Published(Vocabulary::KIND_ROLE, {"mentoring"});
  const Vocabulary second = Published(Vocabulary::KIND_ROLE, {"mentoring"}, 2);
  const v1::Partnership partnership = ExamplePartnership();
  EXPECT_THAT(CheckSaid({first, second}, partnership), Violates("partnership.vocabularies[1]"));
  Vocabulary draft = first;
  draft.set_state(Vocabulary::STATE_DRAFT);
  EXPECT_THAT(CheckSaid({draft}, partnership),
              IsError(absl::StatusCode::kFailedPrecondition, "VOCABULARY_NOT_PUBLISHED"));
}

TEST(SaidIn, AnErrorNamesNoMoreThanItCanCarry) {
  v1::SiteView view;
  for (int i = 0; i < 20; ++i) view.add_roles(absl::StrCat("r", i));
  for (int i = 0; i < 20; ++i) view.add_mechanisms(absl::StrCat("m", i));
  const absl::Status refused = CheckSaid({Published(Vocabulary::KIND_ROLE, {"space"}),
                                          Published(Vocabulary::KIND_MECHANISM, {"board"})},
                                         view);
  EXPECT_EQ(ViolatedFields(refused).size(), static_cast<size_t>(kMaxFieldViolations));
}

}  // namespace
}  // namespace weft::registry
