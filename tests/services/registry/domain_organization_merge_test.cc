// Whose values stand when organizations are merged, what becomes of their ties, and what goes back.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/registry/domain/merge_ties.h"
#include "services/registry/domain/organization.h"
#include "services/registry/domain/organization_merge.h"
#include "services/registry/domain/organization_unmerge.h"
#include "services/registry/domain/soft_delete.h"
#include "tests/services/registry/examples.h"
#include "tests/testing/errors.h"
#include "tests/testing/proto_matchers.h"

namespace weft::registry {
namespace {

using ::testing::ElementsAre;
using testing::EqualsProto;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsError;
using testing::IsOk;
using testing::Violates;
using v1::MergedField;
using v1::MergedReference;
using v1::MergedTie;
using v1::MergedValue;
using v1::Organization;
using v1::OrganizationIdentifier;
using v1::OrganizationMerge;
using v1::Partnership;
using v1::UnmergeRemainder;

using Fields = google::protobuf::RepeatedPtrField<MergedField>;

Organization Named(const std::string& id, const std::string& display_name) {
  Organization organization;
  organization.set_name("organizations/" + id);
  organization.set_etag(absl::StrCat("\"", id, "\""));
  organization.set_display_name(display_name);
  return organization;
}

void AddIdentifier(Organization& organization, const std::string& value) {
  OrganizationIdentifier* identifier = organization.add_identifiers();
  identifier->set_scheme(OrganizationIdentifier::SCHEME_LEAID);
  identifier->set_value(value);
}

v1::MergeOrganizationsRequest Request(const std::vector<std::string>& duplicates = {"d"}) {
  v1::MergeOrganizationsRequest request;
  request.set_survivor("organizations/s");
  for (const std::string& id : duplicates) request.add_duplicates("organizations/" + id);
  return request;
}

void Choose(v1::MergeOrganizationsRequest& request, const std::string& field,
            const std::string& id) {
  v1::FieldChoice* choice = request.add_choices();
  choice->set_field(field);
  choice->set_organization("organizations/" + id);
}

// What the hierarchy is when these are all there are.
Hierarchy Of(const std::vector<Organization>& organizations) {
  Hierarchy hierarchy;
  for (const Organization& each : organizations) {
    hierarchy.Add(each.name(), each.parent_organization());
  }
  return hierarchy;
}

absl::StatusOr<Organization> UniteAll(const v1::MergeOrganizationsRequest& request,
                                      const Organization& survivor,
                                      const std::vector<Organization>& duplicates, Fields& fields,
                                      std::vector<Organization> others = {},
                                      bool has_new_parts = false) {
  others.push_back(survivor);
  others.insert(others.end(), duplicates.begin(), duplicates.end());
  return Unite(request, survivor, duplicates, Of(others), has_new_parts, fields);
}

// "website: FILLED organizations/d +organizations/d=https://x
// -organizations/e=https://y(NOT_CHOSEN)".
std::string Told(const Fields& fields, const std::string& name) {
  for (const MergedField& field : fields) {
    if (field.field() != name) continue;
    std::string text =
        absl::StrCat(MergedField::Rule_Name(field.rule()).substr(5), " ", field.organization());
    for (const MergedValue& value : field.taken()) {
      absl::StrAppend(&text, " +", value.organization().substr(14), "=", value.value());
    }
    for (const MergedValue& value : field.left_aside()) {
      absl::StrAppend(&text, " -", value.organization().substr(14), "=", value.value(), "(",
                      MergedValue::Reason_Name(value.reason()).substr(7), ")");
    }
    return text;
  }
  return "";
}

TEST(OrganizationMerge, NamesEverythingThatIsWrongWithARequest) {
  EXPECT_THAT(ValidateMerge(Request()), IsOk());
  EXPECT_THAT(ValidateMerge({}), Violates("survivor", "duplicates"));
  v1::MergeOrganizationsRequest request = Request({"s", "d", "d", "D"});
  Choose(request, "identifiers", "s");
  Choose(request, "website", "x");
  Choose(request, "website", "d");
  request.set_tie_collision(static_cast<OrganizationMerge::TieCollision>(9));
  v1::OrganizationEtag* etag = request.add_etags();
  etag->set_organization("organizations/x");
  request.set_note(std::string(2001, 'x'));
  EXPECT_THAT(ValidateMerge(request),
              Violates("duplicates[0]", "duplicates[2]", "duplicates[3]", "choices[0].field",
                       "choices[1].organization", "choices[2].field", "tie_collision",
                       "etags[0].organization", "etags[0].etag", "note"));
  std::vector<std::string> many;
  many.reserve(21);
  for (int i = 0; i < 21; ++i) many.push_back(absl::StrCat("d", i));
  EXPECT_THAT(ValidateMerge(Request(many)), Violates("duplicates"));
  many.pop_back();
  EXPECT_THAT(ValidateMerge(Request(many)), IsOk());
}

TEST(OrganizationMerge, RestsOnTheVersionsThatItNames) {
  v1::MergeOrganizationsRequest request = Request();
  v1::OrganizationEtag* etag = request.add_etags();
  etag->set_organization("organizations/d");
  etag->set_etag("\"d\"");
  EXPECT_THAT(CheckEtag(request, Named("d", "D")), IsOk());
  EXPECT_THAT(CheckEtag(request, Named("s", "S")), IsOk());
  etag->set_etag("\"old\"");
  EXPECT_THAT(CheckEtag(request, Named("d", "D")),
              IsError(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
}

TEST(OrganizationMerge, TheSurvivorsValuesStandAndGapsAreFilled) {
  const Organization survivor = [] {
    Organization made = Named("s", "Library");
    made.set_status(Organization::STATUS_ACTIVE);
    return made;
  }();
  Organization first = Named("d", "Riverside Library");
  first.set_status(Organization::STATUS_INACTIVE);
  Organization second = Named("e", "Library of Riverside");
  second.set_website("https://second.example.org");
  Organization third = Named("f", "LIBRARY");
  third.set_website("https://third.example.org");
  Fields fields;
  const auto united = UniteAll(Request({"d", "e", "f"}), survivor, {first, second, third}, fields);
  ASSERT_THAT(united, IsOk());
  EXPECT_EQ(united->display_name(), "Library");
  EXPECT_EQ(united->website(), "https://second.example.org");
  EXPECT_EQ(united->status(), Organization::STATUS_ACTIVE);
  EXPECT_EQ(Told(fields, "status"), "SURVIVOR organizations/s -d=inactive(NOT_CHOSEN)");
  EXPECT_EQ(Told(fields, "website"),
            "FILLED organizations/e +e=https://second.example.org "
            "-f=https://third.example.org(NOT_CHOSEN)");
  // Their names are names of it, but for the one that differs in its letters' case alone.
  ASSERT_EQ(united->alternate_names_size(), 2);
  EXPECT_EQ(united->alternate_names(0).text(), "Riverside Library");
  EXPECT_EQ(united->alternate_names(0).kind(), v1::AlternateName::KIND_OTHER);
  EXPECT_EQ(united->alternate_names(1).text(), "Library of Riverside");
  EXPECT_EQ(Told(fields, "tags"), "");  // nobody has one
}

TEST(OrganizationMerge, ChoicesDecideWhoseValueStandsAlsoWhereItIsEmpty) {
  Organization survivor = Named("s", "Library");
  survivor.set_website("https://old.example.org");
  survivor.add_partner_types("cbo");
  survivor.add_tags("a");
  Organization duplicate = Named("d", "Riverside Library");
  duplicate.add_partner_types("library");
  duplicate.add_tags("b");
  duplicate.set_status(Organization::STATUS_INACTIVE);
  v1::MergeOrganizationsRequest request = Request();
  Choose(request, "display_name", "d");
  Choose(request, "website", "d");
  Choose(request, "partner_types", "d");
  Choose(request, "tags", "s");
  Choose(request, "status", "s");
  Fields fields;
  const auto united = UniteAll(request, survivor, {duplicate}, fields);
  ASSERT_THAT(united, IsOk());
  EXPECT_EQ(united->display_name(), "Riverside Library");
  EXPECT_EQ(united->website(), "");
  EXPECT_EQ(united->status(), Organization::STATUS_UNSPECIFIED);
  EXPECT_THAT(united->partner_types(), ElementsAre("library"));
  EXPECT_THAT(united->tags(), ElementsAre("a"));
  ASSERT_EQ(united->alternate_names_size(), 1);
  EXPECT_EQ(united->alternate_names(0).text(), "Library");
  EXPECT_EQ(Told(fields, "display_name"),
            "CHOSEN organizations/d +d=Riverside Library -s=Library(NOT_CHOSEN)");
  EXPECT_EQ(Told(fields, "website"),
            "CHOSEN organizations/d -s=https://old.example.org(NOT_CHOSEN)");
  EXPECT_EQ(Told(fields, "partner_types"), "CHOSEN organizations/d +d=library -s=cbo(NOT_CHOSEN)");
  EXPECT_EQ(Told(fields, "tags"), "CHOSEN organizations/s -d=b(NOT_CHOSEN)");
}

TEST(OrganizationMerge, ListsAreUnitedOnceEachWithinTheirLimits) {
  Organization survivor = ExampleOrganization();
  survivor.set_name("organizations/s");
  // Its own list is not tidied up on the way.
  *survivor.add_contacts() = survivor.contacts(0);
  for (int i = 0; i < 48; ++i) survivor.add_tags(absl::StrCat("s", i));
  Organization duplicate = ExampleOrganization();
  duplicate.set_name("organizations/d");
  duplicate.set_display_name("RPL");  // the survivor's acronym
  duplicate.clear_identifiers();
  AddIdentifier(duplicate, "2901234");
  duplicate.add_contacts()->set_email("desk@example.org");
  duplicate.add_locations()->set_locality("Ozark");
  duplicate.add_tags("room");
  duplicate.add_tags("no-room");
  Fields fields;
  const auto united = UniteAll(Request(), survivor, {duplicate}, fields);
  ASSERT_THAT(united, IsOk());
  ASSERT_EQ(united->alternate_names_size(), 1);
  EXPECT_EQ(united->alternate_names(0).kind(), v1::AlternateName::KIND_ACRONYM);
  EXPECT_EQ(united->identifiers_size(), 2);
  EXPECT_EQ(united->contacts_size(), 3);
  EXPECT_EQ(united->locations_size(), 2);
  EXPECT_EQ(united->tags_size(), 50);
  EXPECT_EQ(Told(fields, "identifiers"), "UNITED  +d=leaid 2901234");
  EXPECT_EQ(Told(fields, "locations"), "UNITED  +d=Ozark");
  EXPECT_EQ(Told(fields, "tags"), "UNITED  +d=room -d=no-room(NO_ROOM)");
  EXPECT_EQ(Told(fields, "contacts"), "UNITED  +d=");  // personal: whose it is, and no more
  EXPECT_EQ(Told(fields, "partner_types"), "UNITED ");
}

TEST(OrganizationMerge, NoIdentifierIsLost) {
  Organization survivor = Named("s", "S");
  Organization duplicate = Named("d", "D");
  for (int i = 0; i < 50; ++i) AddIdentifier(survivor, absl::StrCat(2900000 + i));
  AddIdentifier(duplicate, "2900049");
  Fields fields;
  EXPECT_THAT(UniteAll(Request(), survivor, {duplicate}, fields), IsOk());
  AddIdentifier(duplicate, "2900050");
  EXPECT_THAT(UniteAll(Request(), survivor, {duplicate}, fields),
              IsError(absl::StatusCode::kFailedPrecondition, "MERGE_IDENTIFIERS_TOO_MANY"));
}

TEST(OrganizationMerge, WhatADuplicateIsAPartOfFillsAGap) {
  const Organization county = Named("county", "County");
  Organization duplicate = Named("d", "D");
  duplicate.set_parent_organization("organizations/county");
  Fields fields;
  auto united = UniteAll(Request(), Named("s", "S"), {duplicate}, fields, {county});
  ASSERT_THAT(united, IsOk());
  EXPECT_EQ(united->parent_organization(), "organizations/county");
  EXPECT_EQ(Told(fields, "parent_organization"), "FILLED organizations/d +d=organizations/county");
  // A part of the survivor cannot stand above it: a gap stays one, and a choice is refused.
  Organization branch = Named("branch", "Branch");
  branch.set_parent_organization("organizations/s");
  duplicate.set_parent_organization("organizations/branch");
  Organization other = Named("e", "E");
  other.set_parent_organization("organizations/county");
  fields.Clear();
  united =
      UniteAll(Request({"d", "e"}), Named("s", "S"), {duplicate, other}, fields, {county, branch});
  ASSERT_THAT(united, IsOk());
  EXPECT_EQ(united->parent_organization(), "organizations/county");
  EXPECT_EQ(Told(fields, "parent_organization"),
            "FILLED organizations/e +e=organizations/county "
            "-d=organizations/branch(HIERARCHY)");
  v1::MergeOrganizationsRequest chosen = Request({"d"});
  Choose(chosen, "parent_organization", "d");
  EXPECT_THAT(UniteAll(chosen, Named("s", "S"), {duplicate}, fields, {branch}),
              IsError(absl::StatusCode::kFailedPrecondition, "ORGANIZATION_PARENT_CYCLE"));
  fields.Clear();
  united = UniteAll(Request({"d"}), Named("s", "S"), {duplicate}, fields, {branch});
  ASSERT_THAT(united, IsOk());
  EXPECT_EQ(united->parent_organization(), "");
  EXPECT_EQ(Told(fields, "parent_organization"),
            "SURVIVOR organizations/s -d=organizations/branch(HIERARCHY)");
}

TEST(OrganizationMerge, ThePartThatSurvivesTakesThePlaceOfTheWhole) {
  const Organization county = Named("county", "County");
  Organization whole = Named("d", "D");
  whole.set_parent_organization("organizations/county");
  Organization part = Named("s", "S");
  part.set_parent_organization("organizations/d");
  Fields fields;
  auto united = UniteAll(Request(), part, {whole}, fields, {county}, true);
  ASSERT_THAT(united, IsOk());
  EXPECT_EQ(united->parent_organization(), "organizations/county");
  // With one between them there is no such place.
  Organization between = Named("between", "B");
  between.set_parent_organization("organizations/d");
  part.set_parent_organization("organizations/between");
  EXPECT_THAT(UniteAll(Request(), part, {whole}, fields, {county, between}, true),
              IsError(absl::StatusCode::kFailedPrecondition, "ORGANIZATION_PARENT_CYCLE"));
}

TEST(OrganizationMerge, PartsStandAtMostTwentyBelowTheTop) {
  std::vector<Organization> chain;
  for (int i = 0; i < 20; ++i) {
    chain.push_back(Named(absl::StrCat("c", i), "C"));
    if (i > 0) chain.back().set_parent_organization(absl::StrCat("organizations/c", i - 1));
  }
  Organization survivor = Named("s", "S");
  survivor.set_parent_organization("organizations/c19");
  Fields fields;
  EXPECT_THAT(UniteAll(Request(), survivor, {Named("d", "D")}, fields, chain), IsOk());
  EXPECT_THAT(UniteAll(Request(), survivor, {Named("d", "D")}, fields, chain, true),
              IsError(absl::StatusCode::kFailedPrecondition, "ORGANIZATION_PARENTS_TOO_DEEP"));
  survivor.set_parent_organization("organizations/c18");
  EXPECT_THAT(UniteAll(Request(), survivor, {Named("d", "D")}, fields, chain, true), IsOk());
}

TEST(OrganizationMerge, IsOneCommitOfBoundedSize) {
  MergeSize rows;
  for (size_t i = 0; i < kMaxMergeRows; ++i) ASSERT_THAT(rows.Add(1), IsOk());
  EXPECT_THAT(rows.Add(1), IsError(absl::StatusCode::kFailedPrecondition, "MERGE_TOO_LARGE"));
  MergeSize bytes;
  EXPECT_THAT(bytes.Add(kMaxMergeBytes), IsOk());
  EXPECT_THAT(bytes.Add(1), IsError(absl::StatusCode::kFailedPrecondition, "MERGE_TOO_LARGE"));
}

TEST(OrganizationMerge, IdsAreInTheOrderOfTime) {
  const absl::Time time =
      absl::FromCivil(absl::CivilSecond(2026, 3, 1, 4, 5, 6), absl::UTCTimeZone());
  EXPECT_EQ(MergeId(time, "0a1b2c3d-0000-4000-8000-000000000001"),
            "20260301-040506000000-0a1b2c3d");
  EXPECT_LT(MergeId(time + absl::Microseconds(1), "ffffffff-0000-4000-8000-000000000001"),
            MergeId(time + absl::Microseconds(2), "00000000-0000-4000-8000-000000000001"));
}

TEST(OrganizationMerge, MergedOnesAreNotWrittenAndHaveNoNumbers) {
  Organization merged = ExampleOrganization();
  merged.set_name("organizations/d");
  EXPECT_EQ(IdentifierKeys(merged).size(), 1);
  merged.set_merged_into("organizations/s");
  EXPECT_THAT(IdentifierKeys(merged), IsEmpty());
  const auto refused = IsError(absl::StatusCode::kFailedPrecondition, "ORGANIZATION_MERGED");
  EXPECT_THAT(CheckNotDeleted(merged), refused);
  EXPECT_THAT(CheckDeleted(merged), refused);
  EXPECT_THAT(std::string(CheckNotMerged(merged).message()), HasSubstr("organizations/s"));
}

// --- Ties ---

const absl::Time kNow =
    absl::FromCivil(absl::CivilSecond(2026, 3, 1, 12, 0, 0), absl::UTCTimeZone());

Partnership Tie(const std::string& id, const std::string& organization,
                const std::string& site = "s1", const std::string& type = "library") {
  Partnership tie = ExamplePartnership();
  tie.set_name(absl::StrCat("sites/", site, "/partnerships/", id));
  tie.set_organization("organizations/" + organization);
  tie.set_partner_type(type);
  return tie;
}

TEST(MergeTies, ComeToTheSurvivorAsTheyAre) {
  TieMover mover("organizations/s", OrganizationMerge::TIE_COLLISION_REFUSE, kNow);
  Partnership tie = Tie("a", "d");
  tie.set_is_self(true);
  Partnership expected = tie;
  expected.set_organization("organizations/s");
  mover.AddKept(mover.KeyOf(Tie("x", "s", "s2")), "sites/s2/partnerships/x");
  mover.AddKept(mover.KeyOf(Tie("y", "s", "s1", "cbo")), "sites/s1/partnerships/y");
  const MergedTie done = mover.Move(tie);
  EXPECT_THAT(tie, EqualsProto(expected));
  EXPECT_EQ(done.outcome(), MergedTie::OUTCOME_MOVED);
  EXPECT_EQ(done.from(), "organizations/d");
  EXPECT_EQ(mover.collisions(), 0);
  EXPECT_THAT(mover.Check(), IsOk());
}

TEST(MergeTies, OnlyOpenOnesCollide) {
  TieMover mover("organizations/s", OrganizationMerge::TIE_COLLISION_REFUSE, kNow);
  mover.AddKept(mover.KeyOf(Tie("x", "s")), "sites/s1/partnerships/x");
  Partnership ended = Tie("a", "d");
  *ended.mutable_end_date() = Day(2025, 1, 1);
  Partnership deleted = Tie("b", "d");
  deleted.mutable_delete_time()->set_seconds(1);
  EXPECT_EQ(mover.KeyOf(ended), "");
  EXPECT_EQ(mover.Move(ended).outcome(), MergedTie::OUTCOME_MOVED);
  EXPECT_EQ(mover.Move(deleted).outcome(), MergedTie::OUTCOME_MOVED);
  EXPECT_THAT(mover.Check(), IsOk());
  Partnership open = Tie("c", "d");
  mover.Move(open);
  const absl::Status refused = mover.Check();
  EXPECT_THAT(refused, IsError(absl::StatusCode::kFailedPrecondition, "MERGE_TIES_COLLIDE"));
  EXPECT_THAT(std::string(refused.message()), HasSubstr("sites/s1/partnerships/c"));
}

TEST(MergeTies, TheOneThatCollidesEnds) {
  TieMover mover("organizations/s", OrganizationMerge::TIE_COLLISION_END, kNow);
  mover.AddKept(mover.KeyOf(Tie("x", "s")), "sites/s1/partnerships/x");
  Partnership tie = Tie("a", "d");
  const MergedTie done = mover.Move(tie);
  EXPECT_EQ(done.outcome(), MergedTie::OUTCOME_ENDED);
  EXPECT_EQ(done.kept(), "sites/s1/partnerships/x");
  EXPECT_THAT(tie.end_date(), EqualsProto(Day(2026, 3, 1)));
  EXPECT_THAT(done.end_date(), EqualsProto(Day(2026, 3, 1)));
  // One that begins later does not end before it begins.
  Partnership planned = Tie("b", "d");
  *planned.mutable_start_date() = Day(2026, 9, 1);
  EXPECT_THAT(mover.Move(planned).end_date(), EqualsProto(Day(2026, 9, 1)));
  // Of two duplicates' ties the first one stays.
  Partnership first = Tie("c", "d", "s2");
  Partnership second = Tie("d", "e", "s2");
  EXPECT_EQ(mover.Move(first).outcome(), MergedTie::OUTCOME_MOVED);
  EXPECT_EQ(mover.Move(second).kept(), first.name());
  EXPECT_EQ(mover.collisions(), 3);
  EXPECT_THAT(mover.Check(), IsOk());
}

TEST(MergeTies, OrIsDeleted) {
  TieMover mover("organizations/s", OrganizationMerge::TIE_COLLISION_DELETE, kNow);
  mover.AddKept(mover.KeyOf(Tie("x", "s")), "sites/s1/partnerships/x");
  Partnership tie = Tie("a", "d");
  EXPECT_EQ(mover.Move(tie).outcome(), MergedTie::OUTCOME_DELETED);
  EXPECT_EQ(tie.delete_time().seconds(), absl::ToUnixSeconds(kNow));
  EXPECT_FALSE(tie.has_end_date());
}

class ReturnTiesTest : public ::testing::Test {
 protected:
  // A tie of organizations/d that a merge at kNow gave to organizations/s.
  Partnership& Merged(const std::string& id, OrganizationMerge::TieCollision rule) {
    TieMover mover("organizations/s", rule, kNow);
    if (rule != OrganizationMerge::TIE_COLLISION_REFUSE) {
      mover.AddKept(mover.KeyOf(Tie("x", "s")), "sites/s1/partnerships/x");
    }
    Partnership tie = Tie(id, "d");
    moved_.push_back(mover.Move(tie));
    ties_.push_back(tie);
    return ties_.back();
  }
  std::vector<std::string> Return() {
    google::protobuf::Timestamp time;
    time.set_seconds(absl::ToUnixSeconds(kNow));
    Remainders remainders;
    ReturnTies(time, moved_, ties_, remainders);
    std::vector<std::string> told;
    for (const UnmergeRemainder& each : remainders) {
      told.push_back(absl::StrCat(each.name().substr(22), " ", each.field(), " ",
                                  UnmergeRemainder::Reason_Name(each.reason()).substr(7)));
    }
    return told;
  }

  std::vector<MergedTie> moved_;
  std::vector<Partnership> ties_;
};

TEST_F(ReturnTiesTest, OpensWhatTheMergeClosed) {
  Merged("a", OrganizationMerge::TIE_COLLISION_END);
  EXPECT_THAT(Return(), IsEmpty());
  EXPECT_THAT(ties_[0], EqualsProto(Tie("a", "d")));
}

TEST_F(ReturnTiesTest, UndeletesWhatTheMergeDeleted) {
  Merged("a", OrganizationMerge::TIE_COLLISION_DELETE);
  EXPECT_THAT(Return(), IsEmpty());
  EXPECT_THAT(ties_[0], EqualsProto(Tie("a", "d")));
}

TEST_F(ReturnTiesTest, WhatWasChangedSinceStays) {
  *Merged("ended", OrganizationMerge::TIE_COLLISION_END).mutable_end_date() = Day(2025, 6, 1);
  Merged("deleted", OrganizationMerge::TIE_COLLISION_DELETE)
      .mutable_delete_time()
      ->set_seconds(absl::ToUnixSeconds(kNow) + 1);
  Partnership& moved = Merged("moved", OrganizationMerge::TIE_COLLISION_REFUSE);
  *moved.mutable_end_date() = Day(2026, 4, 1);
  moved.add_roles("hosting");
  EXPECT_THAT(Return(),
              ElementsAre("ended end_date CHANGED_SINCE", "deleted delete_time CHANGED_SINCE"));
  for (const Partnership& tie : ties_) EXPECT_EQ(tie.organization(), "organizations/d");
  EXPECT_EQ(ties_[0].end_date().year(), 2025);
  EXPECT_TRUE(ties_[1].has_delete_time());
  EXPECT_EQ(ties_[2].roles_size(), 2);
  EXPECT_TRUE(ties_[2].has_end_date());
}

TEST_F(ReturnTiesTest, TwoOpenTiesOfAKindDoNotComeBack) {
  Merged("closed", OrganizationMerge::TIE_COLLISION_END);
  // It had ended before the merge, and was opened again since.
  Merged("reopened", OrganizationMerge::TIE_COLLISION_REFUSE);
  EXPECT_THAT(Return(), ElementsAre("closed end_date OPEN_TIE_TAKEN"));
  EXPECT_EQ(ties_[0].organization(), "organizations/d");
  EXPECT_TRUE(ties_[0].has_end_date());
  EXPECT_FALSE(ties_[1].has_end_date());
}

// --- Back ---

TEST(OrganizationUnmerge, IsPossibleWhileTheMergeHoldsAndNothingRestsOnIt) {
  OrganizationMerge merge;
  merge.set_name("organizationMerges/m");
  merge.set_etag("\"1\"");
  merge.set_state(OrganizationMerge::STATE_IN_FORCE);
  v1::UnmergeOrganizationsRequest request;
  EXPECT_THAT(CheckUndoable(merge, request), IsOk());
  request.set_etag("\"0\"");
  EXPECT_THAT(CheckUndoable(merge, request), IsError(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  request.set_etag("\"1\"");
  merge.set_blocked_by("organizationMerges/later");
  EXPECT_THAT(CheckUndoable(merge, request),
              IsError(absl::StatusCode::kFailedPrecondition, "MERGE_BLOCKED"));
  merge.clear_blocked_by();
  merge.set_state(OrganizationMerge::STATE_UNDONE);
  EXPECT_THAT(CheckUndoable(merge, request),
              IsError(absl::StatusCode::kFailedPrecondition, "MERGE_UNDONE"));
}

class WithoutMergeTest : public ::testing::Test {
 protected:
  WithoutMergeTest() {
    before_ = Named("s", "Library");
    before_.add_tags("a");
    before_.add_partner_types("cbo");
    AddIdentifier(before_, "2900001");
    Organization duplicate = Named("d", "Riverside Library");
    duplicate.add_tags("a");
    duplicate.add_tags("b");
    duplicate.add_tags("c");
    duplicate.add_partner_types("library");
    duplicate.set_website("https://d.example.org");
    AddIdentifier(duplicate, "2900002");
    v1::MergeOrganizationsRequest request = Request();
    Choose(request, "display_name", "d");
    Choose(request, "partner_types", "d");
    Fields fields;
    after_ = *UniteAll(request, before_, {duplicate}, fields);
  }
  Organization Undo(const Organization& now) {
    Remainders remainders;
    Organization result = WithoutMerge(before_, after_, now, remainders);
    told_.clear();
    for (const UnmergeRemainder& each : remainders) {
      told_.push_back(absl::StrCat(each.field(), "=", each.value(), " ",
                                   UnmergeRemainder::Reason_Name(each.reason()).substr(7)));
    }
    return result;
  }

  Organization before_;
  Organization after_;
  std::vector<std::string> told_;
};

TEST_F(WithoutMergeTest, IsAsBeforeWhenNothingHappened) {
  ASSERT_THAT(after_.tags(), ElementsAre("a", "b", "c"));
  EXPECT_THAT(Undo(after_), EqualsProto(before_));
  EXPECT_THAT(told_, IsEmpty());
}

TEST_F(WithoutMergeTest, WhatTheMergeReplacedComesBackAlsoWhenTheListWasChangedSince) {
  // As names and not their kinds tell entries apart, one took the place of another.
  const auto name = [](Organization& organization, const std::string& text,
                       v1::AlternateName::Kind kind) {
    v1::AlternateName& added = *organization.add_alternate_names();
    added.set_text(text);
    added.set_kind(kind);
  };
  before_.clear_alternate_names();
  name(before_, "ACME", v1::AlternateName::KIND_ACRONYM);
  after_.clear_alternate_names();
  name(after_, "Acme", v1::AlternateName::KIND_FORMER);
  Organization now = after_;
  name(now, "Foo", v1::AlternateName::KIND_OTHER);
  Organization result = Undo(now);
  ASSERT_EQ(result.alternate_names_size(), 2);
  EXPECT_THAT(result.alternate_names(0), EqualsProto(before_.alternate_names(0)));
  EXPECT_EQ(result.alternate_names(1).text(), "Foo");
  EXPECT_THAT(told_, IsEmpty());
  // Unless it was changed itself.
  now.mutable_alternate_names(0)->set_kind(v1::AlternateName::KIND_TRADING);
  result = Undo(now);
  EXPECT_THAT(result.alternate_names(0), EqualsProto(now.alternate_names(0)));
  EXPECT_THAT(told_, ElementsAre("alternate_names=Acme CHANGED_SINCE"));
}

TEST_F(WithoutMergeTest, KeepsWhatWasChangedSince) {
  Organization now = after_;
  now.set_display_name("The Library");
  now.set_website("https://new.example.org");
  now.set_status(Organization::STATUS_ACTIVE);
  now.set_tags(1, "x");  // "b" is gone, "x" is new
  now.add_partner_types("ost_program");
  now.mutable_alternate_names(0)->set_kind(v1::AlternateName::KIND_FORMER);
  AddIdentifier(now, "2900003");
  const Organization result = Undo(now);
  EXPECT_EQ(result.display_name(), "The Library");
  EXPECT_EQ(result.website(), "https://new.example.org");
  EXPECT_EQ(result.status(), Organization::STATUS_ACTIVE);
  EXPECT_THAT(result.tags(), ElementsAre("a", "x"));
  EXPECT_THAT(result.partner_types(), ElementsAre("ost_program", "cbo"));
  EXPECT_EQ(result.alternate_names_size(), 1);
  ASSERT_EQ(result.identifiers_size(), 2);
  EXPECT_EQ(result.identifiers(1).value(), "2900003");
  EXPECT_THAT(told_,
              ElementsAre("display_name=Library CHANGED_SINCE",
                          "alternate_names=Library CHANGED_SINCE", "website= CHANGED_SINCE"));
}

TEST_F(WithoutMergeTest, BringsNothingBackThatHasNoRoom) {
  Organization now = after_;
  for (int i = 0; i < 20; ++i) now.add_partner_types(absl::StrCat("type_", i));
  now.mutable_partner_types()->DeleteSubrange(0, 1);  // "library", so that there are 20
  EXPECT_EQ(Undo(now).partner_types_size(), 20);
  EXPECT_THAT(told_, ElementsAre("partner_types=cbo NO_ROOM"));
}

TEST(OrganizationUnmerge, ReturnsParentsUnlessACircleWouldComeOfIt) {
  Organization before = Named("s", "S");
  before.set_parent_organization("organizations/county");
  Organization after = before;
  after.set_parent_organization("organizations/state");
  const Organization state = Named("state", "State");
  Organization county = Named("county", "County");
  Remainders remainders;
  {
    Hierarchy hierarchy = Of({after, state, county});
    Organization survivor = after;
    ReturnParent(before, after, "organizations/county", hierarchy, survivor, remainders);
    EXPECT_EQ(survivor.parent_organization(), "organizations/county");
    EXPECT_EQ(hierarchy.ParentOf("organizations/s"), "organizations/county");
    survivor.set_parent_organization("organizations/region");
    ReturnParent(before, after, "organizations/county", hierarchy, survivor, remainders);
    EXPECT_EQ(survivor.parent_organization(), "organizations/region");
    ReturnParent(after, after, "organizations/state", hierarchy, survivor, remainders);
    EXPECT_EQ(survivor.parent_organization(), "organizations/region");
  }
  county.set_parent_organization("organizations/s");
  Hierarchy hierarchy = Of({after, state, county});
  Organization survivor = after;
  ReturnParent(before, after, "organizations/county", hierarchy, survivor, remainders);
  EXPECT_EQ(survivor.parent_organization(), "organizations/state");
  ASSERT_EQ(remainders.size(), 2);
  EXPECT_EQ(remainders[0].reason(), UnmergeRemainder::REASON_CHANGED_SINCE);
  EXPECT_EQ(remainders[1].reason(), UnmergeRemainder::REASON_HIERARCHY);
}

TEST(OrganizationUnmerge, ReturnsPartsAndRedirects) {
  MergedReference reference;
  reference.set_name("organizations/branch");
  reference.set_from("organizations/d");
  reference.set_kind(MergedReference::KIND_CHILD);
  Organization branch = Named("branch", "Branch");
  branch.set_parent_organization("organizations/s");
  Organization duplicate = Named("d", "D");
  Remainders remainders;
  {
    Hierarchy hierarchy = Of({branch, duplicate});
    Organization back = branch;
    EXPECT_TRUE(ReturnReference(reference, "organizations/s", hierarchy, back, remainders));
    EXPECT_EQ(back.parent_organization(), "organizations/d");
    Organization moved = branch;
    moved.set_parent_organization("organizations/county");
    EXPECT_FALSE(ReturnReference(reference, "organizations/s", hierarchy, moved, remainders));
    EXPECT_EQ(moved.parent_organization(), "organizations/county");
  }
  // The duplicate was a part of something that stands below the branch by now.
  duplicate.set_parent_organization("organizations/room");
  Organization room = Named("room", "Room");
  room.set_parent_organization("organizations/branch");
  Hierarchy hierarchy = Of({branch, duplicate, room});
  EXPECT_FALSE(ReturnReference(reference, "organizations/s", hierarchy, branch, remainders));
  EXPECT_EQ(branch.parent_organization(), "organizations/s");
  ASSERT_EQ(remainders.size(), 2);
  EXPECT_EQ(remainders[0].reason(), UnmergeRemainder::REASON_CHANGED_SINCE);
  EXPECT_EQ(remainders[1].reason(), UnmergeRemainder::REASON_HIERARCHY);

  reference.set_kind(MergedReference::KIND_REDIRECT);
  Organization redirect = Named("old", "Old");
  redirect.set_merged_into("organizations/s");
  EXPECT_TRUE(ReturnReference(reference, "organizations/s", hierarchy, redirect, remainders));
  EXPECT_EQ(redirect.merged_into(), "organizations/d");
}

}  // namespace
}  // namespace weft::registry
