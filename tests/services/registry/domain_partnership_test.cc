#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/registry/domain/access.h"
#include "services/registry/domain/partnership.h"
#include "services/registry/domain/partnership_filter.h"
#include "services/registry/domain/partnership_views.h"
#include "tests/services/registry/examples.h"
#include "tests/testing/errors.h"

namespace weft::registry {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsError;
using testing::IsOk;
using ::testing::Not;
using testing::Violates;
using testing::Violation;
using v1::Assessment;
using v1::Partnership;
using namespace weft::type::v1;  // NOLINT: the levels

// 2025-06-15, as the fake clock of services begins.
const absl::Time kNow = absl::FromUnixSeconds(1'750'000'000);

v1::CreatePartnershipRequest Request() {
  v1::CreatePartnershipRequest request;
  request.set_parent("sites/s1");
  request.set_partnership_id("library");
  *request.mutable_partnership() = ExamplePartnership();
  return request;
}
Partnership Stored() { return NewPartnership(Request(), "library"); }

Assessment Rating(InteractionLevel level) {
  Assessment assessment;
  assessment.set_level(level);
  return assessment;
}

TEST(Partnership, NamesEverythingThatIsWrong) {
  EXPECT_THAT(ValidateCreate(Request()), IsOk());
  v1::CreatePartnershipRequest request = Request();
  request.set_parent("site");
  request.set_partnership_id("-");
  Partnership& partnership = *request.mutable_partnership();
  partnership.set_organization("library");
  partnership.set_partner_type("Library");
  partnership.add_roles("mentoring");
  partnership.add_mechanisms("shared staff");
  partnership.mutable_agreements(0)->set_kind("");
  *partnership.mutable_agreements(0)->mutable_review_date() = Day(2026, 2, 30);
  partnership.mutable_conditions(0)->clear_direction();
  *partnership.mutable_end_date() = Day(2024, 8, 31);
  EXPECT_THAT(
      ValidateCreate(request),
      Violates("parent", "partnership_id", "partnership.organization", "partnership.partner_type",
               "partnership.roles[1]", "partnership.mechanisms[1]",
               "partnership.agreements[0].kind", "partnership.agreements[0].review_date",
               "partnership.conditions[0].direction", "partnership.end_date"));
}

TEST(Partnership, NewOneHasNothingOfTheServers) {
  v1::CreatePartnershipRequest request = Request();
  request.mutable_partnership()->set_level(INTERACTION_LEVEL_COLLABORATION);
  request.mutable_partnership()->set_organization_level(INTERACTION_LEVEL_COLLABORATION);
  request.mutable_partnership()->set_confirmation(Partnership::CONFIRMATION_CONFIRMED);
  request.mutable_partnership()->set_assessment_count(7);
  const Partnership made = NewPartnership(request, "library");
  EXPECT_EQ(made.name(), "sites/s1/partnerships/library");
  EXPECT_EQ(made.level(), INTERACTION_LEVEL_UNSPECIFIED);
  EXPECT_EQ(made.organization_level(), INTERACTION_LEVEL_UNSPECIFIED);
  EXPECT_EQ(made.confirmation(), Partnership::CONFIRMATION_UNCONFIRMED);
  EXPECT_EQ(made.assessment_count(), 0);
}

TEST(Partnership, OnlyOpenTiesAreUnique) {
  Partnership partnership = Stored();
  EXPECT_THAT(OpenTieKeys(partnership), ElementsAre("sites/s1 organizations/library library"));
  partnership.mutable_delete_time()->set_seconds(1);
  EXPECT_THAT(OpenTieKeys(partnership), IsEmpty());
  partnership.clear_delete_time();
  *partnership.mutable_end_date() = Day(2025, 1, 1);
  EXPECT_THAT(OpenTieKeys(partnership), IsEmpty());
}

TEST(Partnership, NamesLeadUp) {
  EXPECT_EQ(SiteOf("sites/s1/partnerships/p1/siteView"), "sites/s1");
  EXPECT_EQ(PartnershipOf("sites/s1/partnerships/p1/siteView"), "sites/s1/partnerships/p1");
  EXPECT_EQ(PartnershipOf(""), "");
}

TEST(Assessment, ComesWithALevelADayAndTheRightSide) {
  const Partnership partnership = Stored();
  const auto check = [&](const Assessment& assessment, Assessment::Side side) {
    return ValidateAssessment(assessment, side, partnership, kNow);
  };
  Assessment assessment = Rating(INTERACTION_LEVEL_NO_INTERACTION);
  EXPECT_THAT(check(assessment, Assessment::SIDE_SITE), IsOk());
  *assessment.mutable_effective_date() = Day(2025, 6, 16);  // a day ahead, for those in the east
  EXPECT_THAT(check(assessment, Assessment::SIDE_SITE), IsOk());
  *assessment.mutable_effective_date() = Day(2025, 6, 17);
  EXPECT_THAT(check(assessment, Assessment::SIDE_SITE), Violates("assessment.effective_date"));
  *assessment.mutable_effective_date() = Day(2024, 8, 31);  // before the tie began
  EXPECT_THAT(check(assessment, Assessment::SIDE_SITE), Violates("assessment.effective_date"));
  *assessment.mutable_effective_date() = Day(2025, 2, 29);
  EXPECT_THAT(check(assessment, Assessment::SIDE_SITE), Violates("assessment.effective_date"));
  assessment.clear_effective_date();
  assessment.clear_level();
  assessment.set_instrument("survey");
  assessment.set_side(Assessment::SIDE_SITE);
  EXPECT_THAT(check(assessment, Assessment::SIDE_ORGANIZATION),
              Violates("assessment.side", "assessment.level", "assessment.instrument"));
  assessment.set_side(Assessment::SIDE_ORGANIZATION);
  EXPECT_THAT(Violation(check(assessment, Assessment::SIDE_SITE), "assessment.side"),
              HasSubstr("AssessPartnershipAsOrganization"));
}

TEST(Assessment, IsNumberedDatedAndSigned) {
  Partnership partnership = Stored();
  partnership.set_assessment_count(4);
  Assessment given = Rating(INTERACTION_LEVEL_COOPERATION);
  given.set_principal("users/somebody-else");
  const Assessment made =
      NewAssessment(given, Assessment::SIDE_SITE, partnership, "users/amara", kNow);
  EXPECT_EQ(made.name(), "sites/s1/partnerships/library/assessments/5");
  EXPECT_EQ(made.side(), Assessment::SIDE_SITE);
  EXPECT_EQ(made.principal(), "users/amara");
  EXPECT_EQ(made.effective_date().day(), 15);
}

// What each side said, in the order in which it was recorded.
std::vector<Assessment> History() {
  struct Row {
    Assessment::Side side;
    InteractionLevel level;
    google::type::Date effective;
    int recorded;
  };
  const std::vector<Row> rows = {
      {Assessment::SIDE_SITE, INTERACTION_LEVEL_NETWORKING, Day(2024, 10, 1), 10},
      {Assessment::SIDE_SITE, INTERACTION_LEVEL_COORDINATION, Day(2025, 3, 1), 20},
      {Assessment::SIDE_ORGANIZATION, INTERACTION_LEVEL_COOPERATION, Day(2025, 2, 1), 30},
      // Late news of an earlier time.
      {Assessment::SIDE_SITE, INTERACTION_LEVEL_COOPERATION, Day(2024, 12, 1), 40},
      // A correction of the second.
      {Assessment::SIDE_SITE, INTERACTION_LEVEL_COLLABORATION, Day(2025, 3, 1), 50},
  };
  std::vector<Assessment> history;
  for (const Row& row : rows) {
    Assessment assessment = Rating(row.level);
    assessment.set_side(row.side);
    *assessment.mutable_effective_date() = row.effective;
    assessment.mutable_create_time()->set_seconds(row.recorded);
    history.push_back(assessment);
  }
  return history;
}

TEST(Assessment, TheLatestEffectiveDateCounts) {
  Partnership partnership = Stored();
  std::vector<InteractionLevel> levels;
  for (const Assessment& assessment : History()) {
    ApplyAssessment(assessment, partnership);
    levels.push_back(partnership.level());
  }
  EXPECT_THAT(levels, ElementsAre(INTERACTION_LEVEL_NETWORKING, INTERACTION_LEVEL_COORDINATION,
                                  INTERACTION_LEVEL_COORDINATION, INTERACTION_LEVEL_COORDINATION,
                                  INTERACTION_LEVEL_COLLABORATION));
  EXPECT_EQ(partnership.organization_level(), INTERACTION_LEVEL_COOPERATION);
  EXPECT_EQ(partnership.assessment_count(), 5);
}

TEST(Assessment, BothTimesAreAskedForByThemselves) {
  const auto level_on = [](const google::type::Date& day, int recorded_by) {
    Partnership partnership = Stored();
    partnership.set_level(INTERACTION_LEVEL_COLLABORATION);
    google::protobuf::Timestamp time;
    time.set_seconds(recorded_by);
    SetLevelsOn(day, time, History(), partnership);
    return partnership.level();
  };
  EXPECT_EQ(level_on(Day(2024, 9, 30), 100), INTERACTION_LEVEL_UNSPECIFIED);
  EXPECT_EQ(level_on(Day(2024, 10, 1), 9), INTERACTION_LEVEL_UNSPECIFIED);
  EXPECT_EQ(level_on(Day(2024, 10, 1), 10), INTERACTION_LEVEL_NETWORKING);
  EXPECT_EQ(level_on(Day(2025, 1, 1), 39), INTERACTION_LEVEL_NETWORKING);
  EXPECT_EQ(level_on(Day(2025, 1, 1), 40), INTERACTION_LEVEL_COOPERATION);
  EXPECT_EQ(level_on(Day(2025, 3, 1), 49), INTERACTION_LEVEL_COORDINATION);
  EXPECT_EQ(level_on(Day(2025, 3, 1), 50), INTERACTION_LEVEL_COLLABORATION);
}

TEST(PartnershipViews, AreChecked) {
  v1::SiteView view;
  MakeEmpty("sites/s1/partnerships/library", view);
  EXPECT_EQ(view.name(), "sites/s1/partnerships/library/siteView");
  EXPECT_THAT(ValidateView(view), IsOk());
  view.add_roles("Role");
  view.add_conditions();
  EXPECT_THAT(ValidateView(view), Violates("site_view.roles[0]", "site_view.conditions[0].code",
                                           "site_view.conditions[0].direction"));
  EXPECT_THAT(ValidateDispute({}), Violates("note"));
  EXPECT_THAT(ValidateConfirm({}), IsOk());
}

TEST(PartnershipFilter, ComparesEachField) {
  Partnership partnership = Stored();
  partnership.set_level(INTERACTION_LEVEL_COORDINATION);
  const auto matches = [&](const char* filter) {
    const absl::StatusOr<PartnershipFilter> parsed = ParsePartnershipFilter(filter);
    EXPECT_THAT(parsed, IsOk()) << filter;
    return parsed.ok() && parsed->Matches(partnership);
  };
  for (const char* filter :
       {"", "organization = library", "partner_type = library", "role:mentoring",
        "mechanism:shared_staff", "agreement = mou", "condition:transport", "level = coordination",
        "level >= coordination", "level > cooperation", "level < collaboration",
        "confirmation = unconfirmed", "is_self = false", "open = TRUE", "level:*",
        "NOT organization_level:*"}) {
    EXPECT_TRUE(matches(filter)) << filter;
  }
  for (const char* filter :
       {"organization = museum", "level > coordination", "level <= cooperation",
        "organization_level < collaboration", "confirmation != unconfirmed", "is_self = true",
        "open = false", "role = funding"}) {
    EXPECT_FALSE(matches(filter)) << filter;
  }
  EXPECT_THAT(Violation(ParsePartnershipFilter("role:a AND level > deep").status(), "filter"),
              AllOf(HasSubstr("character 12"), HasSubstr("no_interaction, networking")));
  EXPECT_THAT(ParsePartnershipFilter("role > a").status(),
              IsError(absl::StatusCode::kInvalidArgument, "FILTER_INVALID"));
  EXPECT_EQ(ParsePartnershipFilter("organization = a AND open = true")->Required("organization"),
            "organizations/a");
}

TEST(Access, AnOrganizationHasItsOwnPartnershipsAlone) {
  EXPECT_THAT(CheckOwnOrganization({"organizations/a"}, "organizations/a"), IsOk());
  EXPECT_THAT(CheckOwnOrganization({"users/amara"}, "organizations/a"), IsOk());
  const absl::Status denied = CheckOwnOrganization({"organizations/b"}, "organizations/a");
  EXPECT_THAT(denied, IsError(absl::StatusCode::kPermissionDenied, "NOT_OWN_ORGANIZATION"));
  EXPECT_THAT(std::string(denied.message()), Not(HasSubstr("organizations/a")));
  EXPECT_EQ(OnlyOrganizationOf({"organizations/a"}), "organizations/a");
  EXPECT_EQ(OnlyOrganizationOf({"users/amara"}), "");
}

}  // namespace
}  // namespace weft::registry
