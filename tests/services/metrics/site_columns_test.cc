#include "services/metrics/domain/site_columns.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/metrics/domain/compute.h"
#include "services/metrics/domain/site_record.h"
#include "tests/services/metrics/wave_example.h"
#include "tests/testing/status_matchers.h"

namespace weft::metrics {
namespace {

using registry::v1::SiteAttributes;
using store::v1::SiteRecord;
using ::testing::ElementsAre;
using testing::HasReason;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::StatusIs;

AttributeFilter Filter(const std::string& text) {
  absl::StatusOr<AttributeFilter> filter = ParseAttributeFilter(text, "filter");
  EXPECT_TRUE(filter.ok()) << filter.status();
  return filter.ok() ? *filter : AttributeFilter();
}

SiteRecord MissouriDistrict() {
  SiteRecord site;
  site.add_cohorts("cohorts/one");
  site.mutable_attributes()->set_setting(SiteAttributes::SETTING_DISTRICT);
  site.mutable_attributes()->set_entry_point("whole district");
  registry::v1::Place& place = *site.add_places();
  place.set_locality("Liberty");
  place.set_region("MO");
  place.set_country("US");
  site.add_places()->set_region("KS");
  return site;
}

TEST(AttributeFilterTest, LooksAtWhatTheSiteWas) {
  const SiteRecord site = MissouriDistrict();
  for (const char* text :
       {"", "setting = district", "setting = SETTING_DISTRICT", "region = MO", "region:KS",
        "region != CA", "entry_point = \"whole district\"", "cohort = one",
        "cohort = \"cohorts/one\"", "NOT stage:*", "stage != growing",
        "setting = district AND (region = CA OR country = US)"}) {
    EXPECT_TRUE(Filter(text).Matches(site)) << text;
  }
  for (const char* text : {"setting = school", "region = CA", "stage:*", "stage = growing",
                           "cohort != one", "NOT setting:*", "region != MO"}) {
    EXPECT_FALSE(Filter(text).Matches(site)) << text;
  }
}

TEST(AttributeFilterTest, HasOneSpelling) {
  EXPECT_EQ(Filter("setting=SETTING_DISTRICT  AND region = 'MO'").ToText(),
            Filter("setting = district AND region = MO").ToText());
  EXPECT_EQ(Filter("  ").ToText(), "");
}

TEST(AttributeFilterTest, SaysWhatIsWrongAndWhere) {
  const auto refused = [](const std::string& text) {
    return ParseAttributeFilter(text, "parameters.filter").status();
  };
  EXPECT_THAT(refused("setting = "), HasReason("FILTER_INVALID"));
  EXPECT_THAT(refused("region = MO AND seting = district"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("character 17"), HasSubstr("nearest is setting"))));
  EXPECT_THAT(refused("stage > one"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("stage has no order")));
  EXPECT_THAT(refused("setting = castle"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("out_of_school_provider")));
}

// Sites of every kind, as records.
class RandomSites {
 public:
  explicit RandomSites(uint64_t seed) : random_(seed), instrument_(MakeInstrument(kTypes)) {}

  static constexpr int kTypes = 4;

  int Pick(int below) { return static_cast<int>(random_() % static_cast<uint64_t>(below)); }

  SiteRecord Make(int id) {
    SiteRecord site;
    site.set_site(absl::StrCat("sites/s", id));
    site.set_invited(Pick(8) != 0);
    for (const char* cohort : {"cohorts/one", "cohorts/two"}) {
      if (Pick(2) == 0) site.add_cohorts(cohort);
    }
    if (Pick(4) != 0) {
      site.mutable_attributes()->set_setting(static_cast<SiteAttributes::Setting>(Pick(4)));
      if (Pick(2) == 0) site.mutable_attributes()->set_stage(Pick(2) == 0 ? "early" : "late");
    }
    for (int place = Pick(3); place > 0; --place) {
      site.add_places()->set_region(Pick(2) == 0 ? "MO" : "CA");
    }
    if (Pick(5) != 0) {
      *site.mutable_submitted() = CountAnswers(instrument_, 2, RandomAnswers(instrument_, random_));
      if (Pick(2) == 0) *site.mutable_approved() = site.submitted();
    }
    if (Pick(6) == 0) {
      *site.mutable_approved() = CountAnswers(instrument_, 1, RandomAnswers(instrument_, random_));
    }
    return site;
  }

  const ingestion::v1::Instrument& instrument() const { return instrument_; }

 private:
  std::mt19937_64 random_;
  const ingestion::v1::Instrument instrument_;
};

// What columns tally is what an aggregate of the same sites holds, byte for byte.
TEST(SiteColumnsTest, EqualsTheContributionsOfTheSites) {
  const std::vector<std::string> filters = {"",
                                            "setting = district",
                                            "NOT setting:*",
                                            "region = MO",
                                            "stage != early AND cohort = one",
                                            "setting = school OR region = CA",
                                            "country:*"};
  int selected = 0;
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    RandomSites random(seed);
    SiteColumns columns(RandomSites::kTypes);
    absl::btree_map<std::string, SiteRecord> sites;
    for (int step = random.Pick(120); step >= 0; --step) {
      SiteRecord site = random.Make(random.Pick(40));
      if (random.Pick(6) == 0) {
        columns.Erase(site.site());
        sites.erase(site.site());
      } else {
        columns.Set(site);
        sites[site.site()] = std::move(site);
      }
    }
    ASSERT_EQ(columns.sites(), sites.size());
    for (const std::string& text : filters) {
      const AttributeFilter filter = Filter(text);
      const std::string cohort = random.Pick(3) == 0 ? "cohorts/two" : "";
      const auto floor =
          random.Pick(2) == 0 ? v1::REVIEW_FLOOR_SUBMITTED : v1::REVIEW_FLOOR_APPROVED;
      const Variant variant = Variant::FromIndex(random.Pick(Variant::kCount));
      Delta delta;
      std::vector<std::string> counted;
      for (const auto& [name, site] : sites) {
        const std::vector<std::string> scopes = ScopesOf(site);
        if (std::find(scopes.begin(), scopes.end(), cohort) == scopes.end()) continue;
        if (!filter.Matches(site)) continue;
        delta.Add(Contribution(site, floor));
        if (AnswersAt(site, floor) != nullptr) counted.push_back(name);
      }
      const SiteColumns::Selection selection = columns.Select(cohort, filter);
      const Aggregate tally = columns.Tally(selection, floor, variant, true);
      std::vector<uint32_t> parts = SummaryParts(variant);
      const std::vector<uint32_t> items = ItemParts(random.instrument());
      parts.insert(parts.end(), items.begin(), items.end());
      Aggregate expected;
      for (const Delta::Part& part : delta.Parts()) {
        ASSERT_TRUE(expected.MutablePart(part.id).Add(part.changes).ok());
      }
      for (const uint32_t part : parts) {
        ASSERT_EQ(EncodeHistogram(tally.Part(part)), EncodeHistogram(expected.Part(part)))
            << "seed " << seed << ", " << text << ", part " << part;
      }
      selected += tally.counted();
      EXPECT_EQ(columns.Names(selection, floor, "", 1000), counted);
      if (counted.size() > 2) {
        EXPECT_THAT(columns.Names(selection, floor, counted[0], 1), ElementsAre(counted[1]));
        EXPECT_THAT(columns.Names(selection, floor, counted.back(), 5), IsEmpty());
      }
    }
  }
  EXPECT_GT(selected, 1000);
}

}  // namespace
}  // namespace weft::metrics
