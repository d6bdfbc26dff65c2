#include "services/metrics/service/figure_handlers.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "services/metrics/domain/compute.h"
#include "services/metrics/domain/figures.h"
#include "services/metrics/domain/vega.h"

namespace weft::metrics {

Task<absl::StatusOr<v1::Figure>> FigureHandlers::Load(rpc::CallContext& context,
                                                      const v1::GetFigureRequest& request,
                                                      absl::string_view field) {
  WEFT_CO_ASSIGN_OR_RETURN(const FigureName name, ParseFigureName(request.name(), field));
  WEFT_CO_RETURN_IF_ERROR(ValidateFigureRequest(request, name.kind, field));
  WaveQuery query;
  query.wave = name.wave;
  query.parameters = request.parameters();
  query.min_positions = request.min_positions();
  if (NeedsSites(name.kind)) query.max_sites = WaveQuery::kAllSites;
  absl::StatusOr<WaveView> view = co_await read_model_.Load(context, std::move(query));
  WEFT_CO_RETURN_IF_ERROR(view.status());
  const v1::WaveSummary summary = Summarize(*view);
  const std::vector<v1::SiteMetrics> sites = ComputeSites(*view);
  absl::flat_hash_set<std::string> named;
  for (const store::v1::SiteRecord& site : view->sites) {
    if (site.named()) named.insert(site.site());
  }
  co_return BuildFigure(request, name.kind, summary, sites, named, field);
}

Task<absl::Status> FigureHandlers::GetFigure(rpc::CallContext& context,
                                             const v1::GetFigureRequest& request,
                                             v1::Figure& response) {
  absl::StatusOr<v1::Figure> figure = co_await Load(context, request, "");
  WEFT_CO_ASSIGN_OR_RETURN(response, std::move(figure));
  co_return absl::OkStatus();
}

Task<absl::Status> FigureHandlers::RenderFigure(rpc::CallContext& context,
                                                const v1::RenderFigureRequest& request,
                                                v1::RenderFigureResponse& response) {
  WEFT_CO_ASSIGN_OR_RETURN(const int width, ReadWidth(request));
  absl::StatusOr<v1::Figure> figure = co_await Load(context, request.figure(), "figure.");
  WEFT_CO_RETURN_IF_ERROR(figure.status());
  response = Render(*std::move(figure), width);
  co_return absl::OkStatus();
}

}  // namespace weft::metrics
