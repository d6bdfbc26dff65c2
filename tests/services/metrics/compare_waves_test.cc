#include "services/metrics/domain/compare_waves.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/services/metrics/wave_example.h"
#include "tests/testing/errors.h"
#include "tests/testing/proto_matchers.h"
#include "tests/testing/status_matchers.h"

namespace weft::metrics {
namespace {

using ::testing::ElementsAre;
using testing::EqualsProto;
using ::testing::IsEmpty;
using testing::IsError;
using testing::IsOk;

// All types of both, in their order.
std::vector<TypePair> Identity(int types) {
  std::vector<TypePair> pairs;
  pairs.reserve(static_cast<size_t>(types));
  for (int i = 0; i < types; ++i) pairs.push_back({i, i});
  return pairs;
}

v1::WaveComparison Compare(const WaveBuilder& earlier, const WaveBuilder& later, int types,
                           bool test = true) {
  return CompareWaves(earlier.View(), later.View(), Identity(types), test);
}

TEST(CompareWavesTest, LevelsOfMatchedSitesOnly) {
  WaveBuilder earlier(3), later(3);
  // The first stays, goes up, and is not known any more; the second leaves, the third enters.
  earlier.Add("1 2 3 | 1").Add("4 4 4 | 1").Invite();
  later.Add("1 4 k | 2").Invite().Add("0 0 0 | 3");
  const v1::WaveComparison comparison = Compare(earlier, later, 3);
  EXPECT_EQ(comparison.matched(), 1);
  EXPECT_EQ(comparison.leaving(), 1);
  EXPECT_THAT(comparison.leaving_sites(), ElementsAre("sites/s002"));
  EXPECT_EQ(comparison.entering(), 1);
  EXPECT_THAT(comparison.entering_sites(), ElementsAre("sites/s003"));
  EXPECT_THAT(comparison.levels(), EqualsProto(R"pb(
                transitions {
                  earlier: INTERACTION_LEVEL_NETWORKING
                  later: INTERACTION_LEVEL_NETWORKING
                  cells: 1
                }
                transitions {
                  earlier: INTERACTION_LEVEL_COOPERATION
                  later: INTERACTION_LEVEL_COLLABORATION
                  cells: 1
                }
                up {
                  value: 0.5
                  n: 2
                  base_size: 3
                  base: BASE_ALL
                  low: 0.33333333333333331
                  high: 0.66666666666666663
                  numerator: 1
                }
                same {
                  value: 0.5
                  n: 2
                  base_size: 3
                  base: BASE_ALL
                  low: 0.33333333333333331
                  high: 0.66666666666666663
                  numerator: 1
                }
                down {
                  value: 0
                  n: 2
                  base_size: 3
                  base: BASE_ALL
                  low: 0
                  high: 0.33333333333333331
                  numerator: 0
                }
              )pb"));
  EXPECT_THAT(comparison.partner_types(2).levels().transitions(), IsEmpty());
  EXPECT_TRUE(comparison.partner_types(2).levels().up().has_undefined());
  EXPECT_THAT(comparison.shared_responsibility().transitions(0),
              EqualsProto("earlier: SHARED_RESPONSIBILITY_NOT_EVIDENT "
                          "later: SHARED_RESPONSIBILITY_MODERATELY_EVIDENT sites: 1"));
}

TEST(CompareWavesTest, TurnoverKeepsWhatIsNotKnownApart) {
  WaveBuilder earlier(6), later(6);
  // Kept, added, dropped, neither; known on one side to be engaged; known on one side not to be.
  earlier.Add("1 0 2 0 3 0");
  later.Add("3 1 0 0 k k");
  const v1::Turnover turnover = Compare(earlier, later, 6).turnover();
  EXPECT_THAT(
      turnover, EqualsProto(R"pb(
        added: 1
        dropped: 1
        kept: 1
        neither: 1
        unknown: 2
        jaccard { value: 0.33333333333333331 n: 4 base_size: 6 base: BASE_ALL low: 0.2 high: 0.5 }
      )pb"));
}

TEST(CompareWavesTest, NothingEverEngagedHasNoJaccard) {
  WaveBuilder earlier(2), later(2);
  earlier.Add("0 0");
  later.Add("0 0");
  const type::v1::Estimate jaccard = Compare(earlier, later, 2).turnover().jaccard();
  EXPECT_EQ(jaccard.undefined().reason(), type::v1::UNDEFINED_REASON_NO_DATA);
  EXPECT_EQ(jaccard.n(), 2);
  EXPECT_FALSE(jaccard.has_low());
}

TEST(CompareWavesTest, NumbersChangeWithinSites) {
  WaveBuilder earlier(4), later(4);
  earlier.Add("1 1 0 0").Add("2 2 2 0").Add("4 4 4 4").Add("k k k k");
  later.Add("1 1 2 0").Add("2 2 3 4").Add("4 4 4 0").Add("1 1 1 1");
  const v1::WaveComparison comparison = Compare(earlier, later, 4);
  const v1::NumberChange& richness = comparison.numbers(0);
  EXPECT_EQ(richness.x(), "D1");
  EXPECT_EQ(richness.up(), 2);
  EXPECT_EQ(richness.same(), 0);
  EXPECT_EQ(richness.down(), 1);
  EXPECT_EQ(richness.mean_change().value(), 10.0 / 3 - 3);
  EXPECT_EQ(richness.median_change().value(), 1);
  EXPECT_EQ(richness.mean_change().n(), 3);
  EXPECT_EQ(richness.mean_change().base_size(), 4);
  // 1 1 -1: all of the same size.
  EXPECT_EQ(richness.sign_test().p(), 1);
  EXPECT_EQ(richness.signed_rank_test().p(), 1);
  EXPECT_TRUE(richness.signed_rank_test().cannot_reach_05());
  // 1 -> 4/3, 2 -> 11/4, 4 -> 4.
  const v1::NumberChange& depth = comparison.numbers(1);
  EXPECT_EQ(depth.x(), "P1");
  EXPECT_EQ(depth.same(), 1);
  EXPECT_DOUBLE_EQ(depth.median_change().value(), 1.0 / 3);
  EXPECT_EQ(depth.signed_rank_test().differences(), 2);
  EXPECT_FALSE(Compare(earlier, later, 4, /*test=*/false).numbers(0).has_sign_test());
}

TEST(CompareWavesTest, OnlyComparedTypesCount) {
  WaveBuilder earlier(3), later(2);
  earlier.Add("4 1 2");
  later.Add("3 4");
  // The later wave's second type is the earlier one's first.
  const std::vector<TypePair> types = {{0, 1}};
  const v1::WaveComparison comparison =
      CompareWaves(earlier.View(), later.View(), types, /*test=*/false);
  ASSERT_EQ(comparison.types_size(), 1);
  EXPECT_EQ(comparison.types(0).earlier(), "t1");
  EXPECT_EQ(comparison.types(0).later(), "t2");
  EXPECT_THAT(comparison.earlier_types_left_out(), ElementsAre("t2", "t3"));
  EXPECT_THAT(comparison.later_types_left_out(), ElementsAre("t1"));
  EXPECT_EQ(comparison.numbers(0).same(), 1);
  EXPECT_EQ(comparison.levels().same().numerator(), 1);
}

// --- Which types are the same --------------------------------------------------------------------

class MatchTypesTest : public ::testing::Test {
 protected:
  MatchTypesTest()
      : earlier_(Frame("taxonomies/old", {"a", "b", "c", "d", "e"})),
        later_(Frame("taxonomies/new", {"z", "a", "y", "x"})) {}

  static WaveFrame Frame(const std::string& taxonomy, const std::vector<std::string>& codes) {
    WaveFrame frame;
    frame.instrument.set_taxonomy(taxonomy);
    for (const std::string& code : codes) frame.instrument.add_partner_types(code);
    return frame;
  }

  void Map(const std::string& from, const std::vector<std::string>& to) {
    registry::v1::CrosswalkMapping& mapping = *crosswalk_.add_mappings();
    mapping.set_from_code(from);
    for (const std::string& code : to) mapping.add_to_codes(code);
  }

  std::vector<std::string> Pairs(const registry::v1::Crosswalk* crosswalk) const {
    const absl::StatusOr<std::vector<TypePair>> pairs = MatchTypes(earlier_, later_, crosswalk);
    EXPECT_THAT(pairs, IsOk());
    std::vector<std::string> codes;
    for (const TypePair& pair : *pairs) {
      codes.push_back(absl::StrCat(earlier_.instrument.partner_types(pair.earlier), ">",
                                   later_.instrument.partner_types(pair.later)));
    }
    return codes;
  }

  WaveFrame earlier_;
  WaveFrame later_;
  registry::v1::Crosswalk crosswalk_;
};

TEST_F(MatchTypesTest, OneTaxonomyMatchesByCode) {
  later_.instrument.set_taxonomy("taxonomies/old");
  EXPECT_THAT(Pairs(nullptr), ElementsAre("a>a"));
}

TEST_F(MatchTypesTest, ACrosswalkMatchesWhatIsWholeOnBothSides) {
  crosswalk_.set_name("taxonomies/old/crosswalks/new");
  Map("a", {"z"});  // renamed
  Map("b", {"y"});  // merged with c
  Map("c", {"y"});
  Map("d", {"x", "a"});  // split
  Map("e", {});          // gone
  EXPECT_THAT(Pairs(&crosswalk_), ElementsAre("a>z"));
}

TEST_F(MatchTypesTest, PartOfATypeIsNotTheType) {
  crosswalk_.set_name("taxonomies/old/crosswalks/new");
  Map("a", {"z", "x"});
  Map("b", {"z"});  // z holds part of a, too
  EXPECT_THAT(Pairs(&crosswalk_), IsEmpty());
}

TEST_F(MatchTypesTest, OtherTaxonomiesNeedTheirCrosswalk) {
  EXPECT_THAT(MatchTypes(earlier_, later_, nullptr),
              IsError(absl::StatusCode::kFailedPrecondition, "TAXONOMIES_DIFFER"));
  crosswalk_.set_name("taxonomies/new/crosswalks/old");
  EXPECT_THAT(MatchTypes(earlier_, later_, &crosswalk_),
              IsError(absl::StatusCode::kFailedPrecondition, "CROSSWALK_OF_OTHER_TAXONOMY"));
}

}  // namespace
}  // namespace weft::metrics
