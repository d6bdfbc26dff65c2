#include "services/metrics/domain/site_profile.h"

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/services/metrics/wave_example.h"
#include "tests/testing/dates.h"
#include "tests/testing/errors.h"
#include "tests/testing/proto_matchers.h"

namespace weft::metrics {
namespace {

using registry::v1::Organization;
using registry::v1::Partnership;
using ::testing::Contains;
using testing::Day;
using ::testing::ElementsAre;
using testing::EqualsProto;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsError;
using testing::IsOk;
using ::testing::Not;

type::v1::InteractionLevel Level(char depth) {
  if (depth == '-') return type::v1::INTERACTION_LEVEL_UNSPECIFIED;
  return static_cast<type::v1::InteractionLevel>(depth - '0' + 1);
}

// "t1 o1 3": as what, with whom, the site's rating, then if given the organization's, "-" for none;
// "s" after the rating for the site's own organization, "c" for confirmed, "d" for disputed.
Partnership Tie(const std::string& text) {
  const std::vector<std::string> parts = absl::StrSplit(text, ' ');
  static int next = 0;
  Partnership tie;
  tie.set_name(absl::StrCat("sites/s001/partnerships/p", ++next));
  tie.set_partner_type(parts[0]);
  tie.set_organization("organizations/" + parts[1]);
  tie.set_level(Level(parts[2][0]));
  tie.set_confirmation(Partnership::CONFIRMATION_UNCONFIRMED);
  for (const char mark : parts[2].substr(1)) {
    if (absl::ascii_isdigit(static_cast<unsigned char>(mark)) || mark == '-') {
      tie.set_organization_level(Level(mark));
    }
    if (mark == 's') tie.set_is_self(true);
    if (mark == 'c') tie.set_confirmation(Partnership::CONFIRMATION_CONFIRMED);
    if (mark == 'd') tie.set_confirmation(Partnership::CONFIRMATION_DISPUTED);
  }
  return tie;
}

// A site of types t1, t2 and t3 that answered `answers`, with these ties.
ProfileView ViewOf(const std::string& answers, const std::vector<std::string>& ties,
                   v1::RollupRule rule = v1::ROLLUP_RULE_MAX,
                   v1::SelfRule self = v1::SELF_RULE_INCLUDE) {
  WaveBuilder wave(3);
  wave.Add(answers);
  ProfileView view;
  view.site = "sites/s001";
  view.label = "Site 1";
  view.effective_on = Day(2025, 3, 31);
  view.rule = rule;
  view.wave = wave.View(With(v1::ENGAGED_RULE_LEVEL_FIRST, self));
  for (const std::string& tie : ties) view.partnerships.push_back(Tie(tie));
  return view;
}

v1::TypeProfile FirstType(const ProfileView& view) { return MakeProfile(view).types(0); }

// What differs of the first type, as text; "" when nothing does.
std::string Differs(const std::string& answers, const std::vector<std::string>& ties,
                    v1::RollupRule rule = v1::ROLLUP_RULE_MAX) {
  std::string text;
  const v1::TypeProfile type = FirstType(ViewOf(answers, ties, rule));
  for (const auto& difference : type.differences()) {
    absl::StrAppend(&text, text.empty() ? "" : ", ",
                    v1::ProfileDifference::Kind_Name(difference.kind()).substr(5));
    if (difference.level_steps() != 0) absl::StrAppend(&text, " ", difference.level_steps());
    if (difference.count_steps() != 0) absl::StrAppend(&text, " ", difference.count_steps());
    if (!difference.certain()) absl::StrAppend(&text, "?");
  }
  return text;
}

TEST(SiteProfileTest, NothingDiffersWhereBothSayTheSame) {
  EXPECT_EQ(Differs("3/2 . .", {"t1 o1 3", "t1 o2 1"}), "");
  EXPECT_EQ(Differs("0/0 . .", {}), "");
  EXPECT_EQ(Differs("0/0 . .", {"t1 o1 0"}), "") << "a tie rated no interaction is no partner";
  EXPECT_EQ(Differs("k/k . .", {}), "") << "nothing answered, nothing recorded";
  EXPECT_EQ(Differs("4 . .", {"t1 o1 4"}), "") << "no number, nothing to compare";
}

TEST(SiteProfileTest, AnsweredAndNotRecorded) {
  EXPECT_EQ(Differs("2/3 . .", {}), "ANSWERED_WITHOUT_TIES");
  EXPECT_EQ(Differs("k/3 . .", {}), "ANSWERED_WITHOUT_TIES") << "a number alone says so, too";
  EXPECT_EQ(Differs("2/3 . .", {"t2 o1 3"}), "ANSWERED_WITHOUT_TIES");
}

TEST(SiteProfileTest, RecordedAndAnsweredNoInteraction) {
  EXPECT_EQ(Differs("0/0 . .", {"t1 o1 2"}), "TIES_BUT_NO_INTERACTION");
  EXPECT_EQ(Differs("k/0 . .", {"t1 o1 2"}), "TIES_BUT_NO_INTERACTION");
  EXPECT_EQ(Differs("0/0 . .", {"t1 o1 -"}), "TIES_BUT_NO_INTERACTION?")
      << "the tie without a level may be no interaction";
}

TEST(SiteProfileTest, RecordedAndNothingAnswered) {
  EXPECT_EQ(Differs("k/k . .", {"t1 o1 2"}), "TIES_BUT_MISSING");
  EXPECT_EQ(Differs(". . .", {"t1 o1 2"}), "TIES_BUT_MISSING");
  EXPECT_EQ(Differs("r/r . .", {"t1 o1 -"}), "TIES_BUT_MISSING?");
  EXPECT_EQ(Differs("k/2 . .", {"t1 o1 2"}), "COUNT_DIFFERS 1") << "a number was answered";
}

TEST(SiteProfileTest, TheDeepestDecides) {
  EXPECT_EQ(Differs("2 . .", {"t1 o1 4", "t1 o2 1"}), "LEVEL_DIFFERS -2");
  EXPECT_EQ(Differs("4 . .", {"t1 o1 2", "t1 o2 1"}), "LEVEL_DIFFERS 2");
  EXPECT_EQ(Differs("4 . .", {"t1 o1 2", "t1 o2 -"}), "LEVEL_DIFFERS 2?");
  EXPECT_EQ(Differs("1 . .", {"t1 o1 2", "t1 o2 -"}), "LEVEL_DIFFERS -1")
      << "whatever the other is, the deepest is deeper";
  EXPECT_EQ(Differs("1 . .", {"t1 o1 -"}), "") << "no level is known, so none differs";
  EXPECT_EQ(Differs("2 . .", {"t1 o1 0"}), "LEVEL_DIFFERS 2");
}

TEST(SiteProfileTest, TheMostFrequentDecides) {
  const auto mode = v1::ROLLUP_RULE_MODE;
  EXPECT_EQ(Differs("4 . .", {"t1 o1 4", "t1 o2 1", "t1 o3 1"}, mode), "LEVEL_DIFFERS 3");
  EXPECT_EQ(Differs("1 . .", {"t1 o1 4", "t1 o2 1", "t1 o3 1"}, mode), "");
  // 1 and 4 tie: each agrees, and 2 is one from the nearest.
  EXPECT_EQ(Differs("4 . .", {"t1 o1 4", "t1 o2 1"}, mode), "");
  EXPECT_EQ(Differs("2 . .", {"t1 o1 4", "t1 o2 1"}, mode), "LEVEL_DIFFERS 1");
  EXPECT_EQ(Differs("2 . .", {"t1 o1 4", "t1 o2 1", "t1 o3 -"}, mode), "LEVEL_DIFFERS 1?")
      << "the third may make it as frequent";
}

TEST(SiteProfileTest, TheSiteDecides) {
  const auto stated = v1::ROLLUP_RULE_SITE_STATED;
  // District leaders and host schools at different depth: any level between is one statement of
  // both.
  const std::vector<std::string> ties = {"t1 o1 4", "t1 o2 1"};
  for (const char* answer : {"1 . .", "2 . .", "3 . .", "4 . ."}) {
    EXPECT_EQ(Differs(answer, ties, stated), "") << answer;
  }
  EXPECT_EQ(Differs("4 . .", {"t1 o1 2", "t1 o2 1"}, stated), "LEVEL_DIFFERS 2");
  EXPECT_EQ(Differs("1 . .", {"t1 o1 3", "t1 o2 2"}, stated), "LEVEL_DIFFERS -1");
  EXPECT_EQ(Differs("1 . .", {"t1 o1 3", "t1 o2 -"}, stated), "LEVEL_DIFFERS -2?");
}

TEST(SiteProfileTest, NumbersAsPeopleWriteThem) {
  const std::vector<std::string> three = {"t1 o1 2", "t1 o2 2", "t1 o3 2"};
  EXPECT_EQ(Differs("2/3 . .", three), "");
  EXPECT_EQ(Differs("2/5 . .", three), "COUNT_DIFFERS 2");
  EXPECT_EQ(Differs("2/1 . .", three), "COUNT_DIFFERS -2");
  EXPECT_EQ(Differs("2/2-4 . .", three), "");
  EXPECT_EQ(Differs("2/10-15 . .", three), "COUNT_DIFFERS 7");
  EXPECT_EQ(Differs("2/1-2 . .", three), "COUNT_DIFFERS -1");
  EXPECT_EQ(Differs("2/2+ . .", three), "") << "no upper end";
  EXPECT_EQ(Differs("2/20+ . .", three), "COUNT_DIFFERS 17");
  EXPECT_EQ(Differs("2/~3 . .", three), "");
  EXPECT_EQ(Differs("2/~5 . .", three), "COUNT_DIFFERS 2?") << "how exact it is is not known";
}

TEST(SiteProfileTest, APartnerIsAnOrganizationWithSomeInteraction) {
  // Two ties with one organization, one rated no interaction, one without a rating.
  const std::vector<std::string> ties = {"t1 o1 2", "t1 o1 3", "t1 o2 0", "t1 o3 -"};
  EXPECT_EQ(Differs("3/2 . .", ties), "");
  EXPECT_EQ(Differs("3/1 . .", ties), "COUNT_DIFFERS -1?") << "o3 may be none";
  EXPECT_THAT(FirstType(ViewOf("3/2 . .", ties)).ties(), EqualsProto(R"pb(
                tie_count: 4
                organization_count: 2
                levels { level: INTERACTION_LEVEL_NO_INTERACTION count: 1 }
                levels { level: INTERACTION_LEVEL_COOPERATION count: 1 }
                levels { level: INTERACTION_LEVEL_COORDINATION count: 1 }
                level_unknown: 1
                unconfirmed: 4
                sides { site_only: 3 neither: 1 }
              )pb"));
}

TEST(SiteProfileTest, LevelsThatAreNotKnownLeaveARange) {
  const auto bounds = [](v1::RollupRule rule, const std::vector<std::string>& ties) {
    const v1::TypeProfile type = FirstType(ViewOf("2 . .", ties, rule));
    std::string text;
    for (const int level : type.levels()) absl::StrAppend(&text, level - 1, " ");
    absl::StrAppend(&text, "in ", static_cast<int>(type.lowest()) - 1, "–",
                    static_cast<int>(type.highest()) - 1);
    return text;
  };
  const auto max = v1::ROLLUP_RULE_MAX;
  const auto mode = v1::ROLLUP_RULE_MODE;
  EXPECT_EQ(bounds(max, {"t1 o1 1", "t1 o2 3"}), "3 in 3–3");
  EXPECT_EQ(bounds(max, {"t1 o1 1", "t1 o2 -"}), "1 in 1–4");
  EXPECT_EQ(bounds(max, {"t1 o2 -"}), "in 0–4");
  EXPECT_EQ(bounds(max, {}), "in -1–-1") << "without ties there is no level, not level 0";
  EXPECT_EQ(bounds(mode, {"t1 o1 1", "t1 o2 3", "t1 o3 3"}), "3 in 3–3");
  EXPECT_EQ(bounds(mode, {"t1 o1 1", "t1 o2 3"}), "1 3 in 1–3") << "ties in the mode are told";
  EXPECT_EQ(bounds(mode, {"t1 o1 1", "t1 o2 1", "t1 o3 3", "t1 o4 -"}), "1 in 1–3");
  EXPECT_EQ(bounds(v1::ROLLUP_RULE_SITE_STATED, {"t1 o1 1"}), "2 in -1–-1")
      << "the site's own answer";
}

// Every way in which what is not known could be, one by one.
TEST(SiteProfileTest, WhatIsCertainHoldsWhateverIsNotKnown) {
  constexpr int kCases = 400;
  constexpr int kDepths = 5;
  std::mt19937 random(7);
  const auto pick = [&](int below) { return static_cast<int>(random() % below); };
  const char* answers[] = {"0/0 . .", "1/1 . .", "2/2 . .", "3/1-2 . .", "4/3+ . .",
                           "k/2 . .", "k/k . .", "4/0 . .", "2/k . .",   "0/k . ."};
  int reported = 0;
  for (int i = 0; i < kCases; ++i) {
    const auto rule = static_cast<v1::RollupRule>(1 + pick(3));
    const std::string answer = answers[pick(10)];
    std::vector<std::string> ties;
    for (int tie = pick(5); tie > 0; --tie) {
      ties.push_back(
          absl::StrCat("t1 o", pick(3), " ", pick(3) == 0 ? "-" : absl::StrCat(pick(5))));
    }
    ProfileView view = ViewOf(answer, ties, rule);
    const v1::TypeProfile type = FirstType(view);
    std::vector<Partnership*> open;
    for (Partnership& tie : view.partnerships) {
      if (tie.level() == type::v1::INTERACTION_LEVEL_UNSPECIFIED) open.push_back(&tie);
    }
    int ways = 1;
    for (size_t j = 0; j < open.size(); ++j) ways *= kDepths;
    std::map<int, int> times;
    int lowest = kDepths + 1;
    int highest = 0;
    for (int way = 0; way < ways; ++way) {
      int rest = way;
      for (Partnership* tie : open) {
        tie->set_level(Level(static_cast<char>('0' + rest % kDepths)));
        rest /= kDepths;
      }
      const v1::TypeProfile known = FirstType(view);
      for (const auto& difference : known.differences()) {
        EXPECT_TRUE(difference.certain());
        ++times[difference.kind()];
      }
      for (const int level : known.levels()) {
        lowest = std::min(lowest, level);
        highest = std::max(highest, level);
      }
    }
    SCOPED_TRACE(absl::StrCat(answer, " | ", absl::StrJoin(ties, ", "), " | ", rule));
    for (const auto& difference : type.differences()) {
      ++reported;
      EXPECT_EQ(difference.certain(), times[difference.kind()] == ways) << difference.DebugString();
    }
    if (rule != v1::ROLLUP_RULE_SITE_STATED && !ties.empty()) {
      EXPECT_EQ(type.lowest(), lowest);
      EXPECT_EQ(type.highest(), highest);
    }
    ASSERT_FALSE(::testing::Test::HasFailure());
  }
  EXPECT_GT(reported, kCases / 4);
}

TEST(SiteProfileTest, WithAndWithoutTheSitesOwnOrganization) {
  const std::vector<std::string> ties = {"t1 o1 4s", "t1 o2 2"};
  // The site counts itself among two partners.
  v1::SiteProfile profile = MakeProfile(ViewOf("4/2s . .", ties));
  EXPECT_EQ(profile.self_ties(), 1);
  EXPECT_TRUE(profile.types(0).includes_self());
  EXPECT_THAT(profile.types(0).differences(), IsEmpty());
  EXPECT_EQ(profile.ties().tie_count(), 2);
  EXPECT_EQ(profile.provenance().parameters().self_rule(), v1::SELF_RULE_INCLUDE);

  profile = MakeProfile(ViewOf("4/2s . .", ties, v1::ROLLUP_RULE_MAX, v1::SELF_RULE_EXCLUDE));
  EXPECT_EQ(profile.self_ties(), 1) << "told, and left out";
  EXPECT_EQ(profile.ties().tie_count(), 1);
  EXPECT_EQ(profile.partnerships_size(), 1);
  EXPECT_EQ(profile.types(0).answer().count_min(), 1);
  EXPECT_THAT(profile.types(0).differences(),
              ElementsAre(EqualsProto("kind: KIND_LEVEL_DIFFERS level_steps: 2 certain: true")));
}

TEST(SiteProfileTest, BothSidesAndWhatTheOrganizationsSay) {
  const v1::SiteProfile profile =
      MakeProfile(ViewOf("4 4 4", {"t1 o1 33c", "t1 o2 32c", "t2 o3 41d", "t2 o4 12", "t3 o5 14",
                                   "t3 o6 2-", "t3 o7 -2", "t3 o8 --"}));
  EXPECT_THAT(profile.ties().sides(), EqualsProto(R"pb(
                same: 1
                site_deeper_by_one: 1
                site_deeper: 1
                organization_deeper_by_one: 1
                organization_deeper: 1
                site_only: 1
                organization_only: 1
                neither: 1
              )pb"));
  EXPECT_EQ(profile.ties().confirmed(), 2);
  EXPECT_EQ(profile.ties().disputed(), 1);
  EXPECT_EQ(profile.ties().unconfirmed(), 5);
  EXPECT_EQ(profile.types(0).ties().confirmed(), 2);
  EXPECT_EQ(profile.types(2).levels(0), type::v1::INTERACTION_LEVEL_COOPERATION)
      << "the organization's rating is not the site's";
  EXPECT_THAT(profile.provenance().caveats(), Contains(HasSubstr("2 of 8 partnerships have no")));
  EXPECT_THAT(profile.provenance().caveats(), Contains(HasSubstr("1 of 8 partnerships are disp")));
}

TEST(SiteProfileTest, TypesOfAnotherTaxonomyStandApart) {
  const v1::SiteProfile profile =
      MakeProfile(ViewOf("1/1 0 0", {"t1 o1 1", "museum o2 2", "archive o3 3"}));
  ASSERT_EQ(profile.types_size(), 3);
  ASSERT_EQ(profile.other_types_size(), 2);
  EXPECT_EQ(profile.other_types(0).partner_type(), "archive");
  EXPECT_EQ(profile.other_types(0).levels(0), type::v1::INTERACTION_LEVEL_COORDINATION);
  EXPECT_FALSE(profile.other_types(0).has_answer());
  EXPECT_EQ(profile.ties().tie_count(), 3);
  // By type: those of the wave first, then by code.
  EXPECT_EQ(profile.partnerships(0).partner_type(), "t1");
  EXPECT_EQ(profile.partnerships(1).partner_type(), "archive");
  EXPECT_EQ(profile.partnerships(2).partner_type(), "museum");
  EXPECT_THAT(profile.differences(), IsEmpty());
}

TEST(SiteProfileTest, DifferencesAreCountedByKind) {
  const v1::SiteProfile profile =
      MakeProfile(ViewOf("2/3 2/2 0", {"t2 o1 3", "t2 o2 -", "t3 o3 -"}));
  EXPECT_THAT(profile.differences(),
              ElementsAre(EqualsProto("kind: KIND_ANSWERED_WITHOUT_TIES types: 1 certain: 1"),
                          EqualsProto("kind: KIND_TIES_BUT_NO_INTERACTION types: 1"),
                          EqualsProto("kind: KIND_LEVEL_DIFFERS types: 1 certain: 1")));
}

TEST(SiteProfileTest, WithoutAnswersNothingIsCompared) {
  ProfileView view = ViewOf("2/3 . .", {"t1 o1 3"});
  view.wave.parameters.set_floor(v1::REVIEW_FLOOR_APPROVED);
  v1::SiteProfile profile = MakeProfile(view);
  EXPECT_FALSE(profile.counted());
  EXPECT_EQ(profile.types_size(), 3);
  EXPECT_FALSE(profile.types(0).has_answer());
  EXPECT_THAT(profile.types(0).differences(), IsEmpty());
  EXPECT_THAT(profile.provenance().caveats(), Contains(HasSubstr("has no response that counts")));
  // In no wave: nothing is known of types.
  view.wave.sites.clear();
  view.wave.frame = std::make_shared<const WaveFrame>();
  profile = MakeProfile(view);
  EXPECT_EQ(profile.types_size(), 0);
  EXPECT_EQ(profile.other_types_size(), 1);
  EXPECT_THAT(profile.provenance().caveats(), Contains(HasSubstr("is in no wave")));
}

TEST(SiteProfileTest, AMergedOrganizationIsTheOneThatStandsForIt) {
  ProfileView view = ViewOf("2/1 . .", {"t1 o1 2", "t1 o2 2"});
  Organization& merged = view.organizations["organizations/o1"];
  merged.set_name("organizations/o1");
  merged.set_merged_into("organizations/o2");
  view.organizations["organizations/o2"].set_display_name("Library");
  const v1::SiteProfile profile = MakeProfile(view);
  EXPECT_EQ(profile.types(0).ties().organization_count(), 1);
  EXPECT_THAT(profile.types(0).differences(), IsEmpty());
  EXPECT_EQ(profile.partnerships(0).organization(), "organizations/o2");
  EXPECT_EQ(profile.partnerships(0).display_name(), "Library");
  // A circle ends.
  view.organizations["organizations/o2"].set_merged_into("organizations/o1");
  EXPECT_THAT(StandsFor(view.organizations, "organizations/o1"), Not(IsEmpty()));
}

TEST(SiteProfileTest, TheListEnds) {
  ProfileView view = ViewOf("2 . .", {});
  for (int i = 0; i < kMaxListedTies + 3; ++i) {
    view.partnerships.push_back(Tie(absl::StrCat("t1 o", i, " 2")));
  }
  const v1::SiteProfile profile = MakeProfile(view);
  EXPECT_EQ(profile.partnerships_size(), kMaxListedTies);
  EXPECT_EQ(profile.partnerships_left_out(), 3);
  EXPECT_EQ(profile.ties().tie_count(), kMaxListedTies + 3);
}

TEST(SiteProfileTest, TheDayIsTheLastInTheField) {
  ingestion::v1::Wave wave;
  EXPECT_THAT(DefaultDay(wave, Day(2026, 1, 2)), EqualsProto(Day(2026, 1, 2)));
  *wave.mutable_field_end_date() = Day(2025, 3, 31);
  EXPECT_THAT(DefaultDay(wave, Day(2026, 1, 2)), EqualsProto(Day(2025, 3, 31)));
  EXPECT_THAT(DefaultDay(wave, Day(2025, 2, 1)), EqualsProto(Day(2025, 2, 1)));
}

TEST(SiteProfileTest, RefusesWhatMakesNoSense) {
  v1::GetSiteProfileRequest request;
  EXPECT_THAT(ValidateRequest(request), IsOk());
  request.set_rule(static_cast<v1::RollupRule>(9));
  request.set_self_rule(static_cast<v1::SelfRule>(9));
  *request.mutable_effective_on() = Day(2025, 2, 30);
  const absl::Status status = ValidateRequest(request);
  EXPECT_THAT(status, IsError(absl::StatusCode::kInvalidArgument, "INVALID_FIELD"));
  EXPECT_THAT(testing::ViolatedFields(status), ElementsAre("rule", "self_rule", "effective_on"));
}

}  // namespace
}  // namespace weft::metrics
