#include "services/metrics/domain/figures.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/metrics/domain/label_places.h"
#include "services/metrics/domain/vega.h"
#include "tests/services/metrics/figure_example.h"
#include "tests/testing/errors.h"

namespace weft::metrics {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsError;
using testing::IsOk;
using ::testing::Not;
using ::testing::SizeIs;
using testing::ViolatedFields;

std::vector<std::string> Codes(const v1::PartnerTypesFigure& figure) {
  std::vector<std::string> codes;
  for (const v1::PartnerTypeBar& bar : figure.bars()) codes.push_back(bar.partner_type());
  return codes;
}

TEST(FigureNameTest, NamesOneOfFour) {
  EXPECT_EQ(ParseFigureName("waves/w1/figures/networks")->kind, FigureKind::kNetworks);
  EXPECT_EQ(ParseFigureName("waves/w1/figures/networks")->wave, "waves/w1");
  for (FigureKind kind : {FigureKind::kPartnerTypes, FigureKind::kInteractionLevels,
                          FigureKind::kNetworks, FigureKind::kModel}) {
    EXPECT_EQ(ParseFigureName("waves/w1/figures/" + std::string(FigureId(kind)))->kind, kind);
  }
}

TEST(FigureNameTest, AnotherFigureIsNotFoundAndAllAreNamed) {
  const absl::Status status = ParseFigureName("waves/w1/figures/figure-5").status();
  EXPECT_THAT(status, IsError(absl::StatusCode::kNotFound, "FIGURE_NOT_FOUND"));
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("partner-types, interaction-levels, networks, model"));
}

TEST(FigureNameTest, ANameOfAnotherShapeIsInvalid) {
  for (const char* name :
       {"", "networks", "waves/w1", "waves//figures/networks", "waves/W 1/figures/networks",
        "waves/w1/figures/networks/more", "waves/w1/siteMetrics/networks", "waves/w1/figures/"}) {
    const absl::Status status = ParseFigureName(name, "figure.").status();
    EXPECT_THAT(status, IsError(absl::StatusCode::kInvalidArgument, "NAME_INVALID")) << name;
    EXPECT_THAT(ViolatedFields(status), ElementsAre("figure.name"));
  }
}

TEST(FigureRequestTest, TypesAndBaseAreForInteractionLevelsAlone) {
  v1::GetFigureRequest request;
  request.add_partner_types("t1");
  request.set_base(type::v1::BASE_ENGAGED);
  EXPECT_THAT(ValidateFigureRequest(request, FigureKind::kInteractionLevels), IsOk());
  for (FigureKind kind : {FigureKind::kPartnerTypes, FigureKind::kNetworks, FigureKind::kModel}) {
    EXPECT_THAT(ViolatedFields(ValidateFigureRequest(request, kind)),
                ElementsAre("partner_types", "base"));
  }
  request.set_base(type::v1::BASE_INVITED);
  EXPECT_THAT(ViolatedFields(ValidateFigureRequest(request, FigureKind::kInteractionLevels)),
              ElementsAre("base"));
}

TEST(FigureRequestTest, PagesAreForNetworksAlone) {
  v1::GetFigureRequest request;
  request.set_page_size(10);
  request.set_page_token("token");
  EXPECT_THAT(ValidateFigureRequest(request, FigureKind::kNetworks), IsOk());
  for (FigureKind kind :
       {FigureKind::kPartnerTypes, FigureKind::kInteractionLevels, FigureKind::kModel}) {
    EXPECT_THAT(ViolatedFields(ValidateFigureRequest(request, kind, "figure.")),
                ElementsAre("figure.page_size", "figure.page_token"));
  }
}

TEST(FigureRequestTest, UnknownTypesAreRefusedWithTheNearest) {
  v1::GetFigureRequest request;
  request.add_partner_types("t2");
  request.add_partner_types("t22");
  request.add_partner_types("t2");
  const absl::Status status = Figure(InputOf(SmallWave()), "interaction-levels", request).status();
  EXPECT_THAT(status, IsError(absl::StatusCode::kInvalidArgument, "INVALID_FIELD"));
  EXPECT_THAT(ViolatedFields(status), ElementsAre("partner_types[1]", "partner_types[2]"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("the nearest is \"t2\""));
}

TEST(FigureRequestTest, WidthHasBounds) {
  EXPECT_EQ(*ReadWidth(0), 720);
  for (const int width : {200, 720, 4000}) EXPECT_EQ(*ReadWidth(width), width);
  for (const int width : {-1, 1, 199, 4001}) {
    EXPECT_THAT(ViolatedFields(ReadWidth(width).status()), ElementsAre("width"));
  }
}

TEST(PartnerTypesTest, MostFrequentFirstTiesInTheTaxonomysOrder) {
  const v1::Figure figure = *Figure(InputOf(SmallWave()), "partner-types");
  // 5 of 5, 5 of 6 three times (t1, t3, t5), 3 of 6, 2 of 6.
  EXPECT_THAT(Codes(figure.partner_types()), ElementsAre("t2", "t1", "t3", "t5", "t6", "t4"));
  EXPECT_EQ(figure.number(), 1);
  EXPECT_EQ(figure.invited(), 8);
  EXPECT_EQ(figure.counted(), 7);
}

TEST(PartnerTypesTest, UndefinedSharesComeLastInOrder) {
  const v1::Figure figure = *Figure(InputOf(EmptyWave()), "partner-types");
  EXPECT_THAT(Codes(figure.partner_types()), ElementsAre("t1", "t2", "t3"));
  for (const v1::PartnerTypeBar& bar : figure.partner_types().bars()) {
    EXPECT_FALSE(bar.share().has_value());
  }
}

TEST(InteractionLevelsTest, AllTypesOrThoseAskedForInThatOrder) {
  const FigureData input = InputOf(SmallWave());
  EXPECT_EQ(Figure(input, "interaction-levels")->interaction_levels().rows_size(), 6);
  v1::GetFigureRequest request;
  request.add_partner_types("t5");
  request.add_partner_types("t1");
  request.set_base(type::v1::BASE_ENGAGED);
  const v1::Figure figure = *Figure(input, "interaction-levels", request);
  ASSERT_EQ(figure.interaction_levels().rows_size(), 2);
  EXPECT_EQ(figure.interaction_levels().rows(0).partner_type(), "t5");
  EXPECT_EQ(figure.interaction_levels().base(), type::v1::BASE_ENGAGED);
  EXPECT_EQ(figure.interaction_levels().rows(1).levels().base(), type::v1::BASE_ENGAGED);
}

TEST(NetworksTest, OnlyNamedSitesAreNamed) {
  const v1::Figure figure = *Figure(InputOf(SmallWave()), "networks");
  ASSERT_EQ(figure.networks().sites_size(), 7);  // not the one without a response
  std::vector<std::string> sites;
  for (const v1::SiteNetwork& site : figure.networks().sites()) {
    if (!site.site().empty()) sites.push_back(site.label() + " = " + site.site());
  }
  EXPECT_THAT(sites, ElementsAre("Name of s002 = sites/s002"));
}

TEST(NetworksTest, TypesStandInTheSamePlaceEverywhere) {
  const v1::Figure figure = *Figure(InputOf(SmallWave()), "networks");
  const v1::SiteNetwork& first = figure.networks().sites(0);
  ASSERT_EQ(first.nodes_size(), 6);
  EXPECT_EQ(first.nodes(0).x(), 0);
  EXPECT_EQ(first.nodes(0).y(), 1);   // twelve o'clock
  EXPECT_GT(first.nodes(1).x(), 0);   // clockwise
  EXPECT_EQ(first.nodes(3).y(), -1);  // six o'clock
  for (const v1::SiteNetwork& site : figure.networks().sites()) {
    for (int i = 0; i < 6; ++i) {
      EXPECT_EQ(site.nodes(i).partner_type(), first.nodes(i).partner_type());
      EXPECT_EQ(site.nodes(i).x(), first.nodes(i).x());
      EXPECT_NEAR(std::hypot(site.nodes(i).x(), site.nodes(i).y()), 1, 1e-5);
    }
  }
}

TEST(ModelTest, SaysThatItIsOurReading) {
  const v1::Figure figure = *Figure(InputOf(SmallWave()), "model");
  EXPECT_THAT(figure.note(), HasSubstr("Our operationalisation of the brief's conceptual model."));
  EXPECT_THAT(figure.note(), HasSubstr("Not drawn, for want of known levels: 1 site."));
  EXPECT_EQ(figure.model().points_size(), 7);
}

TEST(NotesTest, CohortFloorAndRuleAreInThem) {
  v1::Parameters parameters = With(v1::ENGAGED_RULE_COUNT_ONLY, v1::SELF_RULE_EXCLUDE);
  parameters.set_cohort("cohorts/one");
  parameters.set_floor(v1::REVIEW_FLOOR_APPROVED);
  const v1::Figure figure = *Figure(InputOf(SmallWave(), parameters), "partner-types");
  EXPECT_THAT(figure.note(), HasSubstr("0 of 8 sites have an approved response"));
  EXPECT_THAT(figure.note(), HasSubstr("in cohort one"));
  EXPECT_THAT(figure.note(), HasSubstr("its count of partners is above 0"));
  EXPECT_THAT(figure.note(), HasSubstr("left out of its counts"));
}

// Every picture stays a JSON text with its data in it, whatever the width and however empty.
TEST(RenderTest, EveryFigureAtEveryWidth) {
  for (const WaveBuilder& wave : {SmallWave(), EmptyWave(), WaveBuilder(0)}) {
    const FigureData input = InputOf(wave);
    for (const char* id : {"partner-types", "interaction-levels", "networks", "model"}) {
      const v1::Figure figure = *Figure(input, id);
      for (int width : {kMinWidth, 340, kDefaultWidth, kMaxWidth}) {
        const v1::RenderFigureResponse rendered = Render(figure, width);
        const Json spec = Json::parse(rendered.vega_lite(), nullptr, false);
        ASSERT_FALSE(spec.is_discarded()) << id << " " << width;
        EXPECT_EQ(spec["usermeta"]["width"], width);
        EXPECT_EQ(spec["description"], rendered.alt_text());
        EXPECT_THAT(rendered.alt_text(), Not(IsEmpty()));
        for (const v1::DataRow& row : rendered.table().rows()) {
          EXPECT_EQ(row.cells_size(), rendered.table().columns_size());
        }
      }
    }
  }
}

WaveBuilder WaveOf(int sites) {
  WaveBuilder wave(6);
  std::mt19937_64 random(1);
  for (int i = 0; i < sites; ++i) {
    wave.Add(RandomAnswers(wave.records().frame.instrument, random));
  }
  return wave;
}

// How many sites the marks of Figure 4 stand for.
int SitesDrawn(const v1::Figure& model) {
  int sites = 0;
  const Json picture = Json::parse(Render(model, 720).vega_lite());
  for (const Json& value : picture["data"]["values"]) {
    sites += std::max(1, std::atoi(value["site"].get<std::string>().c_str()));
  }
  return sites;
}

// A wave too large to label.
TEST(RenderTest, SitesThatAreAlikeAreOneMark) {
  const v1::Figure model = *Figure(InputOf(WaveOf(kMostSites)), "model");
  EXPECT_EQ(model.model().points_size(), kMostSites);
  EXPECT_EQ(model.model().groups_size(), 0);
  EXPECT_THAT(model.note(), HasSubstr("one mark, larger for more of them"));
  int drawn = 0;
  for (const v1::ModelPoint& point : model.model().points()) {
    drawn += point.richness().has_value() && point.mean_level().has_value() ? 1 : 0;
  }
  EXPECT_EQ(SitesDrawn(model), drawn);
}

TEST(NetworksTest, APageSaysWhatItLeavesOut) {
  FigureData input = InputOf(WaveOf(200));
  input.sites.resize(kMostSites);
  input.next_page_token = "next";
  const v1::Figure networks = *Figure(input, "networks");
  EXPECT_EQ(networks.counted(), 200);
  EXPECT_EQ(networks.networks().sites_size(), 100);
  EXPECT_EQ(networks.networks().next_page_token(), "next");
  EXPECT_THAT(networks.note(),
              HasSubstr("Shown are 100 sites of the 200 that are counted; the others"));
  const v1::RenderFigureResponse rendered = Render(networks, 720);
  EXPECT_EQ(rendered.table().rows_size(), 100);
  EXPECT_THAT(rendered.alt_text(), HasSubstr("The table has every site and type of this page."));
  const Json spec = Json::parse(rendered.vega_lite());
  EXPECT_THAT(spec["vconcat"][0]["data"]["values"], SizeIs(100 * 7));
}

// Richness, quarter of a level, rating and quadrant.
using Alike = std::tuple<int, double, type::v1::SharedResponsibility, v1::Quadrant>;

TEST(ModelTest, ManySitesAreGroupedByWhatTheyHaveInCommon) {
  const FigureData input = InputOf(WaveOf(400));
  // Judged by the sites themselves.
  std::map<Alike, int> expected;
  int placed = 0;
  for (const v1::SiteMetrics& site : input.sites) {
    if (!site.richness().has_value() || !site.mean_level_engaged().has_value()) continue;
    const double step = std::min(std::floor(site.mean_level_engaged().value() * 4) / 4, 3.75);
    ++expected[{static_cast<int>(site.richness().value()), step, site.shared_responsibility(),
                site.quadrant()}];
    ++placed;
  }
  const v1::Figure figure = *Figure(input, "model");
  const v1::ModelFigure& model = figure.model();
  EXPECT_EQ(model.points_size(), 0);
  std::map<Alike, int> groups;
  for (const v1::ModelGroup& group : model.groups()) {
    EXPECT_EQ(group.mean_level_to(), group.mean_level_from() + 0.25);
    groups[{group.richness(), group.mean_level_from(), group.shared_responsibility(),
            group.quadrant()}] = group.sites();
  }
  EXPECT_EQ(groups, expected);
  EXPECT_EQ(model.groups_size(), static_cast<int>(expected.size()));
  EXPECT_EQ(model.quadrants().richness_cut().n(), placed);

  EXPECT_THAT(figure.note(), HasSubstr("Sites alike in diversity, depth to a quarter of a level"));
  EXPECT_THAT(figure.note(),
              HasSubstr(absl::StrCat("Not drawn, for want of known levels: ", 400 - placed)));
  EXPECT_EQ(SitesDrawn(figure), placed);
  const v1::RenderFigureResponse rendered = Render(figure, 720);
  EXPECT_EQ(rendered.table().rows_size(), model.groups_size());
  EXPECT_EQ(rendered.table().rows(0).cells_size(), rendered.table().columns_size());
  EXPECT_THAT(rendered.alt_text(), HasSubstr(absl::StrCat("Scatter plot of ", placed, " sites")));
}

TEST(LabelPlacesTest, LabelsStayApartAndInside) {
  // Two points side by side at the right edge: there is no room to the right of either.
  const std::vector<LabelledPoint> points = {{90, 50, 30, 12}, {96, 50, 30, 12}};
  const std::vector<LabelPlace> places = PlaceLabels(points, 5, {0, 0, 100, 100}, {});
  ASSERT_THAT(places, SizeIs(2));
  std::vector<Box> boxes;
  for (size_t i = 0; i < places.size(); ++i) {
    EXPECT_NE(places[i].align, LabelPlace::kLeft);
    const double anchor = points[i].x + places[i].dx;
    const double left = places[i].align == LabelPlace::kRight ? anchor - 30 : anchor - 15;
    boxes.push_back(
        {left, points[i].y + places[i].dy - 6, left + 30, points[i].y + places[i].dy + 6});
  }
  const bool apart = boxes[0].right <= boxes[1].left || boxes[1].right <= boxes[0].left ||
                     boxes[0].bottom <= boxes[1].top || boxes[1].bottom <= boxes[0].top;
  EXPECT_TRUE(apart);
}

TEST(TextWidthTest, WrapsAtBlanks) {
  EXPECT_THAT(Wrap("", 12, 100), IsEmpty());
  EXPECT_THAT(Wrap("one two three", 10, TextWidth("one two", 10)), ElementsAre("one two", "three"));
  EXPECT_THAT(Wrap("incomprehensibilities", 10, 5), ElementsAre("incomprehensibilities"));
  EXPECT_GT(TextWidth("WWW", 10), TextWidth("iii", 10));
  EXPECT_GT(TextWidth("漢字", 10), TextWidth("ab", 10));
}

}  // namespace
}  // namespace weft::metrics
