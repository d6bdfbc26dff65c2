// Partnerships as they were on a day, and as they were known at a time.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "tests/services/registry/service_fixture.h"

namespace weft::registry {
namespace {

using ::testing::ElementsAre;
using testing::EqualsProto;
using ::testing::IsEmpty;
using testing::IsError;
using testing::Violates;
using v1::Partnership;
using weft::type::v1::INTERACTION_LEVEL_COLLABORATION;
using weft::type::v1::INTERACTION_LEVEL_COOPERATION;
using weft::type::v1::INTERACTION_LEVEL_COORDINATION;
using weft::type::v1::INTERACTION_LEVEL_NETWORKING;
using weft::type::v1::INTERACTION_LEVEL_UNSPECIFIED;

constexpr char kTie[] = "sites/s1/partnerships/a";

class PartnershipHistoryTest : public RegistryTest {
 protected:
  PartnershipHistoryTest() {
    AddSite("s1");
    AddOrganization("library");
  }
  // What is known from now on, and goes on a minute later.
  absl::Time Tick() {
    const absl::Time now = clock_.Now();
    clock_.Advance(absl::Minutes(1));
    return now;
  }
  void Assess(type::v1::InteractionLevel level, const google::type::Date& day) {
    v1::AssessPartnershipRequest request;
    request.set_name(kTie);
    request.mutable_assessment()->set_level(level);
    *request.mutable_assessment()->mutable_effective_date() = day;
    Done<v1::Assessment>("PartnershipService/AssessPartnership", request);
  }
  absl::StatusOr<Partnership> Read(const google::type::Date* effective_on,
                                   const absl::Time* recorded_by) {
    v1::GetPartnershipRequest request;
    request.set_name(kTie);
    if (effective_on != nullptr) *request.mutable_effective_on() = *effective_on;
    if (recorded_by != nullptr) *request.mutable_recorded_by() = ToProto(*recorded_by);
    return Call<Partnership>("PartnershipService/GetPartnership", request);
  }
  std::vector<std::string> List(v1::ListPartnershipsRequest request,
                                const google::type::Date* effective_on,
                                const absl::Time* recorded_by) {
    request.set_parent("sites/-");
    request.set_page_size(2);
    if (effective_on != nullptr) *request.mutable_effective_on() = *effective_on;
    if (recorded_by != nullptr) *request.mutable_recorded_by() = ToProto(*recorded_by);
    std::vector<std::string> ids;
    do {
      const auto page =
          Done<v1::ListPartnershipsResponse>("PartnershipService/ListPartnerships", request);
      for (const Partnership& row : page.partnerships()) {
        ids.push_back(row.name().substr(row.name().rfind('/') + 1));
      }
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return ids;
  }
  Partnership Create(const std::string& id, const std::string& type,
                     const google::type::Date& start) {
    v1::CreatePartnershipRequest request = PartnershipRequest("s1", id);
    request.mutable_partnership()->set_partner_type(type);
    *request.mutable_partnership()->mutable_start_date() = start;
    return Done<Partnership>("PartnershipService/CreatePartnership", request);
  }
};
WEFT_ON_EVERY_ENGINE(PartnershipHistoryTest);

TEST_P(PartnershipHistoryTest, WhatWasTrueAndWhatWasKnownAreTwoQuestions) {
  const absl::Time before = clock_.Now() - absl::Nanoseconds(1);
  const Partnership made = Create("a", "library", Day(2024, 9, 1));
  const absl::Time created = Tick();
  Assess(INTERACTION_LEVEL_COLLABORATION, Day(2025, 3, 1));
  const absl::Time first = Tick();
  Assess(INTERACTION_LEVEL_COOPERATION, Day(2024, 12, 1));
  const absl::Time late = Tick();

  const google::type::Date winter = Day(2025, 1, 15);
  const google::type::Date spring = Day(2025, 4, 1);
  const google::type::Date autumn = Day(2024, 10, 1);
  EXPECT_EQ(Read(&winter, nullptr)->level(), INTERACTION_LEVEL_COOPERATION);
  EXPECT_EQ(Read(&spring, nullptr)->level(), INTERACTION_LEVEL_COLLABORATION);
  EXPECT_EQ(Read(&autumn, nullptr)->level(), INTERACTION_LEVEL_UNSPECIFIED);
  EXPECT_EQ(Read(&winter, &first)->level(), INTERACTION_LEVEL_UNSPECIFIED);
  EXPECT_EQ(Read(&winter, &late)->level(), INTERACTION_LEVEL_COOPERATION);
  EXPECT_EQ(Read(&spring, &first)->level(), INTERACTION_LEVEL_COLLABORATION);
  EXPECT_THAT(*Read(nullptr, &created), EqualsProto(made));
  EXPECT_EQ(Read(nullptr, &first)->level(), INTERACTION_LEVEL_COLLABORATION);
  EXPECT_EQ(Read(nullptr, &late)->assessment_count(), 2);
  EXPECT_THAT(Read(nullptr, &before),
              IsError(absl::StatusCode::kNotFound, "PARTNERSHIP_NOT_RECORDED"));
  const google::type::Date never = Day(2024, 8, 31);
  EXPECT_THAT(Read(&never, nullptr),
              IsError(absl::StatusCode::kNotFound, "PARTNERSHIP_NOT_IN_FORCE"));
  const google::type::Date no_day = Day(2024, 8, 32);
  EXPECT_THAT(Read(&no_day, nullptr).status(), Violates("effective_on"));
}

TEST_P(PartnershipHistoryTest, EveryChangeIsRemembered) {
  Create("a", "library", Day(2024, 9, 1));
  Tick();
  v1::UpdatePartnershipRequest update;
  update.mutable_partnership()->set_name(kTie);
  update.mutable_partnership()->add_roles("funding");
  const auto updated = Done<Partnership>("PartnershipService/UpdatePartnership", update);
  const absl::Time at_update = Tick();
  v1::ConfirmPartnershipRequest confirm;
  confirm.set_name(kTie);
  const auto confirmed = Done<Partnership>("PartnershipService/ConfirmPartnership", confirm);
  const absl::Time at_confirm = Tick();
  const auto deleted = CallNamed<Partnership, v1::DeletePartnershipRequest>(
      "PartnershipService/DeletePartnership", kTie);
  const absl::Time at_delete = Tick();
  const auto undeleted = CallNamed<Partnership, v1::UndeletePartnershipRequest>(
      "PartnershipService/UndeletePartnership", kTie);
  const absl::Time at_undelete = Tick();
  EXPECT_THAT(*Read(nullptr, &at_update), EqualsProto(updated));
  EXPECT_THAT(*Read(nullptr, &at_confirm), EqualsProto(confirmed));
  EXPECT_THAT(*Read(nullptr, &at_delete), EqualsProto(*deleted));
  EXPECT_THAT(*Read(nullptr, &at_undelete), EqualsProto(*undeleted));
  const absl::Time between = at_confirm + absl::Seconds(59);
  EXPECT_THAT(*Read(nullptr, &between), EqualsProto(confirmed));
}

TEST_P(PartnershipHistoryTest, AClockThatIsSetBackLosesNoLaterState) {
  Create("a", "library", Day(2024, 9, 1));
  clock_.Advance(-absl::Hours(1));
  Assess(INTERACTION_LEVEL_NETWORKING, Day(2025, 1, 1));
  clock_.Advance(absl::Hours(2));
  const absl::Time now = clock_.Now();
  EXPECT_EQ(Read(nullptr, &now)->level(), INTERACTION_LEVEL_NETWORKING);
}

TEST_P(PartnershipHistoryTest, AClockThatStaysSetBackLosesNoLaterStateEither) {
  Create("a", "library", Day(2024, 9, 1));
  const absl::Time created = clock_.Now();
  clock_.Advance(-absl::Hours(1));
  Assess(INTERACTION_LEVEL_NETWORKING, Day(2025, 1, 1));
  clock_.Advance(absl::Minutes(1));
  Assess(INTERACTION_LEVEL_COOPERATION, Day(2025, 1, 2));
  EXPECT_EQ(Read(nullptr, &created)->level(), INTERACTION_LEVEL_COOPERATION);
  clock_.Advance(absl::Hours(2));
  Assess(INTERACTION_LEVEL_COORDINATION, Day(2025, 1, 3));
  EXPECT_EQ(Read(nullptr, &created)->level(), INTERACTION_LEVEL_COOPERATION);
}

TEST_P(PartnershipHistoryTest, ListsShowTheStateThatIsAskedFor) {
  Create("a", "library", Day(2024, 9, 1));
  const absl::Time first = Tick();
  for (int i = 0; i < 5; ++i) {
    Create(absl::StrCat("b", i), absl::StrCat("type", i), Day(2025, 1 + i, 1));
  }
  const absl::Time second = Tick();
  Assess(INTERACTION_LEVEL_COOPERATION, Day(2025, 2, 1));
  CallNamed<Partnership, v1::DeletePartnershipRequest>("PartnershipService/DeletePartnership",
                                                       "sites/s1/partnerships/b0")
      .IgnoreError();
  const absl::Time third = Tick();
  const google::type::Date march = Day(2025, 3, 15);
  const google::type::Date january = Day(2025, 1, 15);
  EXPECT_THAT(List({}, nullptr, &first), ElementsAre("a"));
  EXPECT_THAT(List({}, nullptr, &second), ElementsAre("a", "b0", "b1", "b2", "b3", "b4"));
  EXPECT_THAT(List({}, nullptr, &third), ElementsAre("a", "b1", "b2", "b3", "b4"));
  EXPECT_THAT(List({}, &march, nullptr), ElementsAre("a", "b1", "b2"));
  EXPECT_THAT(List({}, &march, &second), ElementsAre("a", "b0", "b1", "b2"));
  v1::ListPartnershipsRequest deep;
  deep.set_filter("level >= cooperation");
  deep.set_organization("organizations/library");
  EXPECT_THAT(List(deep, &march, nullptr), ElementsAre("a"));
  EXPECT_THAT(List(deep, &january, nullptr), IsEmpty());
  EXPECT_THAT(List(deep, &march, &second), IsEmpty());
}

}  // namespace
}  // namespace weft::registry
