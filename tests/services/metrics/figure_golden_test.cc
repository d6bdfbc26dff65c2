// Data, pictures, tables and texts of the four figures, as reviewed by a person.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "services/metrics/domain/compare_waves.h"
#include "services/metrics/domain/pictures.h"
#include "services/metrics/domain/site_feedback.h"
#include "services/metrics/domain/vega.h"
#include "tests/services/metrics/figure_example.h"
#include "tests/services/metrics/golden_file.h"
#include "tests/services/metrics/wave_example.h"

namespace weft::metrics {
namespace {

std::string Rendered(const v1::Figure& figure) {
  const v1::RenderFigureResponse wide = Render(figure, 720);
  Json golden;
  golden["figure"] = ToJson(wide.figure());
  golden["alt_text"] = wide.alt_text();
  golden["table"] = ToJson(wide.table());
  golden["vega_lite_720"] = Json::parse(wide.vega_lite());
  golden["vega_lite_340"] = Json::parse(Render(figure, 340).vega_lite());
  return golden.dump(1) + "\n";
}

void Check(const std::string& name, const v1::Figure& figure) {
  CheckGolden(name, Rendered(figure));
}

TEST(FigureGoldenTest, SmallWave) {
  const FigureData input = InputOf(SmallWave());
  for (const char* id : {"partner-types", "interaction-levels", "networks", "model"}) {
    Check(absl::StrCat("small.", id), *Figure(input, id));
  }
}

TEST(FigureGoldenTest, ChosenTypesInBaseEngaged) {
  v1::GetFigureRequest request;
  request.add_partner_types("t6");
  request.add_partner_types("t1");
  request.set_base(type::v1::BASE_ENGAGED);
  Check("small.interaction-levels-engaged",
        *Figure(InputOf(SmallWave()), "interaction-levels", request));
}

TEST(FigureGoldenTest, NobodyHasAnswered) {
  const FigureData input = InputOf(EmptyWave());
  for (const char* id : {"partner-types", "interaction-levels", "networks", "model"}) {
    Check(absl::StrCat("empty.", id), *Figure(input, id));
  }
}

TEST(PictureGoldenTest, LevelTransitions) {
  WaveBuilder earlier(3);
  earlier.Add("4 2 0 | 2").Add("1 1 3 | 1").Add("0 2 k | 3").Add("2 2 2");
  WaveBuilder later(3);
  later.records().frame.wave.set_name("waves/w2");
  later.Add("4 3 1 | 2").Add("0 1 3 | 1").Add("1 2 4 | 3");
  const WaveView before = earlier.View();
  const WaveView after = later.View();
  const absl::StatusOr<std::vector<TypePair>> types =
      MatchTypes(*before.frame, *after.frame, nullptr);
  ASSERT_TRUE(types.ok()) << types.status();
  const v1::WaveComparison comparison = CompareWaves(before, after, *types, /*test=*/false);
  CheckGoldenPicture("picture.level-transitions",
                     [&](int width) { return DrawTransitions(comparison, width); });
}

TEST(PictureGoldenTest, OneSiteAmongTheOthers) {
  WaveBuilder wave(5);
  wave.Add("4 2 0 k/3 3 | 2").Add("4 1 3 1 0 | 1").Add("2 2 1 0 0 | 3").Add("k 0 1 2 0");
  WaveView view = wave.View();
  const v1::SiteFeedback feedback = GiveFeedback(view, view.sites[0]);
  CheckGoldenPicture("picture.site-standing",
                     [&](int width) { return DrawStanding(feedback, width); });
  view.sites.resize(1);
  const FigureData data = MakeFigureData(view, FigureKind::kNetworks);
  CheckGoldenPicture("picture.site-network",
                     [&](int width) { return DrawOwnNetwork(data, width); });
}

TEST(PictureGoldenTest, ResponsesByDay) {
  ingestion::v1::GetResponseRateSeriesResponse series;
  constexpr int kSubmitted[] = {0, 1, 1, 3, 4, 7, 7, 9};
  constexpr int kApproved[] = {0, 0, 0, 1, 1, 2, 5, 5};
  for (int day = 0; day < 8; ++day) {
    auto& row = *series.add_days();
    row.mutable_date()->set_year(2025);
    row.mutable_date()->set_month(day < 4 ? 1 : 2);
    row.mutable_date()->set_day(day < 4 ? 28 + day : day - 3);
    row.set_invited(day < 5 ? 12 : 11);
    row.set_submitted(kSubmitted[day]);
    row.set_approved(kApproved[day]);
    row.set_withdrawn(day == 7 ? 1 : 0);
  }
  CheckGoldenPicture("picture.response-rate",
                     [&](int width) { return DrawResponseRate("waves/w1", series, width); });
  series.clear_days();
  CheckGoldenPicture("picture.response-rate-empty",
                     [&](int width) { return DrawResponseRate("waves/w1", series, width); });
}

}  // namespace
}  // namespace weft::metrics
