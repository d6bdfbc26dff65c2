// The figures through the API.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/services/metrics/service_fixture.h"
#include "tests/testing/errors.h"
#include "weft/metrics/v1/figure_service.pb.h"

namespace weft::metrics {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::IsError;
using testing::IsOk;
using testing::ViolatedFields;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr auto kNotFound = absl::StatusCode::kNotFound;

class FigureServiceTest : public MetricsTest {
 protected:
  v1::GetFigureRequest Request(absl::string_view figure) {
    v1::GetFigureRequest request;
    request.set_name(absl::StrCat("waves/w1/figures/", figure));
    *request.mutable_min_positions() = Now();
    return request;
  }
  absl::StatusOr<v1::Figure> Get(const v1::GetFigureRequest& request) {
    v1::Figure figure;
    const absl::Status status =
        metrics().Call("weft.metrics.v1.FigureService/GetFigure", request, figure);
    if (!status.ok()) return status;
    return figure;
  }
  absl::StatusOr<v1::RenderFigureResponse> Render(const v1::GetFigureRequest& figure, int width) {
    v1::RenderFigureRequest request;
    *request.mutable_figure() = figure;
    request.set_width(width);
    v1::RenderFigureResponse rendered;
    const absl::Status status =
        metrics().Call("weft.metrics.v1.FigureService/RenderFigure", request, rendered);
    if (!status.ok()) return status;
    return rendered;
  }
};
INSTANTIATE_TEST_SUITE_P(Engines, FigureServiceTest, ::testing::Values("memory", "rocksdb"),
                         ingestion::EngineName);

TEST_P(FigureServiceTest, TheFourFigures) {
  OpenLab();
  AddResponse("site-01", "4/12 3/2 0/0");
  AddResponse("site-03", "2/1 - 0/0");
  for (const char* id : {"partner-types", "interaction-levels", "networks", "model"}) {
    const absl::StatusOr<v1::Figure> figure = Get(Request(id));
    ASSERT_THAT(figure, IsOk()) << id;
    EXPECT_EQ(figure->name(), absl::StrCat("waves/w1/figures/", id));
    EXPECT_EQ(figure->invited(), 4);
    EXPECT_EQ(figure->counted(), 2);
    EXPECT_EQ(figure->provenance().wave(), "waves/w1");
    EXPECT_EQ(figure->provenance().computed_through().ingestion(), Now().ingestion());
    EXPECT_THAT(figure->note(), HasSubstr("2 of 4 sites have a submitted response (50 %)"));

    const absl::StatusOr<v1::RenderFigureResponse> rendered = Render(Request(id), 0);
    ASSERT_THAT(rendered, IsOk()) << id;
    EXPECT_EQ(rendered->figure().SerializeAsString(), figure->SerializeAsString());
    EXPECT_EQ(nlohmann::json::parse(rendered->vega_lite())["usermeta"]["width"], 720);
    EXPECT_GT(rendered->table().rows_size(), 0);
  }
  const v1::Figure bars = *Get(Request("partner-types"));
  EXPECT_EQ(bars.partner_types().bars(0).display_name(), "Community-based organizations");
  EXPECT_EQ(bars.partner_types().bars(0).share().numerator(), 2);
  EXPECT_EQ(Get(Request("networks"))->networks().sites_size(), 2);
  EXPECT_EQ(Get(Request("model"))->model().points_size(), 2);
}

TEST_P(FigureServiceTest, ParametersCount) {
  OpenLab();
  AddResponse("site-01", "4/12 3/2 0/0");
  v1::GetFigureRequest request = Request("partner-types");
  request.mutable_parameters()->set_floor(v1::REVIEW_FLOOR_APPROVED);
  EXPECT_EQ(Get(request)->counted(), 0);
  request.mutable_parameters()->set_cohort("cohorts/none");
  EXPECT_THAT(Get(request), IsError(kNotFound, "COHORT_NOT_IN_WAVE"));
}

TEST_P(FigureServiceTest, NetworksComeInPages) {
  OpenLab();
  AddResponse("site-01", "4/12 3/2 0/0");
  AddResponse("site-03", "2/1 - 0/0");
  AddResponse("site-04", "1/1 2/2 0/0");
  v1::GetFigureRequest request = Request("networks");
  request.set_page_size(2);
  const v1::Figure first = *Get(request);
  ASSERT_EQ(first.networks().sites_size(), 2);
  EXPECT_EQ(first.counted(), 3);
  EXPECT_THAT(first.note(), HasSubstr("Shown are 2 sites of the 3 that are counted"));
  // Positions and sizes may differ from page to page.
  request.clear_min_positions();
  request.set_page_size(0);
  request.set_page_token(first.networks().next_page_token());
  const v1::Figure second = *Get(request);
  ASSERT_EQ(second.networks().sites_size(), 1);
  EXPECT_EQ(second.networks().next_page_token(), "");
  const v1::Figure whole = *Get(Request("networks"));
  ASSERT_EQ(whole.networks().sites_size(), 3);
  EXPECT_THAT(whole.note(), ::testing::Not(HasSubstr("Shown are")));
  for (int i = 0; i < 3; ++i) {
    const v1::SiteNetwork& site =
        i < 2 ? first.networks().sites(i) : second.networks().sites(i - 2);
    EXPECT_EQ(site.SerializeAsString(), whole.networks().sites(i).SerializeAsString());
  }
  EXPECT_EQ(Render(request, 720)->figure().SerializeAsString(), second.SerializeAsString());

  request.mutable_parameters()->set_floor(v1::REVIEW_FLOOR_APPROVED);
  EXPECT_THAT(Get(request), IsError(kInvalid, "PAGE_TOKEN_INVALID"));
  EXPECT_THAT(ViolatedFields(Render(request, 720).status()), ElementsAre("figure.page_token"));
  request = Request("networks");
  request.set_page_size(-1);
  EXPECT_THAT(ViolatedFields(Get(request).status()), ElementsAre("page_size"));
}

TEST_P(FigureServiceTest, AnswersAreThoseOfTheRecordsAsTheyAre) {
  OpenLab();
  AddResponse("site-01", "4/12 3/2 0/0");
  for (const char* id : {"partner-types", "interaction-levels", "networks", "model"}) {
    EXPECT_EQ(Get(Request(id))->counted(), 1);
    EXPECT_EQ(Render(Request(id), 720)->figure().counted(), 1);
    EXPECT_EQ(Render(Request(id), 360)->figure().counted(), 1);
  }
  AddResponse("site-03", "2/1 - 0/0");
  for (const char* id : {"partner-types", "interaction-levels", "networks", "model"}) {
    EXPECT_EQ(Get(Request(id))->counted(), 2);
    const v1::RenderFigureResponse wide = *Render(Request(id), 720);
    EXPECT_EQ(wide.figure().counted(), 2);
    EXPECT_NE(wide.vega_lite(), Render(Request(id), 360)->vega_lite());
  }
}

TEST_P(FigureServiceTest, PicturesOfOtherNumbers) {
  OpenLab();
  AddResponse("site-01", "4/12 3/2 0/0 | 3");
  AddResponse("site-02", "2/1 0 0/0 | 1");
  CreateWave("w2");
  OpenWave("waves/w2");
  AddResponse("site-01", "4/12 4/2 1 | 3", 10, "waves/w2");
  const auto call = [&](absl::string_view method, const auto& request, auto& response) {
    return metrics().Call(absl::StrCat("weft.metrics.v1.FigureService/", method), request,
                          response);
  };

  v1::RenderWaveComparisonRequest changes;
  changes.mutable_comparison()->set_parent("waves/w2");
  changes.mutable_comparison()->set_earlier_wave("waves/w1");
  *changes.mutable_comparison()->mutable_min_positions() = Now();
  v1::RenderWaveComparisonResponse changed;
  ASSERT_THAT(call("RenderWaveComparison", changes, changed), IsOk());
  EXPECT_EQ(changed.comparison().matched(), 1);
  EXPECT_EQ(changed.picture().id(), "level-transitions");
  EXPECT_EQ(changed.picture().table().rows_size(), 5);
  EXPECT_THAT(changed.picture().alt_text(), HasSubstr("coordination to collaboration 1"));
  changes.mutable_comparison()->set_earlier_wave("waves/w2");
  EXPECT_THAT(ViolatedFields(call("RenderWaveComparison", changes, changed)),
              ElementsAre("comparison.earlier_wave"));

  v1::RenderSiteFeedbackRequest site;
  site.mutable_feedback()->set_name("waves/w1/siteFeedback/site-01");
  *site.mutable_feedback()->mutable_min_positions() = Now();
  v1::RenderSiteFeedbackResponse standing;
  ASSERT_THAT(call("RenderSiteFeedback", site, standing), IsOk());
  ASSERT_EQ(standing.pictures_size(), 2);
  EXPECT_EQ(standing.pictures(0).id(), "site-standing");
  EXPECT_EQ(standing.pictures(1).id(), "site-network");
  site.mutable_feedback()->set_name("waves/w1/siteFeedback/site-04");
  standing.Clear();
  ASSERT_THAT(call("RenderSiteFeedback", site, standing), IsOk());
  EXPECT_FALSE(standing.feedback().counted());
  EXPECT_EQ(standing.pictures_size(), 0);
  site.mutable_feedback()->set_name("sites/site-01");
  EXPECT_THAT(ViolatedFields(call("RenderSiteFeedback", site, standing)),
              ElementsAre("feedback.name"));

  v1::RenderResponseRateRequest rate;
  rate.mutable_series()->set_name("waves/w1");
  v1::RenderResponseRateResponse came_in;
  ASSERT_THAT(call("RenderResponseRate", rate, came_in), IsOk());
  ASSERT_GT(came_in.series().days_size(), 0);
  EXPECT_EQ(came_in.series().days().rbegin()->submitted(), 2);
  EXPECT_THAT(came_in.picture().alt_text(), HasSubstr("2 of 4 (50 %) were submitted"));
  rate.set_width(5000);
  EXPECT_THAT(ViolatedFields(call("RenderResponseRate", rate, came_in)), ElementsAre("width"));
  rate.set_width(0);
  rate.mutable_series()->set_name("waves/none");
  EXPECT_THAT(call("RenderResponseRate", rate, came_in), IsError(kNotFound, "WAVE_NOT_FOUND"));
}

TEST_P(FigureServiceTest, WrongRequestsSayWhatWouldBeRight) {
  OpenLab();
  EXPECT_THAT(Get(Request("figure-1")), IsError(kNotFound, "FIGURE_NOT_FOUND"));
  v1::GetFigureRequest request = Request("networks");
  request.set_name("waves/nowhere/figures/networks");
  EXPECT_THAT(Get(request), IsError(kNotFound, "WAVE_NOT_FOUND"));
  request.set_name("networks");
  EXPECT_THAT(Get(request), IsError(kInvalid, "NAME_INVALID"));

  request = Request("interaction-levels");
  request.add_partner_types("cb0");
  absl::Status status = Get(request).status();
  EXPECT_THAT(status, IsError(kInvalid, "INVALID_FIELD"));
  EXPECT_THAT(ViolatedFields(status), ElementsAre("partner_types[0]"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("the nearest is \"cbo\""));
  status = Render(request, 720).status();
  EXPECT_THAT(ViolatedFields(status), ElementsAre("figure.partner_types[0]"));
  EXPECT_THAT(ViolatedFields(Render(Request("model"), 100).status()), ElementsAre("width"));
}

}  // namespace
}  // namespace weft::metrics
