#include "services/metrics/service/comparison_handlers.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/base/executor.h"
#include "common/base/status_macros.h"
#include "common/rpc/status.h"
#include "services/metrics/domain/attribute_filter.h"
#include "services/metrics/domain/compare_groups.h"
#include "services/metrics/domain/compare_waves.h"
#include "services/metrics/domain/figures.h"
#include "services/metrics/domain/pictures.h"
#include "services/metrics/domain/statistics/permutation_test.h"
#include "services/metrics/service/queries.h"
#include "weft/registry/v1/taxonomy.pb.h"

namespace weft::metrics {
namespace {

struct SiteGroups {
  v1::SiteGroup first;
  v1::SiteGroup second;
};

// The groups of the request, filters in one spelling.
absl::StatusOr<SiteGroups> ReadGroups(const v1::CompareGroupsRequest& request) {
  const v1::Parameters& parameters = request.parameters();
  SiteGroups groups{request.first(), request.second()};
  for (auto [group, field] : {std::pair(&groups.first, "first"), {&groups.second, "second"}}) {
    WEFT_ASSIGN_OR_RETURN(const AttributeFilter filter,
                          ParseAttributeFilter(group->filter(), absl::StrCat(field, ".filter")));
    group->set_filter(filter.ToText());
  }
  const bool same = groups.first.cohort() == groups.second.cohort() &&
                    groups.first.filter() == groups.second.filter();
  WEFT_RETURN_IF_ERROR(FieldViolations()
                           .Require(!same, "second", "is the same group as first")
                           .Require(parameters.cohort().empty(), "parameters.cohort",
                                    "must be empty: the groups say which sites")
                           .Require(parameters.filter().empty(), "parameters.filter",
                                    "must be empty: the groups say which sites")
                           .ToStatus());
  return groups;
}

}  // namespace

Task<absl::Status> ComparisonHandlers::CompareWaves(rpc::CallContext& context,
                                                    const v1::CompareWavesRequest& request,
                                                    v1::WaveComparison& response) {
  absl::Status compared = co_await Compare(context, request, "", response);
  co_return compared;
}

Task<absl::Status> ComparisonHandlers::CompareGroups(rpc::CallContext& context,
                                                     const v1::CompareGroupsRequest& request,
                                                     v1::GroupComparison& response) {
  WEFT_CO_ASSIGN_OR_RETURN(WaveQuery query,
                           QueryFor(kWaveName, request.parent(), "parent", request.parameters(),
                                    request.min_positions()));
  WEFT_CO_ASSIGN_OR_RETURN(const SiteGroups asked, ReadGroups(request));
  absl::StatusOr<TwoGroups> groups =
      co_await read_model_.LoadGroups(context, std::move(query), asked.first, asked.second);
  WEFT_CO_RETURN_IF_ERROR(groups.status());
  const std::vector<GroupedNumber> numbers = GroupNumbers(*groups);
  response = metrics::CompareGroups(*groups, numbers);
  for (size_t i = 0; request.test() && i < numbers.size(); ++i) {
    PermutationTest test(numbers[i].table);
    while (test.Work()) {
      co_await Yield(context.executor());
      if (context.cancelled()) co_return rpc::Stopped(context);
    }
    *response.mutable_numbers(static_cast<int>(i))->mutable_test() = test.Result();
  }
  *response.mutable_first()->mutable_group() = asked.first;
  *response.mutable_second()->mutable_group() = asked.second;
  *response.mutable_provenance() = MakeProvenance(groups->first);
  co_return absl::OkStatus();
}

Task<absl::Status> ComparisonHandlers::RenderWaveComparison(
    rpc::CallContext& context, const v1::RenderWaveComparisonRequest& request,
    v1::RenderWaveComparisonResponse& response) {
  WEFT_CO_ASSIGN_OR_RETURN(const int width, ReadWidth(request.width()));
  absl::Status compared = co_await Compare(context, request.comparison(), "comparison.",
                                           *response.mutable_comparison());
  WEFT_CO_RETURN_IF_ERROR(std::move(compared));
  *response.mutable_picture() = DrawTransitions(response.comparison(), width);
  co_return absl::OkStatus();
}

Task<absl::Status> ComparisonHandlers::Compare(rpc::CallContext& context,
                                               const v1::CompareWavesRequest& request,
                                               std::string field, v1::WaveComparison& comparison) {
  WEFT_CO_ASSIGN_OR_RETURN(WaveQuery later_query,
                           QueryFor(kWaveName, request.parent(), absl::StrCat(field, "parent"),
                                    request.parameters(), request.min_positions()));
  WEFT_CO_ASSIGN_OR_RETURN(
      WaveQuery earlier_query,
      QueryFor(kWaveName, request.earlier_wave(), absl::StrCat(field, "earlier_wave"),
               request.parameters(), request.min_positions()));
  WEFT_CO_RETURN_IF_ERROR(FieldViolations()
                              .Require(request.parent() != request.earlier_wave(),
                                       absl::StrCat(field, "earlier_wave"),
                                       "is the same wave as parent")
                              .ToStatus());
  for (WaveQuery* query : {&later_query, &earlier_query}) {
    query->summary = false;
    query->counted_sites = true;
    query->max_sites = WaveQuery::kAllSites;
  }
  absl::StatusOr<WaveView> later = co_await read_model_.Load(context, std::move(later_query));
  WEFT_CO_RETURN_IF_ERROR(later.status());
  // Not from before what the first has seen.
  earlier_query.min_positions = later->computed_through;
  absl::StatusOr<WaveView> earlier = co_await read_model_.Load(context, std::move(earlier_query));
  WEFT_CO_RETURN_IF_ERROR(earlier.status());
  std::optional<registry::v1::Crosswalk> crosswalk;
  if (!request.crosswalk().empty()) {
    absl::StatusOr<registry::v1::Crosswalk> loaded =
        co_await read_model_.LoadCrosswalk(request.crosswalk());
    WEFT_CO_ASSIGN_OR_RETURN(crosswalk, std::move(loaded));
  }
  WEFT_CO_ASSIGN_OR_RETURN(
      const std::vector<TypePair> types,
      MatchTypes(*earlier->frame, *later->frame, crosswalk.has_value() ? &*crosswalk : nullptr));
  comparison = metrics::CompareWaves(*earlier, *later, types, request.test());
  comparison.set_crosswalk(request.crosswalk());
  co_return absl::OkStatus();
}

}  // namespace weft::metrics
