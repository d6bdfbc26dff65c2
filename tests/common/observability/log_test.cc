#include "common/observability/log.h"

#include <memory>
#include <string>
#include <vector>

#include "common/base/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace weft::observability {
namespace {

class LogTest : public ::testing::Test {
 protected:
  nlohmann::json Last() const { return nlohmann::json::parse(lines_.back()); }

  std::vector<std::string> lines_;
  std::unique_ptr<Logger> logger_ = Logger::ToFunction(
      Level::kInfo, [this](absl::string_view line) { lines_.emplace_back(line); });
};

TEST_F(LogTest, LinesAreJsonObjects) {
  logger_->Write(LogLine(Level::kWarning, "tested")
                     .Add("text", "a")
                     .Add("count", 7)
                     .Add("ms", 1.25)
                     .Add(NotFound("site", "sites/a")));
  const nlohmann::json line = Last();
  EXPECT_EQ(line["event"], "tested");
  EXPECT_EQ(line["level"], "warning");
  EXPECT_EQ(line["text"], "a");
  EXPECT_EQ(line["count"], 7);
  EXPECT_EQ(line["ms"], 1.25);
  EXPECT_EQ(line["code"], "NOT_FOUND");
  EXPECT_EQ(line["reason"], "SITE_NOT_FOUND");
  EXPECT_THAT(line["ts"].get<std::string>(),
              ::testing::MatchesRegex("[0-9-]+T[0-9:]+\\.[0-9]{6}Z"));
}

TEST_F(LogTest, NumbersHaveThreeDecimals) {
  logger_->Write(LogLine(Level::kInfo, "numbers")
                     .Add("a", 0.0004)
                     .Add("b", 0.0496)
                     .Add("c", -12.5)
                     .Add("d", 123456.7895)
                     .Add("e", 1e20));
  EXPECT_THAT(lines_.back(),
              ::testing::HasSubstr("\"a\":0.000,\"b\":0.050,\"c\":-12.500,\"d\":123456.790,"
                                   "\"e\":100000000000000000000.000"));
}

TEST_F(LogTest, ValuesCannotForgeLines) {
  const std::string nasty = std::string("a\"b\\c\nd\x01\x7f") + '\0' + "\xff\xc3(\xed\xa0\x80 é€😀";
  logger_->Write(LogLine(Level::kInfo, "nasty").Add("value", nasty));
  EXPECT_EQ(lines_.back().find('\n'), std::string::npos);
  const std::string value = Last()["value"];
  EXPECT_EQ(value,
            std::string("a\"b\\c\nd\x01\x7f") + '\0' + "\uFFFD\uFFFD(\uFFFD\uFFFD\uFFFD é€😀");
}

TEST_F(LogTest, LinesBelowTheLevelAreDropped) {
  EXPECT_FALSE(logger_->Enabled(Level::kDebug));
  logger_->Write(LogLine(Level::kDebug, "dropped"));
  EXPECT_TRUE(lines_.empty());
  const auto off = Logger::ToFunction(Level::kOff, [](absl::string_view) { FAIL(); });
  off->Write(LogLine(Level::kError, "dropped"));
}

TEST(LogLevel, Names) {
  Level level = Level::kOff;
  EXPECT_TRUE(ParseLevel("warning", level));
  EXPECT_EQ(level, Level::kWarning);
  EXPECT_FALSE(ParseLevel("loud", level));
}

TEST(LogToStderr, WritesWholeLinesAtTheLatestWhenItEnds) {
  ::testing::internal::CaptureStderr();
  {
    const std::unique_ptr<Logger> logger = Logger::ToStderr(Level::kInfo);
    logger->Write(LogLine(Level::kInfo, "one"));
    logger->Write(LogLine(Level::kInfo, "two"));
  }
  const std::string text = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
  EXPECT_THAT(text, ::testing::HasSubstr("\"event\":\"two\""));
}

}  // namespace
}  // namespace weft::observability
