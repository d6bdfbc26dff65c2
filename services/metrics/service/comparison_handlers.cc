#include "services/metrics/service/comparison_handlers.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "services/metrics/domain/compare_waves.h"
#include "services/metrics/domain/figures.h"
#include "services/metrics/domain/pictures.h"
#include "services/metrics/service/queries.h"
#include "weft/registry/v1/taxonomy.pb.h"

namespace weft::metrics {

Task<absl::Status> ComparisonHandlers::CompareWaves(rpc::CallContext& context,
                                                    const v1::CompareWavesRequest& request,
                                                    v1::WaveComparison& response) {
  absl::Status compared = co_await Compare(context, request, "", response);
  co_return compared;
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
