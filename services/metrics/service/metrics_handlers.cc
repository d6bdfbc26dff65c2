#include "services/metrics/service/metrics_handlers.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "common/base/error.h"
#include "common/base/executor.h"
#include "common/base/status_macros.h"
#include "common/rpc/status.h"
#include "common/rpc/waits.h"
#include "common/service/list.h"
#include "common/service/names.h"
#include "services/metrics/domain/associations.h"
#include "services/metrics/domain/between_sites.h"
#include "services/metrics/domain/compute.h"
#include "services/metrics/domain/expectation_rules.h"
#include "services/metrics/domain/expectations.h"
#include "services/metrics/domain/sampling_intervals.h"
#include "services/metrics/domain/statistics/permutation_test.h"
#include "services/metrics/domain/statistics/sampling.h"
#include "services/metrics/service/queries.h"
#include "services/metrics/service/sites_from.h"

namespace weft::metrics {
namespace {

constexpr absl::Duration kLeastInterval = absl::Milliseconds(100);
constexpr absl::Duration kLongestInterval = absl::Hours(1);

constexpr char kSummaryName[] = "waves/{wave}/summary";

absl::Status CheckRepeats(const v1::GetItemFrequenciesRequest& request) {
  FieldViolations violations;
  absl::flat_hash_set<absl::string_view> seen;
  for (int i = 0; i < request.questions_size(); ++i) {
    violations.Require(seen.insert(request.questions(i)).second, absl::StrCat("questions[", i, "]"),
                       "is there twice");
  }
  return violations.ToStatus();
}

absl::StatusOr<absl::Duration> ReadInterval(const v1::WatchSummaryRequest& request) {
  const absl::Duration interval = absl::Seconds(request.min_interval().seconds()) +
                                  absl::Nanoseconds(request.min_interval().nanos());
  WEFT_RETURN_IF_ERROR(
      FieldViolations()
          .Require(interval >= absl::ZeroDuration(), "min_interval", "is negative")
          .Require(interval <= kLongestInterval, "min_interval", "is longer than an hour")
          .ToStatus());
  return std::max(interval, kLeastInterval);
}

// Whether two summaries say the same about the records, wherever the feeds stand.
std::string WithoutPositions(v1::WaveSummary summary) {
  summary.mutable_provenance()->clear_computed_through();
  return summary.SerializeAsString();
}

absl::Status Ended(const rpc::CallContext& context) {
  if (context.cancelled()) return absl::CancelledError("the caller is gone");
  return WithRetryAfter(Error(absl::StatusCode::kUnavailable, "SERVER_DRAINING",
                              "the server is shutting down; watch again with the next one"),
                        absl::Seconds(1));
}

}  // namespace

Task<absl::Status> MetricsHandlers::GetSiteMetrics(rpc::CallContext& context,
                                                   const v1::GetSiteMetricsRequest& request,
                                                   v1::SiteMetrics& response) {
  WEFT_CO_ASSIGN_OR_RETURN(WaveQuery query,
                           QueryForSite("waves/{wave}/siteMetrics/{site}", request.name(), "name",
                                        request.parameters(), request.min_positions()));
  query.summary = false;
  query.cuts = true;
  absl::StatusOr<WaveView> view = co_await read_model_.Load(context, std::move(query));
  WEFT_CO_RETURN_IF_ERROR(view.status());
  response = ComputeSite(*view, view->sites.front());
  *response.mutable_provenance() = MakeProvenance(*view);
  co_return absl::OkStatus();
}

Task<absl::Status> MetricsHandlers::ListSiteMetrics(
    rpc::CallContext& context, const v1::ListSiteMetricsRequest& request,
    rpc::Serialized<v1::ListSiteMetricsResponse>& response) {
  WEFT_CO_ASSIGN_OR_RETURN(WaveQuery query,
                           QueryFor(kWaveName, request.parent(), "parent", request.parameters(),
                                    request.min_positions()));
  WEFT_CO_ASSIGN_OR_RETURN(const storage::PageRequest page,
                           service::ReadPage(Answers::Normal(request)));
  SitesFrom from;
  if (!page.after.empty()) {
    WEFT_CO_ASSIGN_OR_RETURN(from, SitesFrom::FromKey(page.after));
    query.min_positions = from.positions;
  }
  // Who goes through all pages asks for each once: only the first is worth keeping.
  const bool first = page.after.empty();
  if (first && answers_.Find(request, query, response)) co_return absl::OkStatus();
  query.sites_after = from.after;
  query.summary = false;
  query.cuts = true;
  query.max_sites = page.limit;
  absl::StatusOr<WaveView> view = co_await read_model_.Load(context, std::move(query));
  WEFT_CO_RETURN_IF_ERROR(view.status());
  v1::ListSiteMetricsResponse computed;
  if (!view->more_after.empty()) {
    SitesFrom next;
    next.positions = first ? view->computed_through : from.positions;
    next.after = view->more_after;
    computed.set_next_page_token(service::NextPageToken(Answers::Normal(request), next.ToKey()));
  }
  for (v1::SiteMetrics& site : ComputeSites(*view)) *computed.add_site_metrics() = std::move(site);
  *computed.mutable_provenance() = MakeProvenance(*view);
  if (first) {
    response = answers_.Keep(request, *view, std::move(computed));
  } else {
    response = rpc::Serialized<v1::ListSiteMetricsResponse>(computed);
  }
  co_return absl::OkStatus();
}

Task<absl::Status> MetricsHandlers::GetWaveSummary(rpc::CallContext& context,
                                                   const v1::GetWaveSummaryRequest& request,
                                                   rpc::Serialized<v1::WaveSummary>& response) {
  WEFT_CO_ASSIGN_OR_RETURN(WaveQuery query,
                           QueryFor(kSummaryName, request.name(), "name", request.parameters(),
                                    request.min_positions()));
  if (answers_.Find(request, query, response)) co_return absl::OkStatus();
  absl::StatusOr<WaveView> view = co_await read_model_.Load(context, std::move(query));
  WEFT_CO_RETURN_IF_ERROR(view.status());
  response = answers_.Keep(request, *view, Summarize(*view));
  co_return absl::OkStatus();
}

Task<absl::Status> MetricsHandlers::GetItemFrequencies(
    rpc::CallContext& context, const v1::GetItemFrequenciesRequest& request,
    rpc::Serialized<v1::GetItemFrequenciesResponse>& response) {
  WEFT_CO_ASSIGN_OR_RETURN(WaveQuery query,
                           QueryFor(kWaveName, request.parent(), "parent", request.parameters(),
                                    request.min_positions()));
  WEFT_CO_RETURN_IF_ERROR(CheckRepeats(request));
  if (answers_.Find(request, query, response)) co_return absl::OkStatus();
  query.summary = false;
  query.items = true;
  absl::StatusOr<WaveView> view = co_await read_model_.Load(context, std::move(query));
  WEFT_CO_RETURN_IF_ERROR(view.status());
  WEFT_CO_ASSIGN_OR_RETURN(std::vector<v1::ItemFrequencies> items,
                           ComputeItems(*view, request.questions()));
  v1::GetItemFrequenciesResponse computed;
  for (v1::ItemFrequencies& item : items) *computed.add_items() = std::move(item);
  *computed.mutable_provenance() = MakeProvenance(*view);
  response = answers_.Keep(request, *view, std::move(computed));
  co_return absl::OkStatus();
}

Task<absl::Status> MetricsHandlers::GetAssociations(
    rpc::CallContext& context, const v1::GetAssociationsRequest& request,
    rpc::Serialized<v1::GetAssociationsResponse>& response) {
  WEFT_CO_ASSIGN_OR_RETURN(WaveQuery query,
                           QueryFor(kWaveName, request.parent(), "parent", request.parameters(),
                                    request.min_positions()));
  if (answers_.Find(request, query, response)) co_return absl::OkStatus();
  absl::StatusOr<WaveView> view = co_await read_model_.Load(context, std::move(query));
  WEFT_CO_RETURN_IF_ERROR(view.status());
  const std::vector<RatedNumber> numbers = RateNumbers(*view);
  v1::GetAssociationsResponse computed;
  for (const RatedNumber& number : numbers) {
    v1::AssociationDetail& detail = *computed.add_associations();
    detail = DescribeAssociation(number, view->aggregate.counted());
    if (!request.test()) continue;
    PermutationTest test(number.table);
    while (test.Work()) {
      co_await Yield(context.executor());
      if (context.cancelled()) co_return rpc::Stopped(context);
    }
    *detail.mutable_test() = test.Result();
  }
  *computed.mutable_provenance() = MakeProvenance(*view);
  response = answers_.Keep(request, *view, std::move(computed));
  co_return absl::OkStatus();
}

Task<absl::Status> MetricsHandlers::GetSamplingIntervals(
    rpc::CallContext& context, const v1::GetSamplingIntervalsRequest& request,
    rpc::Serialized<v1::GetSamplingIntervalsResponse>& response) {
  WEFT_CO_ASSIGN_OR_RETURN(WaveQuery query,
                           QueryFor(kWaveName, request.parent(), "parent", request.parameters(),
                                    request.min_positions()));
  WEFT_CO_ASSIGN_OR_RETURN(Sampling sampling, Sampling::FromConfidence(request.confidence()));
  if (answers_.Find(request, query, response)) co_return absl::OkStatus();
  absl::StatusOr<WaveView> view = co_await read_model_.Load(context, std::move(query));
  WEFT_CO_RETURN_IF_ERROR(view.status());
  const v1::WaveSummary summary = Summarize(*view);
  v1::GetSamplingIntervalsResponse computed;
  computed.set_confidence(1 - sampling.outside / 1000.0);
  if (request.finite_population()) {
    sampling.population = summary.invited();
    computed.set_population(summary.invited());
  }
  for (v1::SamplingInterval& share : ShareIntervals(summary, sampling)) {
    *computed.add_intervals() = std::move(share);
  }
  const std::vector<SiteValues> of_sites = CollectSiteValues(*view, summary);
  for (const SiteValues& number : of_sites) {
    v1::SamplingInterval& interval = *computed.add_intervals();
    interval.set_metric(number.metric);
    *interval.mutable_estimate() = number.mean;
    interval.set_method(v1::SamplingInterval::METHOD_NONE);
    if (number.values.empty()) continue;
    MeanBootstrap bootstrap(number.values, sampling);
    while (bootstrap.Work()) {
      co_await Yield(context.executor());
      if (context.cancelled()) co_return rpc::Stopped(context);
    }
    bootstrap.WriteTo(interval);
  }
  *computed.mutable_provenance() = MakeProvenance(*view);
  computed.mutable_provenance()->add_caveats(
      "the sites are no random sample: intervals say how much single sites weigh");
  response = answers_.Keep(request, *view, std::move(computed));
  co_return absl::OkStatus();
}

Task<absl::Status> MetricsHandlers::GetBetweenSiteTurnover(
    rpc::CallContext& context, const v1::GetBetweenSiteTurnoverRequest& request,
    rpc::Serialized<v1::BetweenSiteTurnover>& response) {
  WEFT_CO_ASSIGN_OR_RETURN(WaveQuery query,
                           QueryFor(kWaveName, request.parent(), "parent", request.parameters(),
                                    request.min_positions()));
  if (answers_.Find(request, query, response)) co_return absl::OkStatus();
  query.presence = true;
  absl::StatusOr<WaveView> view = co_await read_model_.Load(context, std::move(query));
  WEFT_CO_RETURN_IF_ERROR(view.status());
  SiteComparison comparison(*view);
  while (comparison.Work()) {
    co_await Yield(context.executor());
    if (context.cancelled()) co_return rpc::Stopped(context);
  }
  v1::BetweenSiteTurnover computed = comparison.Result();
  computed.set_wave(request.parent());
  *computed.mutable_provenance() = MakeProvenance(*view);
  response = answers_.Keep(request, *view, std::move(computed));
  co_return absl::OkStatus();
}

Task<absl::Status> MetricsHandlers::ListMetricDefinitions(
    rpc::CallContext& context, const v1::ListMetricDefinitionsRequest& request,
    v1::ListMetricDefinitionsResponse& response) {
  for (const v1::MetricDefinition& definition : definitions_) {
    *response.add_definitions() = definition;
  }
  co_return absl::OkStatus();
}

Task<absl::Status> MetricsHandlers::CheckExpectations(rpc::CallContext& context,
                                                      const v1::CheckExpectationsRequest& request,
                                                      v1::CheckExpectationsResponse& response) {
  WEFT_CO_ASSIGN_OR_RETURN(WaveQuery query,
                           QueryFor(kWaveName, request.parent(), "parent", request.parameters(),
                                    request.min_positions()));
  WEFT_CO_RETURN_IF_ERROR(ValidateExpectations(request));
  if (NeedsSites(request)) query.max_sites = WaveQuery::kAllSites;
  absl::StatusOr<WaveView> view = co_await read_model_.Load(context, std::move(query));
  WEFT_CO_RETURN_IF_ERROR(view.status());
  const v1::WaveSummary summary = Summarize(*view);
  const std::vector<v1::SiteMetrics> sites = ComputeSites(*view);
  WEFT_CO_RETURN_IF_ERROR(CheckReferences(request, summary, sites));
  response = metrics::CheckExpectations(request, summary, sites);
  co_return absl::OkStatus();
}

Task<absl::Status> MetricsHandlers::WatchSummary(rpc::CallContext& context,
                                                 const v1::WatchSummaryRequest& request,
                                                 rpc::Writer<v1::WaveSummary>& writer) {
  WEFT_CO_ASSIGN_OR_RETURN(const WaveQuery query, QueryFor(kSummaryName, request.name(), "name",
                                                           request.parameters(), {}));
  WEFT_CO_ASSIGN_OR_RETURN(const absl::Duration interval, ReadInterval(request));
  const std::string wave(absl::StripPrefix(query.wave, "waves/"));
  std::string last_sent;
  for (;;) {
    const uint64_t version = read_model_.VersionOf(wave);
    absl::StatusOr<WaveView> view = co_await read_model_.Load(context, query);
    if (context.stopping()) co_return Ended(context);
    WEFT_CO_RETURN_IF_ERROR(view.status());
    const v1::WaveSummary summary = Summarize(*view);
    std::string content = WithoutPositions(summary);
    if (content != last_sent) {
      const bool alive = co_await writer.Write(summary);
      if (!alive) co_return Ended(context);
      last_sent = std::move(content);
    }
    const bool slept = co_await rpc::Sleep(context, interval);
    if (!slept) co_return Ended(context);
    // However often the wave changed meanwhile: only what it is now is sent.
    while (read_model_.VersionOf(wave) == version) {
      const rpc::Signal::Outcome outcome = co_await read_model_.changed().Wait(context);
      if (outcome == rpc::Signal::kInterrupted) co_return Ended(context);
    }
  }
}

}  // namespace weft::metrics
