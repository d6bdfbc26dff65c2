// Data, pictures, tables and texts of the four figures, as reviewed by a person: golden/*.json.
// After a change that is meant, write them anew with WEFT_UPDATE_GOLDEN=1, look at the difference
// and at the pictures (vega_test.mjs writes them with --out), and commit both.
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "services/metrics/domain/vega.h"
#include "tests/services/metrics/figure_example.h"

namespace weft::metrics {
namespace {

constexpr char kDirectory[] = WEFT_SOURCE_DIR "/tests/services/metrics/golden/";

Json ToJson(const google::protobuf::Message& message) {
  std::string text;
  EXPECT_TRUE(google::protobuf::util::MessageToJsonString(message, &text).ok());
  return Json::parse(text);
}

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
  const std::string path = absl::StrCat(kDirectory, name, ".json");
  const std::string actual = Rendered(figure);
  if (std::getenv("WEFT_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path) << actual;
    return;
  }
  std::ifstream file(path);
  ASSERT_TRUE(file.good()) << path << " is missing";
  std::stringstream expected;
  expected << file.rdbuf();
  EXPECT_EQ(actual, expected.str()) << path << " differs; WEFT_UPDATE_GOLDEN=1 writes it anew";
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

}  // namespace
}  // namespace weft::metrics
