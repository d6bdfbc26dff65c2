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
