#include "services/metrics/domain/network/network.h"

#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/services/metrics/network/network_example.h"
#include "tests/testing/dates.h"
#include "tests/testing/errors.h"

namespace weft::metrics {
namespace {

using registry::v1::Organization;
using registry::v1::Partnership;
using registry::v1::Site;
using testing::Day;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::SizeIs;

Network Of(const v1::NetworkQuery& query, const std::vector<Partnership>& partnerships) {
  return BuildFrom(query, {ExampleSite(0), ExampleSite(1)},
                   {ExampleOrganization(0), ExampleOrganization(1), ExampleOrganization(2)},
                   partnerships);
}

TEST(NetworkTest, TiesInForceOnTheDayCount) {
  Partnership ended = ExamplePartnership(0, 0, 2);
  *ended.mutable_end_date() = Day(2025, 5, 31);
  Partnership last_day = ExamplePartnership(0, 1, 2);
  *last_day.mutable_end_date() = Day(2025, 6, 1);
  Partnership later = ExamplePartnership(0, 2, 2);
  *later.mutable_start_date() = Day(2025, 6, 2);
  Partnership deleted = ExamplePartnership(1, 0, 2);
  deleted.mutable_delete_time()->set_seconds(1);
  const Network network = Of(ExampleQuery(), {ended, last_day, later, deleted});
  ASSERT_THAT(network.ties, SizeIs(1));
  EXPECT_EQ(network.organizations[0].name, "organizations/o00001");
  EXPECT_EQ(network.facts.partnership_count(), 1);
  EXPECT_EQ(network.facts.isolated_site_count(), 1);
}

TEST(NetworkTest, WhatIsLeftOutIsCounted) {
  Partnership self = ExamplePartnership(1, 1, 3);
  self.set_is_self(true);
  Partnership none = ExamplePartnership(1, 0, 1);
  none.set_level(type::v1::INTERACTION_LEVEL_NO_INTERACTION);
  const std::vector<Partnership> partnerships = {ExamplePartnership(0, 0, 1),
                                                 ExamplePartnership(0, 1, 3),
                                                 ExamplePartnership(0, 2, 0),
                                                 ExamplePartnership(1, 2, 4, "library"),
                                                 self,
                                                 none};

  const Network all = Of(ExampleQuery(), partnerships);
  EXPECT_THAT(all.ties, SizeIs(4));
  EXPECT_EQ(all.facts.self_left_out_count(), 1);
  EXPECT_EQ(all.facts.no_interaction_count(), 1);
  EXPECT_EQ(all.facts.known_level_tie_count(), 3);
  EXPECT_EQ(all.facts.unknown_level_tie_count(), 1);
  EXPECT_EQ(all.facts.partnership_count(), 6);

  v1::NetworkQuery query = ExampleQuery();
  query.set_min_level(type::v1::INTERACTION_LEVEL_COOPERATION);
  query.set_include_self(true);
  query.add_partner_types("cbo");
  const Network deep = Of(query, partnerships);
  EXPECT_THAT(deep.ties, SizeIs(2));
  EXPECT_EQ(deep.facts.below_min_level_count(), 1);
  EXPECT_EQ(deep.facts.unknown_level_left_out_count(), 1);
  EXPECT_EQ(deep.facts.other_type_count(), 1);
  EXPECT_EQ(deep.facts.self_tie_count(), 1);
}

TEST(NetworkTest, AsSeveralTypesAPairHasOneTieAtItsDeepestKnownLevel) {
  Partnership first = ExamplePartnership(0, 0, 2, "library");
  *first.mutable_start_date() = Day(2023, 1, 1);
  *first.mutable_end_date() = Day(2026, 1, 1);
  Partnership second = ExamplePartnership(0, 0, 0, "cbo");
  *second.mutable_start_date() = Day(2024, 1, 1);
  Partnership third = ExamplePartnership(0, 0, 3, "cbo");
  const Network network = Of(ExampleQuery(), {first, second, third});
  ASSERT_THAT(network.ties, SizeIs(1));
  EXPECT_EQ(network.ties[0].level, type::v1::INTERACTION_LEVEL_COORDINATION);
  EXPECT_THAT(network.ties[0].partner_types, ElementsAre("cbo", "library"));
  // The third has neither day.
  EXPECT_FALSE(network.ties[0].start.has_value());
  EXPECT_FALSE(network.ties[0].end.has_value());
  EXPECT_EQ(network.facts.parallel_count(), 2);
  EXPECT_THAT(network.organizations[0].partner_types, ElementsAre("cbo", "library"));
}

TEST(NetworkTest, TheLevelIsOfTheSideThatWasAskedFor) {
  Partnership both = ExamplePartnership(0, 0, 2);
  both.set_organization_level(type::v1::INTERACTION_LEVEL_COLLABORATION);
  Partnership one = ExamplePartnership(0, 1, 3);
  const auto levels = [&](v1::LevelRule rule) {
    v1::NetworkQuery query = ExampleQuery();
    query.set_level_rule(rule);
    const Network network = Of(query, {both, one});
    std::vector<int> depths;
    for (const NetworkTie& tie : network.ties) depths.push_back(DepthOf(tie.level).value_or(-1));
    return depths;
  };
  EXPECT_THAT(levels(v1::LEVEL_RULE_SITE), ElementsAre(2, 3));
  EXPECT_THAT(levels(v1::LEVEL_RULE_ORGANIZATION), ElementsAre(4, -1));
  EXPECT_THAT(levels(v1::LEVEL_RULE_LOWER), ElementsAre(2, -1));
  EXPECT_THAT(levels(v1::LEVEL_RULE_HIGHER), ElementsAre(4, 3));
}

TEST(NetworkTest, MergedOrganizationsAreOne) {
  NetworkBuilder builder(ExampleQuery());
  ASSERT_THAT(builder.AddSite(ExampleSite(0)), IsOk());
  ASSERT_THAT(builder.AddPartnership(ExamplePartnership(0, 0, 1)), IsOk());
  ASSERT_THAT(builder.AddPartnership(ExamplePartnership(0, 1, 2)), IsOk());
  EXPECT_THAT(builder.MissingOrganizations(),
              ElementsAre("organizations/o00000", "organizations/o00001"));
  Organization merged = ExampleOrganization(0);
  merged.set_merged_into("organizations/o00002");
  builder.AddOrganization(merged);
  Organization other = ExampleOrganization(1);
  other.set_merged_into("organizations/o00002");
  builder.AddOrganization(other);
  EXPECT_THAT(builder.MissingOrganizations(), ElementsAre("organizations/o00002"));
  builder.AddOrganization(ExampleOrganization(2));
  EXPECT_THAT(builder.MissingOrganizations(), IsEmpty());
  const Network network = std::move(builder).Build();
  ASSERT_THAT(network.ties, SizeIs(1));
  ASSERT_THAT(network.organizations, SizeIs(1));
  EXPECT_EQ(network.organizations[0].label, "Partner 2");
  EXPECT_EQ(network.facts.unknown_organization_count(), 0);
}

TEST(NetworkTest, AnOrganizationThatNobodyKnowsIsANodeAllTheSame) {
  const Network network =
      BuildFrom(ExampleQuery(), {ExampleSite(0)}, {}, {ExamplePartnership(0, 7, 1)});
  ASSERT_THAT(network.organizations, SizeIs(1));
  EXPECT_EQ(network.organizations[0].label, "o00007");
  EXPECT_EQ(network.facts.unknown_organization_count(), 1);
}

TEST(NetworkTest, ASiteThatMayNotBeNamedIsNot) {
  Site site = ExampleSite(0);
  site.set_naming(Site::NAMING_UNSPECIFIED);
  const Network network = BuildFrom(ExampleQuery(), {site}, {}, {});
  const NetworkNode& node = network.sites[0];
  EXPECT_EQ(node.label, "Site 0");
  EXPECT_EQ(node.name, "");
  EXPECT_THAT(node.key, ::testing::MatchesRegex("site-[0-9a-f]{16}"));
  // The same for all time.
  EXPECT_EQ(node.key, BuildFrom(ExampleQuery(), {site}, {}, {}).sites[0].key);
}

TEST(NetworkTest, ASiteIsWhatItWasOnTheDay) {
  Site site = ExampleSite(0);
  site.add_attributes()->set_setting(registry::v1::SiteAttributes::SETTING_SCHOOL);
  registry::v1::SiteAttributes& later = *site.add_attributes();
  later.set_setting(registry::v1::SiteAttributes::SETTING_DISTRICT);
  *later.mutable_effective_date() = Day(2025, 6, 2);
  registry::v1::Place& place = *site.add_places();
  place.set_locality("Springfield");
  place.set_region("MO");
  const Network network = BuildFrom(ExampleQuery(), {site}, {}, {});
  EXPECT_EQ(network.sites[0].setting, registry::v1::SiteAttributes::SETTING_SCHOOL);
  EXPECT_THAT(network.sites[0].localities, ElementsAre("Springfield, MO"));
  EXPECT_THAT(network.sites[0].regions, ElementsAre("MO"));
}

TEST(NetworkTest, RequestsAreChecked) {
  v1::GetNetworkMetricsRequest request;
  EXPECT_THAT(ValidateRequest(request), IsOk());
  request.mutable_query()->set_min_level(type::v1::INTERACTION_LEVEL_NO_INTERACTION);
  request.mutable_query()->set_cohort("cohort");
  request.mutable_query()->add_partner_types("No code");
  request.mutable_query()->mutable_as_of()->set_year(2025);
  request.add_measures(v1::NETWORK_MEASURE_DEGREE);
  request.set_order_by(v1::NODE_ORDER_BETWEENNESS);
  request.set_top(1001);
  request.set_seed(-1);
  const std::string message = ValidateRequest(request).ToString();
  for (const char* field : {"query.min_level", "query.cohort", "query.partner_types[0]",
                            "query.as_of", "order_by", "top", "seed"}) {
    EXPECT_THAT(message, HasSubstr(field));
  }
  v1::RenderNetworkRequest map;
  EXPECT_THAT(ValidateRequest(map), IsOk());
  map.mutable_query()->set_wave("wave");
  map.add_earlier()->set_filter("setting = SCHOOL");
  for (int i = 0; i < 12; ++i) map.add_earlier();
  map.set_seed(-1);
  const std::string of_map = ValidateRequest(map).ToString();
  for (const char* field : {"query.wave", "[0].filter", "has 13 maps", "seed"}) {
    EXPECT_THAT(of_map, HasSubstr(field));
  }
  v1::ExportNetworkRequest file;
  EXPECT_THAT(ValidateRequest(file).ToString(), HasSubstr("format"));
  file.set_format(v1::ExportNetworkRequest::FORMAT_GEXF);
  EXPECT_THAT(ValidateRequest(file), IsOk());
}

}  // namespace
}  // namespace weft::metrics
