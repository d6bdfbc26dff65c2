// Profiles of sites over real servers: what the registry and the answers say, on which day.
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/metrics/domain/site_profile.h"
#include "tests/services/metrics/service_fixture.h"
#include "tests/testing/proto_matchers.h"
#include "weft/metrics/v1/profile.pb.h"
#include "weft/registry/v1/organization.pb.h"
#include "weft/registry/v1/partnership.pb.h"
#include "weft/registry/v1/site.pb.h"

namespace weft::metrics {
namespace {

using ::testing::ElementsAre;
using testing::EqualsProto;
using ::testing::IsEmpty;
using testing::IsError;
using testing::IsOk;
using ::testing::SizeIs;

constexpr auto kNotFound = absl::StatusCode::kNotFound;
constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr auto kNetworking = type::v1::INTERACTION_LEVEL_NETWORKING;
constexpr auto kCoordination = type::v1::INTERACTION_LEVEL_COORDINATION;
constexpr auto kCollaboration = type::v1::INTERACTION_LEVEL_COLLABORATION;

class ProfileTest : public MetricsTest {
 protected:
  absl::StatusOr<v1::SiteProfile> Get(v1::GetSiteProfileRequest request) {
    *request.mutable_min_positions() = Now();
    return Ask<v1::SiteProfile>("GetSiteProfile", request);
  }
  v1::GetSiteProfileRequest Of(const std::string& site, const std::string& on = "") {
    v1::GetSiteProfileRequest request;
    request.set_name(absl::StrCat("sites/", site, "/profile"));
    if (!on.empty()) *request.mutable_effective_on() = ParseDay(on);
    return request;
  }
  v1::SiteProfile Profile(const std::string& site, const std::string& on = "") {
    return Must(Get(Of(site, on)), "GetSiteProfile");
  }
  // A wave of the same instrument that was in the field in these days; its roster is open.
  void AddWave(const std::string& id, const std::string& first, const std::string& last) {
    ingestion::v1::CreateWaveRequest request;
    request.set_wave_id(id);
    ingestion::v1::Wave& wave = *request.mutable_wave();
    wave.set_display_name("Wave " + id);
    wave.set_instrument("instruments/lab-survey-2024");
    wave.add_cohorts("cohorts/legacy");
    *wave.mutable_field_start_date() = ParseDay(first);
    *wave.mutable_field_end_date() = ParseDay(last);
    Done<ingestion::v1::Wave>("WaveService/CreateWave", request);
    OpenWave("waves/" + id);
  }
};
INSTANTIATE_TEST_SUITE_P(Engines, ProfileTest, ::testing::Values("memory", "rocksdb"),
                         ingestion::EngineName);

TEST_P(ProfileTest, TiesBesideTheApprovedAnswers) {
  OpenLab();
  AddOrganization("library");
  AddOrganization("museum");
  const auto tie = AddTie("site-01", "library", "cbo");
  Rate(tie.name(), kCoordination, "2025-01-01");
  AddTie("site-01", "museum", "food_agency");
  AddResponse("site-01", "4/1 3/2 0/0");
  // What is only submitted is not what it agreed on.
  EXPECT_FALSE(Profile("site-01").counted());
  EXPECT_THAT(Approve("site-01"), IsOk());

  const v1::SiteProfile profile = Profile("site-01");
  EXPECT_TRUE(profile.counted());
  EXPECT_EQ(profile.label(), "Site 01");
  EXPECT_EQ(profile.provenance().wave(), "waves/w1");
  EXPECT_EQ(profile.provenance().instrument(), "instruments/lab-survey-2024");
  EXPECT_EQ(profile.provenance().taxonomy(), "taxonomies/lab-2025");
  EXPECT_EQ(profile.provenance().parameters().floor(), v1::REVIEW_FLOOR_APPROVED);
  EXPECT_THAT(profile.provenance().computed_through(), EqualsProto(Now()));
  EXPECT_THAT(profile.effective_on(), EqualsProto(ParseDay("2025-06-15"))) << "today";
  ASSERT_THAT(profile.types(), SizeIs(3));
  EXPECT_THAT(profile.types(0).levels(), ElementsAre(kCoordination));
  EXPECT_THAT(profile.types(0).differences(),
              ElementsAre(EqualsProto("kind: KIND_LEVEL_DIFFERS level_steps: 1 certain: true")));
  EXPECT_THAT(profile.types(1).differences(),
              ElementsAre(EqualsProto("kind: KIND_ANSWERED_WITHOUT_TIES certain: true")));
  EXPECT_THAT(profile.types(2).differences(), IsEmpty());
  ASSERT_THAT(profile.other_types(), SizeIs(1));
  EXPECT_EQ(profile.other_types(0).partner_type(), "food_agency");
  EXPECT_THAT(profile.partnerships(0),
              EqualsProto(absl::StrCat(R"pb(
                                         organization: "organizations/library"
                                         display_name: "Organization of library"
                                         partner_type: "cbo"
                                         level: INTERACTION_LEVEL_COORDINATION
                                         confirmation: CONFIRMATION_UNCONFIRMED
                                         partnership:)pb",
                                       "'", tie.name(), "'")));
}

TEST_P(ProfileTest, WhatWasTrueOnADay) {
  OpenLab();
  AddOrganization("library");
  AddOrganization("museum");
  const auto tie = AddTie("site-01", "library", "cbo", "2024-09-01/");
  Rate(tie.name(), kNetworking, "2024-10-01");
  Rate(tie.name(), kCollaboration, "2025-05-01");
  Rate(tie.name(), kCoordination, "2025-02-01", true);
  AddTie("site-01", "museum", "cbo", "2024-09-01/2025-01-31");
  const auto on = [&](const std::string& day) {
    const v1::SiteProfile profile = Profile("site-01", day);
    const v1::TieCounts& ties = profile.types(0).ties();
    return absl::StrCat(
        ties.tie_count(), " ties, ",
        profile.types(0).levels_size() == 0 ? 0 : profile.types(0).levels(0) - 1, ", both ",
        ties.sides().ByteSizeLong() > 0
            ? ties.sides().same() + ties.sides().site_deeper_by_one() + ties.sides().site_deeper() +
                  ties.sides().organization_deeper_by_one() + ties.sides().organization_deeper()
            : 0);
  };
  EXPECT_EQ(on("2024-08-31"), "0 ties, 0, both 0");
  EXPECT_EQ(on("2024-09-01"), "2 ties, 0, both 0");
  EXPECT_EQ(on("2025-01-31"), "2 ties, 1, both 0");
  EXPECT_EQ(on("2025-04-30"), "1 ties, 1, both 1");
  EXPECT_EQ(on("2025-05-01"), "1 ties, 4, both 1");
  // One that is deleted was a mistake on every day; undeleted, it is back.
  registry::v1::DeletePartnershipRequest remove;
  remove.set_name(tie.name());
  InRegistry<registry::v1::Partnership>("PartnershipService/DeletePartnership", remove);
  EXPECT_EQ(on("2025-05-01"), "0 ties, 0, both 0");
  registry::v1::UndeletePartnershipRequest back;
  back.set_name(tie.name());
  InRegistry<registry::v1::Partnership>("PartnershipService/UndeletePartnership", back);
  EXPECT_EQ(on("2025-05-01"), "1 ties, 4, both 1");
}

TEST_P(ProfileTest, TheLatestWaveInWhichTheSiteCounts) {
  OpenLab();
  EXPECT_EQ(Profile("site-01").provenance().wave(), "waves/w1") << "it is invited";
  AddWave("a-winter", "2025-01-01", "2025-03-31");
  EXPECT_EQ(Profile("site-01").provenance().wave(), "waves/a-winter") << "the later one";
  AddResponse("site-01", "4/1 3/2 0/0");
  EXPECT_THAT(Approve("site-01"), IsOk());
  EXPECT_EQ(Profile("site-01").provenance().wave(), "waves/w1") << "there it has answers";
  AddWave("b-spring", "2025-04-01", "2025-05-31");
  AddResponse("site-01", "1/1 1/1 0/0", 10, "waves/a-winter");
  ingestion::v1::ApproveResponseRequest approve;
  approve.set_name("waves/a-winter/responses/site-01");
  Done<ingestion::v1::Response>("ResponseService/ApproveResponse", approve);
  v1::SiteProfile profile = Profile("site-01");
  EXPECT_EQ(profile.provenance().wave(), "waves/a-winter");
  EXPECT_THAT(profile.effective_on(), EqualsProto(ParseDay("2025-03-31")))
      << "the last day in the field";
  EXPECT_EQ(profile.types(0).answer().level(), kNetworking);

  v1::GetSiteProfileRequest named = Of("site-01");
  named.set_wave("waves/b-spring");
  profile = Must(Get(named), "GetSiteProfile");
  EXPECT_FALSE(profile.counted());
  EXPECT_THAT(profile.effective_on(), EqualsProto(ParseDay("2025-05-31")));
  // What is submitted counts for who asks for it.
  AddResponse("site-02", "2/1 1/1 0/0");
  v1::GetSiteProfileRequest submitted = Of("site-02");
  submitted.set_floor(v1::REVIEW_FLOOR_SUBMITTED);
  profile = Must(Get(submitted), "GetSiteProfile");
  EXPECT_EQ(profile.provenance().wave(), "waves/w1");
  EXPECT_TRUE(profile.counted());
}

TEST_P(ProfileTest, ASiteThatIsInNoWave) {
  AddLab();
  AddOrganization("library");
  AddTie("site-01", "library", "cbo");
  const v1::SiteProfile profile = Profile("site-01");
  EXPECT_EQ(profile.label(), "Site 01");
  EXPECT_THAT(profile.types(), IsEmpty());
  ASSERT_THAT(profile.other_types(), SizeIs(1));
  EXPECT_EQ(profile.ties().tie_count(), 1);
  EXPECT_EQ(profile.provenance().wave(), "");
}

TEST_P(ProfileTest, ItsLabelIsWhatItAgreedTo) {
  AddLab();
  registry::v1::UpdateSiteRequest update;
  update.mutable_site()->set_name("sites/site-01");
  update.mutable_site()->set_naming(registry::v1::Site::NAMING_NAMED);
  update.mutable_update_mask()->add_paths("naming");
  InRegistry<registry::v1::Site>("SiteService/UpdateSite", update);
  EXPECT_EQ(Profile("site-01").label(), "Community site-01");
  // On a roster it is what it was at the opening.
  CreateInstrument();
  PublishInstrument();
  CreateWave();
  OpenWave();
  update.mutable_site()->set_naming(registry::v1::Site::NAMING_NEUTRAL);
  InRegistry<registry::v1::Site>("SiteService/UpdateSite", update);
  EXPECT_EQ(Profile("site-01").label(), "Community site-01");
}

TEST_P(ProfileTest, WhatMakesNoSenseIsRefused) {
  OpenLab();
  EXPECT_THAT(Get(Of("site-99")), IsError(kNotFound, "SITE_NOT_FOUND"));
  v1::GetSiteProfileRequest request = Of("site-01");
  request.set_wave("waves/w9");
  EXPECT_THAT(Get(request), IsError(kNotFound, "WAVE_NOT_FOUND"));
  AddWave("a-winter", "2025-01-01", "2025-03-31");
  request = Of("site-04");
  request.set_wave("waves/a-winter");
  EXPECT_THAT(Get(request), IsError(kNotFound, "SITE_NOT_ON_ROSTER"));
  request = Of("site-01");
  request.set_name("sites/site-01");
  EXPECT_THAT(Get(request), IsError(kInvalid, "NAME_INVALID"));
  request = Of("site-01");
  request.set_wave("w1");
  EXPECT_THAT(Get(request), IsError(kInvalid, "NAME_INVALID"));
  request = Of("site-01");
  request.mutable_effective_on()->set_year(2025);
  EXPECT_THAT(Get(request), IsError(kInvalid, "INVALID_FIELD"));
}

class LargeProfileTest : public ProfileTest {};
INSTANTIATE_TEST_SUITE_P(Engines, LargeProfileTest, ::testing::Values("memory"),
                         ingestion::EngineName);

TEST_P(LargeProfileTest, MoreTiesThanAProfileHolds) {
  AddLab();
  AddManyTies("site-01", kMaxProfileTies);
  EXPECT_EQ(Profile("site-01").ties().tie_count(), kMaxProfileTies);
  AddOrganization("library");
  AddTie("site-01", "library", "cbo");
  EXPECT_THAT(Get(Of("site-01")),
              IsError(absl::StatusCode::kFailedPrecondition, "PROFILE_TOO_LARGE"));
  EXPECT_EQ(Profile("site-02").ties().tie_count(), 0);
}

TEST_P(ProfileTest, NotForEverybody) {
  OpenLab();
  v1::GetSiteProfileRequest request = Of("site-01");
  *request.mutable_min_positions() = Now();
  rpc::CallOptions options;
  for (const char* principal : {"public/anyone", "organizations/library"}) {
    options.principal = principal;
    EXPECT_THAT(Ask<v1::SiteProfile>("GetSiteProfile", request, options),
                IsError(absl::StatusCode::kPermissionDenied, "PERMISSION_DENIED"))
        << principal;
  }
  options.principal = "researchers/r1";
  EXPECT_THAT(Ask<v1::SiteProfile>("GetSiteProfile", request, options), IsOk());
}

}  // namespace
}  // namespace weft::metrics
