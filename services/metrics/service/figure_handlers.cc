#include "services/metrics/service/figure_handlers.h"

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "common/base/status_macros.h"
#include "common/service/list.h"
#include "services/metrics/domain/figures.h"
#include "services/metrics/domain/pictures.h"
#include "services/metrics/domain/vega.h"
#include "services/metrics/service/sites_from.h"

namespace weft::metrics {
namespace {

// A request that has been looked at.
struct Asked {
  FigureName name;
  storage::PageRequest page;
  SitesFrom from;
};

// `field` is where the request stands in the caller's: "" or "figure.".
absl::StatusOr<Asked> ReadRequest(const v1::GetFigureRequest& request, absl::string_view field) {
  Asked asked;
  WEFT_ASSIGN_OR_RETURN(asked.name, ParseFigureName(request.name(), field));
  WEFT_RETURN_IF_ERROR(ValidateFigureRequest(request, asked.name.kind, field));
  constexpr service::PageDefaults kPages{.default_size = kMostSites, .max_size = kMostSites};
  WEFT_ASSIGN_OR_RETURN(asked.page, service::ReadPage(Answers::Normal(request), kPages, field));
  if (!asked.page.after.empty()) {
    WEFT_ASSIGN_OR_RETURN(asked.from, SitesFrom::FromKey(asked.page.after));
  }
  return asked;
}

WaveQuery QueryFor(const Asked& asked, const v1::GetFigureRequest& request) {
  WaveQuery query;
  query.wave = asked.name.wave;
  query.parameters = request.parameters();
  query.min_positions = asked.page.after.empty() ? request.min_positions() : asked.from.positions;
  query.counted_sites = true;
  query.sites_after = asked.from.after;
  if (NeedsSites(asked.name.kind)) query.max_sites = asked.page.limit;
  return query;
}

absl::StatusOr<v1::Figure> Build(const Asked& asked, const v1::GetFigureRequest& request,
                                 const WaveView& view, absl::string_view field) {
  FigureData data = MakeFigureData(view, asked.name.kind);
  if (!view.more_after.empty() && asked.name.kind == FigureKind::kNetworks) {
    const SitesFrom next{
        .positions = asked.page.after.empty() ? view.computed_through : asked.from.positions,
        .after = view.more_after};
    data.next_page_token = service::NextPageToken(Answers::Normal(request), next.ToKey());
  }
  return BuildFigure(request, asked.name.kind, data, field);
}

}  // namespace

Task<absl::Status> FigureHandlers::GetFigure(rpc::CallContext& context,
                                             const v1::GetFigureRequest& request,
                                             rpc::Serialized<v1::Figure>& response) {
  WEFT_CO_ASSIGN_OR_RETURN(const Asked asked, ReadRequest(request, ""));
  WaveQuery query = QueryFor(asked, request);
  if (answers_.Find(request, query, response)) co_return absl::OkStatus();
  absl::StatusOr<WaveView> view = co_await read_model_.Load(context, std::move(query));
  WEFT_CO_RETURN_IF_ERROR(view.status());
  WEFT_CO_ASSIGN_OR_RETURN(v1::Figure figure, Build(asked, request, *view, ""));
  response = answers_.Keep(request, *view, std::move(figure));
  co_return absl::OkStatus();
}

Task<absl::Status> FigureHandlers::RenderFigure(
    rpc::CallContext& context, const v1::RenderFigureRequest& request,
    rpc::Serialized<v1::RenderFigureResponse>& response) {
  WEFT_CO_ASSIGN_OR_RETURN(const int width, ReadWidth(request.width()));
  WEFT_CO_ASSIGN_OR_RETURN(const Asked asked, ReadRequest(request.figure(), "figure."));
  WaveQuery query = QueryFor(asked, request.figure());
  if (answers_.Find(request, query, response)) co_return absl::OkStatus();
  absl::StatusOr<WaveView> view = co_await read_model_.Load(context, std::move(query));
  WEFT_CO_RETURN_IF_ERROR(view.status());
  WEFT_CO_ASSIGN_OR_RETURN(v1::Figure figure, Build(asked, request.figure(), *view, "figure."));
  response = answers_.Keep(request, *view, Render(std::move(figure), width));
  co_return absl::OkStatus();
}

Task<absl::Status> FigureHandlers::RenderResponseRate(rpc::CallContext& context,
                                                      const v1::RenderResponseRateRequest& request,
                                                      v1::RenderResponseRateResponse& response) {
  WEFT_CO_ASSIGN_OR_RETURN(const int width, ReadWidth(request.width()));
  absl::Status asked =
      co_await source_.GetResponseRateSeries(context, request.series(), *response.mutable_series());
  WEFT_CO_RETURN_IF_ERROR(std::move(asked));
  *response.mutable_picture() = DrawResponseRate(request.series().name(), response.series(), width);
  co_return absl::OkStatus();
}

}  // namespace weft::metrics
