#include "services/metrics/domain/disclosure.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/metrics/domain/withheld_cells.h"
#include "tests/services/metrics/wave_example.h"
#include "tests/testing/status_matchers.h"

namespace weft::metrics {
namespace {

using ::testing::ElementsAre;
using testing::HasReason;
using ::testing::IsEmpty;
using type::v1::Estimate;

v1::DisclosurePolicy Public(int minimum_cell, double coded_share = 0) {
  v1::DisclosurePolicy policy = DefaultPolicy(v1::AUDIENCE_PUBLIC);
  policy.set_minimum_cell(minimum_cell);
  policy.set_coded_share(coded_share);
  return policy;
}

// The site at this place of the roster agrees to be named.
void Name(WaveBuilder& wave, int site) {
  wave.records().roster[site].set_naming(registry::v1::Site::NAMING_NAMED);
}

std::vector<bool> Withheld(const std::vector<RowCell>& row, const CellRule& rule) {
  return ChooseWithheld(row, rule).cells;
}

TEST(WithheldCellsTest, ASmallCellTakesTheSmallestOtherWithIt) {
  const CellRule rule{.minimum = 5};
  EXPECT_THAT(Withheld({{20}, {3}, {9}, {0}}, rule), ElementsAre(false, true, true, false));
  EXPECT_THAT(Withheld({{20}, {9}, {0}}, rule), ElementsAre(false, false, false));
  // Two small ones hide each other only when they are five together.
  EXPECT_THAT(Withheld({{20}, {3}, {2}, {9}}, rule), ElementsAre(false, true, true, false));
  EXPECT_THAT(Withheld({{20}, {1}, {2}, {9}}, rule), ElementsAre(false, true, true, true));
  // Empty cells hide what nothing else does.
  EXPECT_THAT(Withheld({{3}, {0}, {0}}, rule), ElementsAre(true, true, true));
  // But for those that are empty by definition.
  EXPECT_THAT(Withheld({{0, false}, {3}, {7}}, rule), ElementsAre(false, true, true));
}

TEST(WithheldCellsTest, WhatNearlyEverybodySaysIsCoded) {
  const CellRule rule{.minimum = 5, .coded_share = 0.05};
  // One in twenty of 200 is 10.
  EXPECT_THAT(Withheld({{191}, {9}, {0}}, rule), ElementsAre(true, true, true));
  EXPECT_THAT(Withheld({{100}, {60}, {40}}, rule), ElementsAre(false, false, false));
  // The bound is never closer than five sites.
  EXPECT_EQ(rule.BoundIn(20), 5);
  EXPECT_EQ(rule.BoundIn(200), 10);
  // Three that are five at most, and fifteen together.
  EXPECT_FALSE(ChooseWithheld({{5}, {5}, {5}}, rule).bounds);
  EXPECT_TRUE(ChooseWithheld({{191}, {9}, {0}}, rule).bounds);
}

TEST(DisclosureTest, OperatorsAndMembersAreToldEverything) {
  WaveBuilder wave(2);
  wave.Add("4 2 | 2").Add("4 1 | 1").Add("2 0 | 3");
  const WaveView view = wave.View();
  for (const v1::Audience audience : {v1::AUDIENCE_OPERATORS, v1::AUDIENCE_MEMBERS}) {
    const v1::WaveContent told = Disclose(view, DefaultPolicy(audience));
    EXPECT_EQ(told.SerializeAsString(), MakeContent(view).SerializeAsString());
    EXPECT_EQ(told.suppressed_count(), 0);
  }
}

TEST(DisclosureTest, SitesThatAgreedToBeNamedHideNothing) {
  WaveBuilder wave(2);
  wave.Add("4 2 | 2").Add("4 1 | 1").Add("2 0 | 3");
  for (int site = 0; site < 3; ++site) Name(wave, site);
  const WaveView view = wave.View();
  const v1::WaveContent told = Disclose(view, Public(5));
  EXPECT_EQ(told.suppressed_count(), 0);
  EXPECT_EQ(told.figures(2).networks().sites_size(), 3);
  EXPECT_EQ(told.summary().SerializeAsString(), MakeContent(view).summary().SerializeAsString());
}

TEST(DisclosureTest, ThePublicSeesNoSmallCellAndNoSiteThatDidNotAgree) {
  WaveBuilder wave(2);
  // The first type: all engaged, six at level 4 and four at 1. The second: one engaged.
  for (int i = 0; i < 6; ++i) wave.Add(i == 0 ? "4 2 | 3" : "4 0 | 3");
  for (int i = 0; i < 4; ++i) wave.Add("1 0 | 1");
  const v1::WaveContent told = Disclose(wave.View(), Public(5));
  const v1::PartnerTypeSummary& first = told.summary().partner_types(0);
  EXPECT_EQ(first.presence().numerator(), 10);
  EXPECT_TRUE(first.levels_all().shares(1).share().has_suppressed());
  EXPECT_TRUE(first.levels_all().shares(4).share().has_suppressed());
  EXPECT_THAT(first.levels_all().modes(), IsEmpty());
  EXPECT_EQ(first.levels_all().shares(2).share().numerator(), 0);
  const v1::PartnerTypeSummary& second = told.summary().partner_types(1);
  EXPECT_TRUE(second.presence().has_suppressed());
  EXPECT_FALSE(second.presence().has_numerator());
  EXPECT_FALSE(second.presence().has_low());
  EXPECT_EQ(second.levels_engaged().median().base_size(), 0);
  EXPECT_THAT(second.presence().suppressed().reason(), ::testing::HasSubstr("fewer than 5 sites"));
  // Four rated lowest, six highest: the empty middle stays, for the sum tells no more.
  const v1::SharedResponsibilitySummary& ratings = told.summary().shared_responsibility();
  EXPECT_TRUE(ratings.shares(0).share().has_suppressed());
  EXPECT_EQ(ratings.shares(1).share().numerator(), 0);
  EXPECT_TRUE(ratings.shares(2).share().has_suppressed());
  EXPECT_TRUE(ratings.at_least_moderate().has_suppressed());
  EXPECT_TRUE(told.summary().richness().mean().has_suppressed());
  EXPECT_THAT(told.figures(2).networks().sites(), IsEmpty());
  EXPECT_THAT(told.figures(3).model().points(), IsEmpty());
  EXPECT_THAT(told.figures(3).note(), ::testing::HasSubstr("10 sites do not appear one by one"));
  EXPECT_GT(told.suppressed_count(), 0);
}

TEST(DisclosureTest, WhatEverybodySaidIsToldAsABound) {
  WaveBuilder wave(1);
  for (int i = 0; i < 20; ++i) wave.Add("4 | 3");
  const v1::WaveContent told = Disclose(wave.View(), Public(2, 0.2));
  const Estimate& presence = told.summary().partner_types(0).presence();
  EXPECT_EQ(presence.suppressed().reason(), "at least 80.0 %");
  EXPECT_DOUBLE_EQ(presence.low(), 0.8);
  EXPECT_DOUBLE_EQ(presence.high(), 1);
  EXPECT_EQ(told.summary().shared_responsibility().shares(0).share().suppressed().reason(),
            "at most 20.0 %");
}

TEST(DisclosureTest, OfManySitesThoseThatAgreedStandOneByOne) {
  WaveBuilder wave(2);
  // More than are drawn one by one where all appear.
  for (int site = 0; site < 110; ++site) {
    wave.Add("4 2 | 2");
    if (site > 0) Name(wave, site);
  }
  const v1::WaveContent told = Disclose(wave.View(), Public(5));
  const v1::ModelFigure& model = told.figures(3).model();
  EXPECT_EQ(model.points_size(), 109);
  EXPECT_EQ(model.groups_size(), 0);
}

TEST(DisclosureTest, FewContradictionsAreNotCounted) {
  WaveBuilder wave(2);
  // No interaction with twelve partners.
  wave.Add("0/12 0/3 | 2");
  for (int i = 0; i < 9; ++i) wave.Add("4 0 | 3");
  const WaveView view = wave.View();
  EXPECT_EQ(Disclose(view, DefaultPolicy(v1::AUDIENCE_MEMBERS)).summary().contradictions(), 2);
  const v1::WaveContent told = Disclose(view, Public(5));
  EXPECT_FALSE(told.summary().has_contradictions());
  // It counts as one of the values that are withheld.
  int estimates = 0;
  const std::string text = told.DebugString();
  for (size_t at = text.find("suppressed {"); at != std::string::npos;
       at = text.find("suppressed {", at + 1)) {
    ++estimates;
  }
  EXPECT_EQ(told.suppressed_count(), estimates + 1);
  // None, or those of as many sites as a cell needs, are told.
  EXPECT_EQ(Disclose(view, Public(1)).summary().contradictions(), 2);
  Name(wave, 0);
  EXPECT_EQ(Disclose(wave.View(), Public(5)).summary().contradictions(), 2);
}

TEST(DisclosureTest, PoliciesAreChecked) {
  v1::DisclosurePolicy policy;
  policy.set_minimum_cell(101);
  policy.set_coded_share(0.5);
  EXPECT_THAT(ValidatePolicy(policy, "policy."), HasReason("INVALID_FIELD"));
  for (const v1::Audience audience :
       {v1::AUDIENCE_OPERATORS, v1::AUDIENCE_MEMBERS, v1::AUDIENCE_PUBLIC}) {
    EXPECT_TRUE(ValidatePolicy(DefaultPolicy(audience), "policy.").ok());
  }
}

// Somebody who reads what the public is told, and tries every way in which the sites that do not
// appear could have answered: it knows a value when only one is left.
class Attacker {
 public:
  explicit Attacker(const v1::WaveContent& told) : told_(told) {
    others_ = told.summary().counted() - told.figures(2).networks().sites_size();
  }

  // What it finds out of what is withheld, in words.
  std::vector<std::string> Learn() {
    for (int type = 0; type < told_.summary().type_count(); ++type) LearnOfType(type);
    LearnOfRatings();
    return learned_;
  }

 private:
  // How many sites are not engaged, are engaged at each of five levels or one that is not known,
  // or are neither known to be: of the others, or of those that appear.
  using Cells = std::array<int, 8>;
  static int Engaged(const Cells& c) { return c[1] + c[2] + c[3] + c[4] + c[5] + c[6]; }
  static int WithLevel(const Cells& c) { return c[1] + c[2] + c[3] + c[4] + c[5]; }

  // A published number: what it is of cells, and what is told of it.
  struct Told {
    std::string name;
    std::function<int(const Cells&)> count;
    const Estimate* estimate;
    std::function<int(const Cells&)> units;
    std::function<int(const Cells&)> base;
  };

  static bool Agrees(const Told& told, const Cells& all) {
    const Estimate& estimate = *told.estimate;
    if (estimate.has_suppressed()) {
      // Units that would tell are not there.
      const bool hidden = estimate.n() == 0 && estimate.base_size() == 0;
      if (!hidden && (estimate.n() != told.units(all) || estimate.base_size() != told.base(all))) {
        return false;
      }
      if (!estimate.has_low()) return true;
      const double share = static_cast<double>(told.count(all)) / told.units(all);
      return share >= estimate.low() - 1e-9 && share <= estimate.high() + 1e-9;
    }
    if (estimate.n() != told.units(all) || estimate.base_size() != told.base(all)) return false;
    // Without a known unit there is no share.
    if (estimate.has_undefined()) return told.units(all) == 0;
    return told.units(all) > 0 && estimate.numerator() == told.count(all);
  }

  Cells Appearing(int type) const {
    Cells cells{};
    for (const v1::SiteNetwork& site : told_.figures(2).networks().sites()) {
      const v1::NetworkNode& node = site.nodes(type);
      if (node.engagement() == v1::ENGAGEMENT_NO) {
        ++cells[0];
      } else if (node.engagement() == v1::ENGAGEMENT_UNKNOWN) {
        ++cells[7];
      } else if (node.level() == type::v1::INTERACTION_LEVEL_UNSPECIFIED) {
        ++cells[6];
      } else {
        ++cells[node.level()];
      }
    }
    return cells;
  }

  // Every way to spread `sites` over cells from `from` on.
  static void Spread(int sites, size_t from, size_t cells, Cells& counts,
                     const std::function<void(const Cells&)>& visit) {
    if (from + 1 == cells) {
      counts[from] = sites;
      visit(counts);
      return;
    }
    for (int here = 0; here <= sites; ++here) {
      counts[from] = here;
      Spread(sites - here, from + 1, cells, counts, visit);
    }
  }

  void LearnFrom(const std::string& what, const Cells& appearing, size_t cells,
                 const std::vector<Told>& tolds,
                 const std::function<bool(const Cells&)>& possible) {
    std::vector<std::set<int>> values(tolds.size());
    Cells counts{};
    Spread(others_, 0, cells, counts, [&](const Cells& others) {
      if (!possible(others)) return;
      Cells all = others;
      for (size_t i = 0; i < all.size(); ++i) all[i] += appearing[i];
      for (const Told& told : tolds) {
        if (!Agrees(told, all)) return;
      }
      for (size_t i = 0; i < tolds.size(); ++i) values[i].insert(tolds[i].count(all));
    });
    for (size_t i = 0; i < tolds.size(); ++i) {
      ASSERT_THAT(values[i], ::testing::Not(IsEmpty())) << what << tolds[i].name;
      // What is 0 by definition is no secret.
      if (tolds[i].name == "level 0 of those engaged") continue;
      if (tolds[i].estimate->has_suppressed() && values[i].size() == 1) {
        learned_.push_back(absl::StrCat(what, tolds[i].name, " is ", *values[i].begin()));
      }
    }
  }

  void LearnOfType(int type) {
    const v1::PartnerTypeSummary& row = told_.summary().partner_types(type);
    const auto all = [](const Cells& c) { return c[0] + Engaged(c) + c[7]; };
    std::vector<Told> tolds;
    tolds.push_back({"presence", Engaged, &row.presence(),
                     [](const Cells& c) { return c[0] + Engaged(c); }, all});
    for (int level = 0; level < 5; ++level) {
      tolds.push_back({absl::StrCat("level ", level),
                       [level](const Cells& c) { return c[level + 1] + (level == 0 ? c[0] : 0); },
                       &row.levels_all().shares(level).share(),
                       [](const Cells& c) { return c[0] + WithLevel(c); }, all});
      tolds.push_back({absl::StrCat("level ", level, " of those engaged"),
                       [level](const Cells& c) { return c[level + 1]; },
                       &row.levels_engaged().shares(level).share(), WithLevel, Engaged});
    }
    // An engaged site has at least the first level when the level decides.
    LearnFrom(absl::StrCat(row.partner_type(), " "), Appearing(type), 8, tolds,
              [](const Cells& c) { return c[1] == 0; });
  }

  void LearnOfRatings() {
    const v1::SharedResponsibilitySummary& ratings = told_.summary().shared_responsibility();
    Cells appearing{};
    int missing = 0;
    for (const v1::MissingCount& count : ratings.missing()) missing += count.count();
    for (const v1::ModelPoint& point : told_.figures(3).model().points()) {
      ++appearing[point.shared_responsibility()];
    }
    const auto rated = [](const Cells& c) { return c[1] + c[2] + c[3]; };
    const auto all = [](const Cells& c) { return c[0] + c[1] + c[2] + c[3]; };
    std::vector<Told> tolds;
    tolds.reserve(4);
    for (int i = 0; i < 3; ++i) {
      tolds.push_back({absl::StrCat("rating ", i + 1), [i](const Cells& c) { return c[i + 1]; },
                       &ratings.shares(i).share(), rated, all});
    }
    tolds.push_back({"at least moderate", [](const Cells& c) { return c[2] + c[3]; },
                     &ratings.at_least_moderate(), rated, all});
    const int missing_others = missing - appearing[0];
    LearnFrom("", appearing, 4, tolds, [&](const Cells& c) { return c[0] == missing_others; });
  }

  const v1::WaveContent& told_;
  int others_ = 0;
  std::vector<std::string> learned_;
};

TEST(DisclosureTest, NobodyWorksOutWhatIsWithheld) {
  std::mt19937_64 random(20261129);
  const auto draw = [&](int n) { return static_cast<int>(random() % n); };
  const std::array<const char*, 8> cells = {"0", "1", "2", "3", "4", "k", "k/3", "."};
  int withheld = 0;
  for (int wave_number = 0; wave_number < 400; ++wave_number) {
    WaveBuilder wave(2);
    const int sites = 1 + draw(8);
    // Few kinds of cells, so that what everybody says happens too.
    const int kinds = 1 + draw(8);
    const int first = draw(8);
    for (int site = 0; site < sites; ++site) {
      const auto cell = [&] { return cells[(first + draw(kinds)) % 8]; };
      const std::string rating = draw(5) == 0 ? "k" : absl::StrCat(1 + draw(3));
      wave.Add(absl::StrCat(cell(), " ", cell(), " | ", rating));
      if (draw(4) == 0) Name(wave, site);
    }
    v1::DisclosurePolicy policy = Public(2 + draw(4), draw(2) == 0 ? 0 : 0.1);
    if (draw(4) == 0) policy.set_site_rows(v1::SITE_ROWS_NONE);
    const v1::WaveContent told = Disclose(wave.View(), policy);
    withheld += told.suppressed_count();
    EXPECT_THAT(Attacker(told).Learn(), IsEmpty()) << policy.ShortDebugString() << "\n"
                                                   << told.summary().ShortDebugString();
    // Means are sums over the types: beside a withheld cell they would be one equation more.
    bool cell_withheld = false;
    for (const v1::PartnerTypeSummary& type : told.summary().partner_types()) {
      cell_withheld |=
          type.presence().has_suppressed() || type.levels_engaged().median().has_suppressed();
    }
    EXPECT_EQ(told.summary().richness().mean().has_suppressed(), cell_withheld);
  }
  EXPECT_GT(withheld, 1000);
}

TEST(FewestSingledOutTest, OnePublicationTakenOffAnother) {
  const SiteSet all = {"a", "b", "c", "d", "e", "f"};
  const SiteSet most = {"a", "b", "c", "d", "e"};
  EXPECT_THAT(FewestSingledOut({all}, 5), IsEmpty());
  EXPECT_THAT(FewestSingledOut({all, all}, 5), IsEmpty());
  EXPECT_THAT(FewestSingledOut({all, most}, 5), ElementsAre("f"));
  EXPECT_THAT(FewestSingledOut({all, most}, 1), IsEmpty());
  // A publication of few sites.
  EXPECT_THAT(FewestSingledOut({{"a", "b"}}, 3), ElementsAre("a", "b"));
  EXPECT_THAT(FewestSingledOut({{"a", "b"}}, 2), IsEmpty());
  // Two parts that leave one out.
  EXPECT_THAT(FewestSingledOut({all, {"a", "b", "c"}, {"d", "e"}}, 2), ElementsAre("f"));
  EXPECT_THAT(FewestSingledOut({all, {"a", "b", "c"}, {"d", "e", "f"}}, 3), IsEmpty());
}

// Against every sum of publications with small whole coefficients.
TEST(FewestSingledOutTest, EqualsTryingEverySum) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 500; ++round) {
    const int publications = 1 + static_cast<int>(random() % 3);
    const int sites = 2 + static_cast<int>(random() % 8);
    std::vector<SiteSet> sets(publications);
    std::vector<std::vector<int>> in(publications, std::vector<int>(sites));
    for (int p = 0; p < publications; ++p) {
      for (int s = 0; s < sites; ++s) {
        in[p][s] = static_cast<int>(random() % 3 != 0);
        if (in[p][s] != 0) sets[p].push_back(absl::StrCat("s", s));
      }
    }
    const int minimum = 2 + static_cast<int>(random() % 4);
    size_t fewest = 0;
    constexpr int kSteps = 7;  // -3 to 3
    int sums = 1;
    for (int p = 0; p < publications; ++p) sums *= kSteps;
    for (int sum = 0; sum < sums; ++sum) {
      size_t touched = 0;
      for (int s = 0; s < sites; ++s) {
        int total = 0;
        int rest = sum;
        for (int p = 0; p < publications; ++p, rest /= kSteps) {
          total += (rest % kSteps - kSteps / 2) * in[p][s];
        }
        touched += total != 0 ? 1 : 0;
      }
      if (touched == 0 || touched >= static_cast<size_t>(minimum)) continue;
      fewest = fewest == 0 ? touched : std::min(fewest, touched);
    }
    EXPECT_EQ(FewestSingledOut(sets, minimum).size(), fewest);
  }
}

}  // namespace
}  // namespace weft::metrics
