#include "tests/services/metrics/golden_file.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"

namespace weft::metrics {
namespace {

constexpr char kDirectory[] = WEFT_SOURCE_DIR "/tests/services/metrics/golden/";

}  // namespace

Json ToJson(const google::protobuf::Message& message) {
  std::string text;
  EXPECT_TRUE(google::protobuf::util::MessageToJsonString(message, &text).ok());
  return Json::parse(text);
}

void CheckGolden(const std::string& name, const std::string& actual) {
  const std::string path = absl::StrCat(kDirectory, name, ".json");
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

void CheckGoldenPicture(const std::string& name, const std::function<v1::Picture(int)>& draw) {
  v1::Picture wide = draw(720);
  Json golden;
  golden["vega_lite_720"] = Json::parse(wide.vega_lite());
  golden["vega_lite_340"] = Json::parse(draw(340).vega_lite());
  wide.clear_vega_lite();
  golden["picture"] = ToJson(wide);
  CheckGolden(name, golden.dump(1) + "\n");
}

}  // namespace weft::metrics
