// The intervals hold what any answers in place of the missing ones could give: every completion of
// small sites is tried.
#include <algorithm>
#include <functional>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "services/metrics/domain/compute.h"
#include "tests/services/metrics/wave_example.h"

namespace weft::metrics {
namespace {

using ingestion::v1::Answers;
using ingestion::v1::PartnerCell;

constexpr int kTypes = 3;

v1::SiteMetrics Compute(const Answers& answers, v1::EngagedRule rule) {
  WaveBuilder wave(kTypes);
  wave.Add(answers);
  const WaveView view = wave.View(With(rule));
  return ComputeSite(view, view.sites[0]);
}

// The ways to answer what a cell leaves open, without contradicting what it says.
std::vector<PartnerCell> Completions(const PartnerCell& cell) {
  std::vector<PartnerCell> completions;
  for (int level = 0; level <= 4; ++level) {
    if (cell.has_level() && cell.level() != level + 1) continue;
    for (int count = 0; count <= 1; ++count) {
      const CellState given = CellState::FromAnswer(cell);
      if (given.count_sign() == CountSign::kZero && count == 1) continue;
      if (given.count_sign() == CountSign::kPositive && count == 0) continue;
      PartnerCell completion = cell;
      completion.set_level(static_cast<type::v1::InteractionLevel>(level + 1));
      completion.mutable_partners()->set_min(count);
      completion.mutable_partners()->set_max(count);
      if (CellState::FromAnswer(completion).contradiction() && !given.contradiction()) continue;
      completions.push_back(completion);
    }
  }
  return completions;
}

// Calls `visit` with the answers completed in every way.
void ForEachCompletion(const Answers& answers, Answers& completed,
                       const std::function<void(const Answers&)>& visit) {
  const int next = completed.partner_cells_size();
  if (next == kTypes) {
    visit(completed);
    return;
  }
  for (const PartnerCell& cell : Completions(answers.partner_cells(next))) {
    *completed.add_partner_cells() = cell;
    ForEachCompletion(answers, completed, visit);
    completed.mutable_partner_cells()->RemoveLast();
  }
}

std::vector<type::v1::Estimate> Numbers(const v1::SiteMetrics& site) {
  std::vector<type::v1::Estimate> numbers = {site.richness(),
                                             site.coverage(),
                                             site.mean_level_all(),
                                             site.depth_weighted_breadth(),
                                             site.levels_all().median(),
                                             site.levels_all().interpolated_median()};
  for (const auto& share : site.levels_all().shares()) numbers.push_back(share.share());
  return numbers;
}

// Numbers of engaged cells, whose bounds may be wider than what can be reached.
std::vector<type::v1::Estimate> EngagedNumbers(const v1::SiteMetrics& site) {
  return {site.mean_level_engaged(), site.share_coordination_or_deeper(),
          site.share_collaboration()};
}

struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
};

void Extend(const std::vector<type::v1::Estimate>& numbers, std::vector<Range>& ranges) {
  ranges.resize(numbers.size());
  for (size_t i = 0; i < numbers.size(); ++i) {
    if (!numbers[i].has_value()) continue;
    ranges[i].low = std::min(ranges[i].low, numbers[i].value());
    ranges[i].high = std::max(ranges[i].high, numbers[i].value());
  }
}

TEST(IntervalTest, HoldsEveryCompletion) {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    std::mt19937_64 random(seed);
    const ingestion::v1::Instrument instrument = MakeInstrument(kTypes);
    Answers drawn = RandomAnswers(instrument, random);
    drawn.clear_items();
    // One cell for each type, so that there is one to complete.
    Answers answers;
    for (const std::string& type : instrument.partner_types()) {
      PartnerCell& cell = *answers.add_partner_cells();
      for (const PartnerCell& found : drawn.partner_cells()) {
        if (found.partner_type() == type) cell = found;
      }
      cell.set_partner_type(type);
      cell.clear_includes_self();
    }
    for (const auto rule : {v1::ENGAGED_RULE_LEVEL_FIRST, v1::ENGAGED_RULE_LEVEL_ONLY,
                            v1::ENGAGED_RULE_COUNT_ONLY, v1::ENGAGED_RULE_EITHER}) {
      SCOPED_TRACE(absl::StrCat("seed ", seed, " rule ", v1::EngagedRule_Name(rule)));
      const v1::SiteMetrics site = Compute(answers, rule);
      std::vector<Range> reached;
      std::vector<Range> reached_engaged;
      Answers completed;
      ForEachCompletion(answers, completed, [&](const Answers& completion) {
        const v1::SiteMetrics known = Compute(completion, rule);
        Extend(Numbers(known), reached);
        Extend(EngagedNumbers(known), reached_engaged);
      });
      const std::vector<type::v1::Estimate> numbers = Numbers(site);
      for (size_t i = 0; i < numbers.size(); ++i) {
        // Without a known depth the distribution states no interval.
        if (!numbers[i].has_low()) continue;
        EXPECT_LE(numbers[i].low(), reached[i].low) << i;
        EXPECT_GE(numbers[i].high(), reached[i].high) << i;
        if (rule == v1::ENGAGED_RULE_LEVEL_FIRST) {
          EXPECT_EQ(numbers[i].low(), reached[i].low) << i << " can be reached";
          EXPECT_EQ(numbers[i].high(), reached[i].high) << i << " can be reached";
        }
      }
      const std::vector<type::v1::Estimate> engaged = EngagedNumbers(site);
      for (size_t i = 0; i < engaged.size(); ++i) {
        if (!engaged[i].has_low()) continue;
        EXPECT_LE(engaged[i].low(), reached_engaged[i].low) << i;
        EXPECT_GE(engaged[i].high(), reached_engaged[i].high) << i;
      }
    }
  }
}

}  // namespace
}  // namespace weft::metrics
