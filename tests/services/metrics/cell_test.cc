#include "services/metrics/domain/cell.h"

#include <ostream>
#include <string>

#include "gtest/gtest.h"
#include "tests/services/metrics/wave_example.h"

namespace weft::metrics {
namespace {

constexpr v1::EngagedRule kLevelFirst = v1::ENGAGED_RULE_LEVEL_FIRST;
constexpr v1::EngagedRule kLevelOnly = v1::ENGAGED_RULE_LEVEL_ONLY;
constexpr v1::EngagedRule kCountOnly = v1::ENGAGED_RULE_COUNT_ONLY;
constexpr v1::EngagedRule kEither = v1::ENGAGED_RULE_EITHER;

// "yes 3", "yes ?", "no 0", "unknown": engagement and depth.
std::string Read(const char* cell, v1::EngagedRule rule,
                 v1::SelfRule self = v1::SELF_RULE_INCLUDE) {
  const CountedCell counted =
      CellState::FromAnswer(Cell(cell)).Count({.engaged_rule = rule, .self_rule = self});
  if (counted.engagement == v1::ENGAGEMENT_UNKNOWN) {
    EXPECT_FALSE(counted.depth.has_value());
    return "unknown";
  }
  const std::string depth = counted.depth.has_value() ? std::to_string(*counted.depth) : "?";
  return (counted.engagement == v1::ENGAGEMENT_YES ? "yes " : "no ") + depth;
}

TEST(CellTest, EngagedRules) {
  struct Case {
    const char* cell;
    const char* level_first;
    const char* level_only;
    const char* count_only;
    const char* either;
  };
  const Case cases[] = {
      // Level and count agree.
      {"3/12", "yes 3", "yes 3", "yes 3", "yes 3"},
      {"0/0", "no 0", "no 0", "no 0", "no 0"},
      // They contradict each other.
      {"0/2", "no 0", "no 0", "yes 0", "yes 0"},
      {"4/0", "yes 4", "yes 4", "no 0", "yes 4"},
      // The count is unclear or missing.
      {"2/0-5", "yes 2", "yes 2", "unknown", "yes 2"},
      {"0/0-5", "no 0", "no 0", "unknown", "no 0"},
      {"1/0+", "yes 1", "yes 1", "unknown", "yes 1"},
      {"2/k", "yes 2", "yes 2", "unknown", "yes 2"},
      {"0/k", "no 0", "no 0", "unknown", "no 0"},
      // The level is missing.
      {"-/3", "yes ?", "unknown", "yes ?", "yes ?"},
      {"r/20+", "yes ?", "unknown", "yes ?", "yes ?"},
      {"k/10-15", "yes ?", "unknown", "yes ?", "yes ?"},
      {"k/~1", "yes ?", "unknown", "yes ?", "yes ?"},
      {"k/0", "no 0", "unknown", "no 0", "no 0"},
      {"k/0-1", "unknown", "unknown", "unknown", "unknown"},
      {"k/r", "unknown", "unknown", "unknown", "unknown"},
      {"-", "unknown", "unknown", "unknown", "unknown"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(Read(c.cell, kLevelFirst), c.level_first) << c.cell;
    EXPECT_EQ(Read(c.cell, kLevelOnly), c.level_only) << c.cell;
    EXPECT_EQ(Read(c.cell, kCountOnly), c.count_only) << c.cell;
    EXPECT_EQ(Read(c.cell, kEither), c.either) << c.cell;
  }
}

TEST(CellTest, SelfRule) {
  struct Case {
    const char* cell;
    const char* level_first;
    const char* count_only;
  };
  const Case cases[] = {
      // Not the site itself: nothing changes.
      {"3/1", "yes 3", "yes 3"},
      // The site was the only one: level 0.
      {"3/1s", "no 0", "no 0"},
      {"k/1s", "no 0", "no 0"},
      {"4/0s", "no 0", "no 0"},
      {"2/0-1s", "no 0", "no 0"},
      // Others remain.
      {"3/2s", "yes 3", "yes 3"},
      {"0/2s", "no 0", "yes 0"},
      {"k/2+s", "yes ?", "yes ?"},
      // Whether others remain is not known: the level is missing.
      {"3/1-4s", "unknown", "unknown"},
      {"3/1+s", "unknown", "unknown"},
      {"3/0-5s", "unknown", "unknown"},
      {"3/ks", "unknown", "unknown"},
      {"0s", "unknown", "unknown"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(Read(c.cell, kLevelFirst, v1::SELF_RULE_EXCLUDE), c.level_first) << c.cell;
    EXPECT_EQ(Read(c.cell, kCountOnly, v1::SELF_RULE_EXCLUDE), c.count_only) << c.cell;
  }
  EXPECT_EQ(Read("3/1s", kLevelFirst), "yes 3") << "included";
}

TEST(CellTest, WhatWasGivenIsKept) {
  const CellState state = CellState::FromAnswer(Cell("k/r"));
  EXPECT_EQ(state.level(), std::nullopt);
  EXPECT_EQ(state.level_missing(), type::v1::MISSING_REASON_DONT_KNOW);
  EXPECT_EQ(state.count_missing(), type::v1::MISSING_REASON_REFUSED);
  EXPECT_EQ(state.count_sign(), CountSign::kUnclear);

  const CellState unclear = CellState::FromAnswer(Cell("2/0-5"));
  EXPECT_EQ(unclear.level(), 2);
  EXPECT_EQ(unclear.level_missing(), type::v1::MISSING_REASON_UNSPECIFIED);
  EXPECT_EQ(unclear.count_missing(), type::v1::MISSING_REASON_UNSPECIFIED);

  const CellState silent;
  EXPECT_EQ(silent.level_missing(), type::v1::MISSING_REASON_NOT_ANSWERED);
  EXPECT_EQ(silent.count_missing(), type::v1::MISSING_REASON_NOT_ANSWERED);
  EXPECT_FALSE(silent.includes_self());
  EXPECT_EQ(CellState::FromAnswer(Cell("?/?")).code(), silent.code()) << "no reason named";
}

TEST(CellTest, ContradictionsAreOfTheAnswersAsGiven) {
  EXPECT_TRUE(CellState::FromAnswer(Cell("0/1")).contradiction());
  EXPECT_TRUE(CellState::FromAnswer(Cell("0/1s")).contradiction());
  EXPECT_TRUE(CellState::FromAnswer(Cell("0/20+")).contradiction());
  EXPECT_TRUE(CellState::FromAnswer(Cell("2/0")).contradiction());
  EXPECT_FALSE(CellState::FromAnswer(Cell("0/0-5")).contradiction());
  EXPECT_FALSE(CellState::FromAnswer(Cell("2/0-5")).contradiction());
  EXPECT_FALSE(CellState::FromAnswer(Cell("3/1s")).contradiction());
  EXPECT_FALSE(CellState::FromAnswer(Cell("k/0")).contradiction());
  EXPECT_FALSE(CellState::FromAnswer(Cell("0/k")).contradiction());
}

TEST(CellTest, VariantsAreNumberedForGood) {
  // On disk.
  EXPECT_EQ((Variant{kLevelFirst, v1::SELF_RULE_INCLUDE}.index()), 0);
  EXPECT_EQ((Variant{kLevelFirst, v1::SELF_RULE_EXCLUDE}.index()), 1);
  EXPECT_EQ((Variant{kLevelOnly, v1::SELF_RULE_INCLUDE}.index()), 2);
  EXPECT_EQ((Variant{kCountOnly, v1::SELF_RULE_INCLUDE}.index()), 4);
  EXPECT_EQ((Variant{kEither, v1::SELF_RULE_EXCLUDE}.index()), 7);
  for (int i = 0; i < Variant::kCount; ++i) EXPECT_EQ(Variant::FromIndex(i).index(), i);
  EXPECT_EQ(CellState().code(), 172u);
  EXPECT_EQ(CellState::FromAnswer(Cell("3/2s")).code(), 102u);
}

}  // namespace
}  // namespace weft::metrics
