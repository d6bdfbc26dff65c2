// The numbers through the API.
#include <string>
#include <vector>

#include "common/storage/position.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/services/metrics/service_fixture.h"
#include "tests/testing/empty_request_sweep.h"

namespace weft::metrics {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::IsError;
using testing::IsOk;
using ::testing::Not;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr auto kNotFound = absl::StatusCode::kNotFound;

class MetricsServiceTest : public MetricsTest {};
INSTANTIATE_TEST_SUITE_P(Engines, MetricsServiceTest, ::testing::Values("memory", "rocksdb"),
                         ingestion::EngineName);

TEST_P(MetricsServiceTest, SummaryOfAWave) {
  OpenLab();
  AddResponse("site-01", "4/12 3/2 0/0");
  AddResponse("site-03", "2/1 - 0/0");
  const v1::Positions now = Now();
  const v1::WaveSummary summary = Summary();
  EXPECT_EQ(summary.name(), "waves/w1/summary");
  EXPECT_EQ(summary.display_name(), "Winter 2025");
  EXPECT_EQ(summary.invited(), 4);
  EXPECT_EQ(summary.counted(), 2);
  EXPECT_EQ(summary.response_rate().value(), 0.5);
  EXPECT_EQ(summary.richness().mean().value(), 1.5);
  EXPECT_EQ(summary.richness().mean().high(), 2);
  ASSERT_EQ(summary.partner_types_size(), 3);
  EXPECT_EQ(summary.partner_types(0).display_name(), "Community-based organizations");
  EXPECT_EQ(summary.partner_types(1).presence().n(), 1);
  EXPECT_EQ(summary.provenance().wave(), "waves/w1");
  EXPECT_EQ(summary.provenance().instrument(), "instruments/lab-survey-2024");
  EXPECT_EQ(summary.provenance().taxonomy(), "taxonomies/lab-2025");
  EXPECT_EQ(summary.provenance().computed_through().ingestion(), now.ingestion());
  EXPECT_EQ(summary.provenance().computed_through().registry(), now.registry());
  EXPECT_EQ(summary.provenance().parameters().floor(), v1::REVIEW_FLOOR_SUBMITTED);
  EXPECT_THAT(summary.provenance().caveats(), Not(IsEmpty()));
}

TEST_P(MetricsServiceTest, CohortsFloorsAndRules) {
  OpenLab();
  AddResponse("site-01", "4/12 3/2 0/0");
  AddResponse("site-03", "2/1 -/4 0/3");
  v1::Parameters parameters;
  parameters.set_cohort("cohorts/new");
  EXPECT_EQ(Summary(parameters).invited(), 2);
  EXPECT_EQ(Summary(parameters).counted(), 1);
  EXPECT_EQ(Summary(parameters).richness().mean().value(), 2);
  parameters.set_engaged_rule(v1::ENGAGED_RULE_LEVEL_ONLY);
  EXPECT_EQ(Summary(parameters).richness().mean().value(), 1);
  parameters.set_engaged_rule(v1::ENGAGED_RULE_COUNT_ONLY);
  EXPECT_EQ(Summary(parameters).richness().mean().value(), 3);

  v1::Parameters approved;
  approved.set_floor(v1::REVIEW_FLOOR_APPROVED);
  EXPECT_EQ(Summary(approved).counted(), 0);
  EXPECT_THAT(Approve("site-03"), IsOk());
  EXPECT_EQ(Summary(approved).counted(), 1);
  EXPECT_THAT(Return("site-03"), IsOk());
  EXPECT_EQ(Summary(approved).counted(), 1) << "its approved revision still counts";
  EXPECT_THAT(Withdraw("site-03"), IsOk());
  EXPECT_EQ(Summary(approved).counted(), 0);
  EXPECT_EQ(Summary().counted(), 1);
}

TEST_P(MetricsServiceTest, RosterAmendmentsChangeWhoIsInvited) {
  OpenLab();
  AddSite("site-05");
  AddMember("new", "site-05");
  ingestion::v1::AmendRosterRequest request;
  request.set_name("waves/w1");
  request.add_add_sites("sites/site-05");
  request.add_remove_sites("sites/site-02");
  request.set_reason("joined late, left early");
  Done<ingestion::v1::AmendRosterResponse>("WaveService/AmendRoster", request);
  EXPECT_EQ(Summary().invited(), 4);
  v1::Parameters parameters;
  parameters.set_cohort("cohorts/legacy");
  EXPECT_EQ(Summary(parameters).invited(), 2);
}

TEST_P(MetricsServiceTest, AWaveWithoutAnswersHasUndefinedNumbers) {
  AddLab();
  CreateInstrument();
  PublishInstrument();
  CreateWave();
  v1::WaveSummary summary = Summary();
  EXPECT_EQ(summary.invited(), 0);
  EXPECT_EQ(summary.response_rate().undefined().reason(),
            weft::type::v1::UNDEFINED_REASON_EMPTY_BASE);
  OpenWave();
  summary = Summary();
  EXPECT_EQ(summary.response_rate().value(), 0);
  EXPECT_EQ(summary.richness().mean().undefined().reason(),
            weft::type::v1::UNDEFINED_REASON_NO_DATA);
  EXPECT_EQ(summary.type_count(), 3);
}

TEST_P(MetricsServiceTest, OneSite) {
  OpenLab();
  AddResponse("site-01", "4/12 3/2 0/0");
  v1::GetSiteMetricsRequest request;
  request.set_name("waves/w1/siteMetrics/site-01");
  *request.mutable_min_positions() = Now();
  const auto site = Ask<v1::SiteMetrics>("GetSiteMetrics", request);
  ASSERT_THAT(site, IsOk());
  EXPECT_EQ(site->name(), request.name());
  EXPECT_EQ(site->label(), "Site 01");
  EXPECT_EQ(site->richness().value(), 2);
  EXPECT_EQ(site->quadrant(), v1::QUADRANT_BROAD_DEEP);
  EXPECT_EQ(site->cells_size(), 3);
  EXPECT_EQ(site->cells(0).partner_type(), "cbo");
  EXPECT_EQ(site->provenance().computed_through().ingestion(), request.min_positions().ingestion());

  request.set_name("waves/w1/siteMetrics/site-02");
  const auto silent = Ask<v1::SiteMetrics>("GetSiteMetrics", request);
  ASSERT_THAT(silent, IsOk());
  EXPECT_FALSE(silent->counted());
  EXPECT_TRUE(silent->richness().has_undefined());

  request.set_name("waves/w1/siteMetrics/site-09");
  EXPECT_THAT(Ask<v1::SiteMetrics>("GetSiteMetrics", request),
              IsError(kNotFound, "SITE_NOT_ON_ROSTER"));
  request.set_name("waves/w1/siteMetrics/site-01");
  request.mutable_parameters()->set_cohort("cohorts/new");
  EXPECT_THAT(Ask<v1::SiteMetrics>("GetSiteMetrics", request),
              IsError(kNotFound, "SITE_NOT_ON_ROSTER"));
  request.set_name("waves/w1/summary");
  EXPECT_THAT(Ask<v1::SiteMetrics>("GetSiteMetrics", request), IsError(kInvalid, "NAME_INVALID"));
}

TEST_P(MetricsServiceTest, SitesByPage) {
  OpenLab();
  AddResponse("site-02", "4/12 3/2 0/0");
  v1::ListSiteMetricsRequest request;
  request.set_parent("waves/w1");
  request.set_page_size(3);
  *request.mutable_min_positions() = Now();
  const auto first = Ask<v1::ListSiteMetricsResponse>("ListSiteMetrics", request);
  ASSERT_THAT(first, IsOk());
  ASSERT_EQ(first->site_metrics_size(), 3);
  EXPECT_EQ(first->site_metrics(0).site(), "sites/site-01");
  EXPECT_FALSE(first->site_metrics(0).counted());
  EXPECT_TRUE(first->site_metrics(1).counted());
  EXPECT_FALSE(first->site_metrics(1).has_provenance());
  EXPECT_EQ(first->provenance().wave(), "waves/w1");
  ASSERT_FALSE(first->next_page_token().empty());
  request.set_page_token(first->next_page_token());
  const auto second = Ask<v1::ListSiteMetricsResponse>("ListSiteMetrics", request);
  ASSERT_THAT(second, IsOk());
  ASSERT_EQ(second->site_metrics_size(), 1);
  EXPECT_EQ(second->site_metrics(0).site(), "sites/site-04");
  EXPECT_EQ(second->next_page_token(), "");

  request.mutable_parameters()->set_cohort("cohorts/new");
  EXPECT_THAT(Ask<v1::ListSiteMetricsResponse>("ListSiteMetrics", request),
              IsError(kInvalid, "PAGE_TOKEN_INVALID"));
  request.clear_page_token();
  const auto cohort = Ask<v1::ListSiteMetricsResponse>("ListSiteMetrics", request);
  ASSERT_THAT(cohort, IsOk());
  EXPECT_EQ(cohort->site_metrics_size(), 2);
}

TEST_P(MetricsServiceTest, SitesThatWereSoWhenTheWaveOpened) {
  AddLab();
  OpenWaveWithPlaces();
  AddResponse("site-01", "4/12 3/2 0/0");
  AddResponse("site-02", "2/1 0/0 0/0");
  v1::Parameters missouri;
  missouri.set_filter("region=MO");
  EXPECT_EQ(Summary(missouri).invited(), 2);
  EXPECT_EQ(Summary(missouri).counted(), 1);
  EXPECT_EQ(Summary(missouri).richness().mean().value(), 1);
  EXPECT_EQ(Summary(missouri).provenance().parameters().filter(), "region = MO");
  // What is in memory follows the feed.
  AddResponse("site-03", "4/1 3/1 2/1");
  EXPECT_EQ(Summary(missouri).counted(), 2);
  EXPECT_EQ(Summary(missouri).richness().mean().value(), 2);
  EXPECT_THAT(Withdraw("site-02"), IsOk());
  EXPECT_EQ(Summary(missouri).counted(), 1);
  // With a cohort, and in every form.
  missouri.set_cohort("cohorts/new");
  EXPECT_EQ(Summary(missouri).invited(), 1);
  missouri.clear_cohort();
  missouri.set_filter("NOT region:* AND stage = starting");
  EXPECT_EQ(Summary(missouri).invited(), 2);
  missouri.set_filter("region = CA");
  EXPECT_EQ(Summary(missouri).invited(), 0);
  EXPECT_TRUE(Summary(missouri).response_rate().has_undefined());

  missouri.set_filter("region = MO");
  v1::ListSiteMetricsRequest list;
  list.set_parent("waves/w1");
  list.set_page_size(1);
  *list.mutable_parameters() = missouri;
  *list.mutable_min_positions() = Now();
  const auto first = Ask<v1::ListSiteMetricsResponse>("ListSiteMetrics", list);
  ASSERT_THAT(first, IsOk());
  ASSERT_EQ(first->site_metrics_size(), 1);
  EXPECT_EQ(first->site_metrics(0).site(), "sites/site-02");
  list.set_page_token(first->next_page_token());
  const auto second = Ask<v1::ListSiteMetricsResponse>("ListSiteMetrics", list);
  ASSERT_THAT(second, IsOk());
  ASSERT_EQ(second->site_metrics_size(), 1);
  EXPECT_EQ(second->site_metrics(0).site(), "sites/site-03");
  EXPECT_EQ(second->next_page_token(), "");

  v1::GetSiteMetricsRequest site;
  site.set_name("waves/w1/siteMetrics/site-03");
  *site.mutable_parameters() = missouri;
  *site.mutable_min_positions() = Now();
  EXPECT_THAT(Ask<v1::SiteMetrics>("GetSiteMetrics", site), IsOk());
  site.set_name("waves/w1/siteMetrics/site-01");
  const auto elsewhere = Ask<v1::SiteMetrics>("GetSiteMetrics", site);
  EXPECT_THAT(elsewhere, IsError(kNotFound, "SITE_NOT_ON_ROSTER"));
  EXPECT_THAT(std::string(elsewhere.status().message()), ::testing::HasSubstr("where region = MO"));

  v1::GetItemFrequenciesRequest items;
  items.set_parent("waves/w1");
  *items.mutable_parameters() = missouri;
  *items.mutable_min_positions() = Now();
  const auto frequencies = Ask<v1::GetItemFrequenciesResponse>("GetItemFrequencies", items);
  ASSERT_THAT(frequencies, IsOk());
  EXPECT_EQ(frequencies->provenance().parameters().filter(), "region = MO");
  EXPECT_EQ(frequencies->items(0).options(0).share().base_size(), 1);

  // After a rebuild, too.
  DeleteReadModel();
  EXPECT_EQ(Summary(missouri).counted(), 1);
}

TEST_P(MetricsServiceTest, ItemFrequencies) {
  OpenLab();
  AddResponse("site-01", "4/12 3/2 0/0", 10);
  AddResponse("site-02", "4/12 3/2 0/0", 30);
  v1::GetItemFrequenciesRequest request;
  request.set_parent("waves/w1");
  *request.mutable_min_positions() = Now();
  const auto all = Ask<v1::GetItemFrequenciesResponse>("GetItemFrequencies", request);
  ASSERT_THAT(all, IsOk());
  std::vector<std::string> questions;
  for (const auto& item : all->items()) questions.push_back(item.question());
  EXPECT_THAT(questions, ElementsAre("shared_responsibility", "functions", "setting", "students"));
  EXPECT_EQ(all->items(2).options(1).share().numerator(), 2);
  EXPECT_EQ(all->items(2).section(), "Context");
  EXPECT_EQ(all->items(3).number().mean().value(), 20);
  EXPECT_EQ(all->items(1).missing(0).count(), 2);
  EXPECT_EQ(all->provenance().wave(), "waves/w1");

  request.add_questions("students");
  EXPECT_EQ(Ask<v1::GetItemFrequenciesResponse>("GetItemFrequencies", request)->items_size(), 1);
  request.add_questions("students");
  EXPECT_THAT(Ask<v1::GetItemFrequenciesResponse>("GetItemFrequencies", request),
              IsError(kInvalid, "INVALID_FIELD"));
  request.set_questions(1, "hopes");
  EXPECT_THAT(Ask<v1::GetItemFrequenciesResponse>("GetItemFrequencies", request),
              IsError(kInvalid, "NOT_A_STRUCTURED_ITEM"));
}

TEST_P(MetricsServiceTest, Associations) {
  OpenLab();
  AddResponse("site-01", "4/12 3/2 0/0 | 3");
  AddResponse("site-02", "2/1 0 0/0 | 1");
  AddResponse("site-03", "2/1 2 1/1 | 2");
  v1::GetAssociationsRequest request;
  request.set_parent("waves/w1");
  *request.mutable_min_positions() = Now();
  v1::GetAssociationsResponse answer =
      Must(Ask<v1::GetAssociationsResponse>("GetAssociations", request), "GetAssociations");
  ASSERT_EQ(answer.associations_size(), 4);
  EXPECT_FALSE(answer.associations(0).has_test());
  EXPECT_EQ(answer.provenance().wave(), "waves/w1");
  EXPECT_THAT(answer.provenance().caveats(), Not(IsEmpty()));
  request.set_test(true);
  answer = Must(Ask<v1::GetAssociationsResponse>("GetAssociations", request), "GetAssociations");
  EXPECT_EQ(answer.associations(0).x(), "D1");
  EXPECT_EQ(answer.associations(1).x(), "P1");
  const v1::AssociationDetail& depth = answer.associations(1);
  EXPECT_EQ(depth.tau_b().n(), 3);
  // Three sites in three orders of two each: no p below one third.
  EXPECT_EQ(depth.test().method(), v1::PermutationTest::METHOD_EXACT);
  EXPECT_EQ(depth.test().arrangements(), 6);
  EXPECT_EQ(depth.test().smallest_p(), 1.0 / 3);
  EXPECT_TRUE(depth.test().cannot_reach_05());
  ASSERT_EQ(depth.groups_size(), 3);
  EXPECT_EQ(depth.groups(2).rating(), type::v1::SHARED_RESPONSIBILITY_SIGNIFICANTLY_EVIDENT);
  EXPECT_EQ(depth.groups(2).mean().value(), 3.5);
  EXPECT_EQ(depth.differences_size(), 3);
}

TEST_P(MetricsServiceTest, OneSiteAmongTheOthers) {
  OpenLab();
  AddResponse("site-01", "4/12 3/2 0/0 | 3");
  AddResponse("site-02", "2/1 0 1 | 1");
  v1::GetSiteFeedbackRequest request;
  request.set_name("waves/w1/siteFeedback/site-01");
  *request.mutable_min_positions() = Now();
  const v1::SiteFeedback feedback =
      Must(Ask<v1::SiteFeedback>("GetSiteFeedback", request), "GetSiteFeedback");
  EXPECT_EQ(feedback.sites(), 2);
  EXPECT_EQ(feedback.numbers(0).others().same(), 1);
  EXPECT_THAT(feedback.common_elsewhere(), ElementsAre("k12_school"));
  EXPECT_THAT(feedback.uncommon_elsewhere(), ElementsAre("school_district"));
  EXPECT_EQ(feedback.shared_responsibility_standing().lower(), 1);
  EXPECT_EQ(feedback.provenance().wave(), "waves/w1");
  request.set_name("waves/w1/siteFeedback/site-99");
  EXPECT_THAT(Ask<v1::SiteFeedback>("GetSiteFeedback", request),
              IsError(kNotFound, "SITE_NOT_ON_ROSTER"));
}

TEST_P(MetricsServiceTest, SamplingIntervals) {
  OpenLab();
  AddResponse("site-01", "4/12 3/2 0/0 | 3");
  AddResponse("site-02", "2/1 0 0/0 | 1");
  v1::GetSamplingIntervalsRequest request;
  request.set_parent("waves/w1");
  *request.mutable_min_positions() = Now();
  v1::GetSamplingIntervalsResponse answer =
      Must(Ask<v1::GetSamplingIntervalsResponse>("GetSamplingIntervals", request), "intervals");
  // Three types, three ratings, the upper two together, four means.
  ASSERT_EQ(answer.intervals_size(), 11);
  EXPECT_EQ(answer.confidence(), 0.95);
  EXPECT_FALSE(answer.has_population());
  EXPECT_EQ(answer.intervals(0).subject(), "cbo");
  EXPECT_EQ(answer.intervals(0).method(), v1::SamplingInterval::METHOD_WILSON);
  EXPECT_EQ(answer.intervals(0).upper(), 1);
  EXPECT_EQ(answer.intervals(5).subject(), "significantly_evident");
  EXPECT_EQ(answer.intervals(7).metric(), "D1");
  EXPECT_EQ(answer.intervals(7).lower(), 1);
  EXPECT_EQ(answer.intervals(7).upper(), 2);
  EXPECT_EQ(answer.provenance().caveats_size(), 3);

  request.set_finite_population(true);
  request.set_confidence(0.9);
  const v1::GetSamplingIntervalsResponse finite =
      Must(Ask<v1::GetSamplingIntervalsResponse>("GetSamplingIntervals", request), "intervals");
  EXPECT_EQ(finite.population(), 4);
  EXPECT_GT(finite.intervals(0).lower(), answer.intervals(0).lower());
  request.set_confidence(0.8);
  EXPECT_THAT(Ask<v1::GetSamplingIntervalsResponse>("GetSamplingIntervals", request),
              IsError(kInvalid, "INVALID_FIELD"));
}

TEST_P(MetricsServiceTest, TwoWavesSideBySide) {
  OpenLab();
  AddResponse("site-01", "4/12 3/2 0/0 | 3");
  AddResponse("site-02", "2/1 0 0/0 | 1");
  CreateWave("w2");
  OpenWave("waves/w2");
  AddResponse("site-01", "4/12 4/2 1 | 3", 10, "waves/w2");
  AddResponse("site-03", "2/1 0 0/0 | 1", 10, "waves/w2");
  v1::CompareWavesRequest request;
  request.set_parent("waves/w2");
  request.set_earlier_wave("waves/w1");
  *request.mutable_min_positions() = Now();
  const v1::WaveComparison comparison =
      Must(Ask<v1::WaveComparison>("CompareWaves", request), "CompareWaves");
  EXPECT_EQ(comparison.earlier().wave(), "waves/w1");
  EXPECT_EQ(comparison.later().wave(), "waves/w2");
  EXPECT_EQ(comparison.matched(), 1);
  EXPECT_THAT(comparison.entering_sites(), ElementsAre("sites/site-03"));
  EXPECT_THAT(comparison.leaving_sites(), ElementsAre("sites/site-02"));
  EXPECT_EQ(comparison.types_size(), 3);
  EXPECT_EQ(comparison.types(0).display_name(), "Community-based organizations");
  EXPECT_EQ(comparison.levels().up().numerator(), 2);
  EXPECT_EQ(comparison.turnover().added(), 1);
  EXPECT_FALSE(comparison.numbers(0).has_sign_test());

  request.set_earlier_wave("waves/w2");
  EXPECT_THAT(Ask<v1::WaveComparison>("CompareWaves", request), IsError(kInvalid, "INVALID_FIELD"));
  request.set_earlier_wave("waves/w3");
  EXPECT_THAT(Ask<v1::WaveComparison>("CompareWaves", request),
              IsError(kNotFound, "WAVE_NOT_FOUND"));
  request.set_earlier_wave("waves/w1");
  request.set_crosswalk("taxonomies/lab-2025/crosswalks/lab-2030");
  EXPECT_THAT(Ask<v1::WaveComparison>("CompareWaves", request),
              IsError(kNotFound, "CROSSWALK_NOT_FOUND"));
}

TEST_P(MetricsServiceTest, TwoGroupsSideBySide) {
  OpenLab();
  AddResponse("site-01", "4/12 3/2 0/0 | 3");
  AddResponse("site-02", "2/1 0 0/0 | 1");
  AddResponse("site-03", "1 1 1 | 1");
  AddResponse("site-04", "4 4 4 | 3");
  v1::CompareGroupsRequest request;
  request.set_parent("waves/w1");
  request.mutable_first()->set_cohort("cohorts/legacy");
  request.mutable_second()->set_cohort("cohorts/new");
  request.set_test(true);
  *request.mutable_min_positions() = Now();
  const v1::GroupComparison comparison =
      Must(Ask<v1::GroupComparison>("CompareGroups", request), "CompareGroups");
  // The third site is in both.
  EXPECT_EQ(comparison.in_both(), 1);
  EXPECT_EQ(comparison.first().counted(), 2);
  EXPECT_EQ(comparison.second().counted(), 1);
  EXPECT_EQ(comparison.second().group().cohort(), "cohorts/new");
  EXPECT_EQ(comparison.numbers(0).first_mean().value(), 1.5);
  EXPECT_EQ(comparison.numbers(0).second_mean().value(), 3);
  EXPECT_EQ(comparison.numbers(0).cliffs_delta().value(), 1);
  // Of three ways to choose the one site two are as far apart.
  EXPECT_DOUBLE_EQ(comparison.numbers(0).test().p(), 2.0 / 3);
  EXPECT_EQ(comparison.provenance().wave(), "waves/w1");

  request.mutable_second()->set_cohort("cohorts/legacy");
  request.mutable_second()->set_filter("NOT region:*");
  EXPECT_THAT(Ask<v1::GroupComparison>("CompareGroups", request), IsOk());
  request.mutable_second()->clear_filter();
  const auto same = Ask<v1::GroupComparison>("CompareGroups", request);
  EXPECT_THAT(testing::ViolatedFields(same.status()), ElementsAre("second"));
  request.mutable_second()->set_filter("regon = MO");
  const auto filter = Ask<v1::GroupComparison>("CompareGroups", request);
  EXPECT_THAT(filter, IsError(kInvalid, "FILTER_INVALID"));
  request.mutable_second()->clear_filter();
  request.mutable_second()->set_cohort("cohorts/none");
  EXPECT_THAT(Ask<v1::GroupComparison>("CompareGroups", request),
              IsError(kNotFound, "COHORT_NOT_IN_WAVE"));
}

TEST_P(MetricsServiceTest, TurnoverBetweenSites) {
  OpenLab();
  AddResponse("site-01", "4/12 3/2 0/0");
  AddResponse("site-02", "2/1 0 0/0");
  AddResponse("site-03", "1 - 1");
  v1::GetBetweenSiteTurnoverRequest request;
  request.set_parent("waves/w1");
  *request.mutable_min_positions() = Now();
  const v1::BetweenSiteTurnover turnover =
      Must(Ask<v1::BetweenSiteTurnover>("GetBetweenSiteTurnover", request), "turnover");
  EXPECT_EQ(turnover.wave(), "waves/w1");
  EXPECT_EQ(turnover.gamma().value(), 2);
  EXPECT_EQ(turnover.gamma().n(), 2);
  EXPECT_EQ(turnover.gamma().base_size(), 3);
  EXPECT_EQ(turnover.jaccard().value(), 0.5);
  EXPECT_EQ(turnover.pairs(), 1);
}

TEST_P(MetricsServiceTest, ClaimsAreChecked) {
  OpenLab();
  AddResponse("site-01", "4/12 3/2 0/0");
  v1::CheckExpectationsRequest request;
  request.set_parent("waves/w1");
  *request.mutable_min_positions() = Now();
  auto& claim = *request.add_expectations();
  claim.set_id("F1");
  claim.set_statement("One of four sites answered.");
  claim.mutable_metric()->set_metric(v1::METRIC_RESPONSE_RATE);
  claim.mutable_number()->set_comparison(v1::NumberClaim::COMPARISON_EQUAL);
  claim.mutable_number()->set_value(0.25);
  const auto checked = Ask<v1::CheckExpectationsResponse>("CheckExpectations", request);
  ASSERT_THAT(checked, IsOk());
  EXPECT_EQ(checked->holds(), 1);
  EXPECT_EQ(checked->results(0).verdict(), v1::ExpectationResult::VERDICT_HOLDS);
  EXPECT_EQ(checked->provenance().wave(), "waves/w1");
}

TEST_P(MetricsServiceTest, WhatIsNotThere) {
  OpenLab();
  v1::GetWaveSummaryRequest request;
  request.set_name("waves/other/summary");
  *request.mutable_min_positions() = Now();
  const auto unknown = GetSummary(request);
  EXPECT_THAT(unknown, IsError(kNotFound, "WAVE_NOT_FOUND"));
  EXPECT_THAT(std::string(unknown.status().message()), ::testing::HasSubstr("min_positions"));
  request.set_name("waves/w1");
  EXPECT_THAT(GetSummary(request), IsError(kInvalid, "NAME_INVALID"));
  request.set_name("waves/w1/summary");
  request.mutable_parameters()->set_cohort("cohorts/other");
  EXPECT_THAT(GetSummary(request), IsError(kNotFound, "COHORT_NOT_IN_WAVE"));
  request.mutable_parameters()->set_cohort("other");
  EXPECT_THAT(GetSummary(request), IsError(kInvalid, "NAME_INVALID"));
  request.mutable_parameters()->clear_cohort();
  request.mutable_parameters()->set_filter("seting = school");
  const auto filter = GetSummary(request);
  EXPECT_THAT(filter, IsError(kInvalid, "FILTER_INVALID"));
  EXPECT_THAT(testing::ViolatedFields(filter.status()), ElementsAre("parameters.filter"));
  request.mutable_parameters()->set_filter("setting = school");
  request.set_name("waves/other/summary");
  EXPECT_THAT(GetSummary(request), IsError(kNotFound, "WAVE_NOT_FOUND"));
  request.set_name("waves/w1/summary");
  request.mutable_parameters()->clear_filter();
  request.mutable_parameters()->set_floor(static_cast<v1::ReviewFloor>(9));
  const auto floor = GetSummary(request);
  EXPECT_THAT(floor, IsError(kInvalid, "INVALID_FIELD"));
  EXPECT_THAT(testing::ViolatedFields(floor.status()), ElementsAre("parameters.floor"));
}

TEST_P(MetricsServiceTest, NothingIsAskedInVain) {
  testing::SweepWithEmptyRequests(metrics(), "weft.metrics.v1.MetricsService",
                                  {"ListMetricDefinitions"});
  testing::SweepWithEmptyRequests(metrics(), "weft.metrics.v1.FigureService", {});
}

}  // namespace
}  // namespace weft::metrics
