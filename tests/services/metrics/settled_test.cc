// "Settled" means: whatever the missing answers were, the verdict would be the same. Here the
// missing answers of small random waves are given in every possible way, and every way is checked.
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/services/metrics/expectation_example.h"

namespace weft::metrics {
namespace {

using Result = v1::ExpectationResult;

constexpr int kTypes = 2;
constexpr int kSites = 4;

// A wave as texts that Cell() reads; a rating of 0 is missing.
struct Answers {
  std::string cells[kSites][kTypes];
  int ratings[kSites];
};

FigureData InputOf(const Answers& answers) {
  WaveBuilder wave(kTypes);
  for (int s = 0; s < kSites; ++s) {
    std::string text;
    for (const std::string& cell : answers.cells[s]) absl::StrAppend(&text, cell, " ");
    absl::StrAppend(&text, "| ", answers.ratings[s] == 0 ? "-" : absl::StrCat(answers.ratings[s]));
    wave.Add(text);
  }
  return metrics::InputOf(wave);
}

// Every way to give the answers that are missing: "-" may have any level; "-/3" is engaged, at a
// level from 1; a rating may be any. "-/0" is known: not engaged.
void Complete(Answers answers, int at, std::vector<Answers>& all) {
  for (; at < kSites * (kTypes + 1); ++at) {
    const int s = at / (kTypes + 1), t = at % (kTypes + 1);
    if (t == kTypes) {
      if (answers.ratings[s] != 0) continue;
      for (int rating = 1; rating <= 3; ++rating) {
        answers.ratings[s] = rating;
        Complete(answers, at + 1, all);
      }
      return;
    }
    const std::string cell = answers.cells[s][t];
    if (cell != "-" && cell != "-/3") continue;
    for (int level = cell == "-" ? 0 : 1; level <= 4; ++level) {
      answers.cells[s][t] = absl::StrCat(level, cell.substr(1));
      Complete(answers, at + 1, all);
    }
    return;
  }
  all.push_back(answers);
}

class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}
  int Below(int limit) { return static_cast<int>(engine_() % static_cast<uint64_t>(limit)); }

  Answers Wave() {
    Answers answers;
    int missing = Below(4);
    for (int s = 0; s < kSites; ++s) {
      answers.ratings[s] = 1 + Below(3);
      for (std::string& cell : answers.cells[s]) {
        cell = Below(8) == 0 ? "-/0" : absl::StrCat(Below(5));
      }
    }
    for (; missing > 0; --missing) {
      const int s = Below(kSites), t = Below(kTypes + 1);
      if (t == kTypes) {
        answers.ratings[s] = 0;
      } else {
        answers.cells[s][t] = Below(2) == 0 ? "-" : "-/3";
      }
    }
    return answers;
  }

  v1::Expectation Claim() {
    v1::Expectation claim = Expect("");
    v1::MetricReference& metric = *claim.mutable_metric();
    metric.set_metric(static_cast<v1::Metric>(1 + Below(12)));
    const bool of_types =
        metric.metric() >= v1::METRIC_PRESENCE && metric.metric() <= v1::METRIC_LEVEL_MODE;
    if (of_types) {
      const int first = Below(kTypes);
      metric.add_partner_types(absl::StrCat("t", 1 + first));
      if (Below(3) == 0) metric.add_partner_types(absl::StrCat("t", kTypes - first));
      if (metric.metric() != v1::METRIC_PRESENCE && Below(2) == 0) {
        metric.set_base(type::v1::BASE_ENGAGED);
      }
    }
    const auto level = static_cast<type::v1::InteractionLevel>(1 + Below(5));
    if (metric.metric() == v1::METRIC_LEVEL_SHARE) metric.set_level(level);
    if (metric.metric() >= v1::METRIC_RATING_SHARE) {
      metric.set_rating(static_cast<type::v1::SharedResponsibility>(1 + Below(3)));
    }
    if (metric.metric() == v1::METRIC_SITE_RICHNESS) {
      metric.set_site(absl::StrCat("sites/s00", 1 + Below(kSites)));
    }
    if (metric.metric() == v1::METRIC_LEVEL_MODE) {
      claim.mutable_mode()->set_level(level);
      if (Below(3) == 0) claim.mutable_mode()->set_n(Below(kSites + 1));
      return claim;
    }
    v1::NumberClaim& number = *claim.mutable_number();
    number.set_comparison(static_cast<v1::NumberClaim::Comparison>(1 + Below(5)));
    const bool share =
        metric.metric() == v1::METRIC_RESPONSE_RATE || metric.metric() == v1::METRIC_PRESENCE ||
        metric.metric() == v1::METRIC_LEVEL_SHARE || metric.metric() >= v1::METRIC_RATING_SHARE;
    if (share && Below(3) == 0) {
      number.set_quantity(v1::NumberClaim::QUANTITY_NUMERATOR);
      number.set_value(Below(kSites + 1));
    } else {
      const double grid[] = {0, 0.25, 1.0 / 3, 0.5, 0.75, 1, 1.25, 1.5, 2};
      number.set_value(grid[Below(9)]);
    }
    if (Below(3) == 0) number.set_decimals(Below(2));
    if (Below(4) == 0) number.set_n(1 + Below(kSites));
    return claim;
  }

 private:
  std::mt19937_64 engine_;
};

TEST(SettledTest, AgreesWithEveryWayToAnswer) {
  Random random(20250101);
  int settled = 0, open = 0, unknown = 0;
  for (int round = 0; round < 60; ++round) {
    const Answers answers = random.Wave();
    std::vector<Answers> completions;
    Complete(answers, 0, completions);
    std::vector<v1::Expectation> claims;
    for (int i = 0; i < 120; ++i) claims.push_back(random.Claim());
    const v1::CheckExpectationsRequest request = RequestOf(claims);
    const FigureData now = InputOf(answers);
    const v1::CheckExpectationsResponse verdicts =
        CheckExpectations(request, now.summary, now.sites);
    std::vector<bool> changes(claims.size(), false);
    for (const Answers& completion : completions) {
      const FigureData then = InputOf(completion);
      const v1::CheckExpectationsResponse others =
          CheckExpectations(request, then.summary, then.sites);
      for (int i = 0; i < others.results_size(); ++i) {
        if (others.results(i).verdict() != verdicts.results(i).verdict()) changes[i] = true;
      }
    }
    for (size_t i = 0; i < claims.size(); ++i) {
      const Result& result = verdicts.results(static_cast<int>(i));
      if (!result.has_settled()) {
        ++unknown;
        continue;
      }
      ++(result.settled() ? settled : open);
      ASSERT_EQ(result.settled(), !changes[i]) << "round " << round << ": " << result.DebugString();
    }
  }
  // It is known nearly always, and both ways.
  EXPECT_GT(settled, 1000);
  EXPECT_GT(open, 300);
  EXPECT_LT(unknown, (settled + open) / 10) << settled << " settled, " << open << " open";
}

}  // namespace
}  // namespace weft::metrics
