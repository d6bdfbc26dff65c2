#include "services/metrics/service/feedback_handlers.h"

#include <utility>

#include "absl/strings/string_view.h"
#include "common/base/status_macros.h"
#include "services/metrics/domain/figures.h"
#include "services/metrics/domain/pictures.h"
#include "services/metrics/domain/site_feedback.h"
#include "services/metrics/service/queries.h"

namespace weft::metrics {
namespace {

// `field` is where the request stands in the caller's: "" or "feedback.".
absl::StatusOr<WaveQuery> ReadRequest(const v1::GetSiteFeedbackRequest& request,
                                      const std::string& field) {
  return QueryForSite("waves/{wave}/siteFeedback/{site}", request.name(), field + "name",
                      request.parameters(), request.min_positions());
}

}  // namespace

Task<absl::Status> FeedbackHandlers::GetSiteFeedback(rpc::CallContext& context,
                                                     const v1::GetSiteFeedbackRequest& request,
                                                     v1::SiteFeedback& response) {
  WEFT_CO_ASSIGN_OR_RETURN(WaveQuery query, ReadRequest(request, ""));
  absl::StatusOr<WaveView> view = co_await read_model_.Load(context, std::move(query));
  WEFT_CO_RETURN_IF_ERROR(view.status());
  response = GiveFeedback(*view, view->sites.front());
  co_return absl::OkStatus();
}

Task<absl::Status> FeedbackHandlers::RenderSiteFeedback(
    rpc::CallContext& context, const v1::RenderSiteFeedbackRequest& request,
    v1::RenderSiteFeedbackResponse& response) {
  WEFT_CO_ASSIGN_OR_RETURN(const int width, ReadWidth(request.width()));
  WEFT_CO_ASSIGN_OR_RETURN(WaveQuery query, ReadRequest(request.feedback(), "feedback."));
  absl::StatusOr<WaveView> view = co_await read_model_.Load(context, std::move(query));
  WEFT_CO_RETURN_IF_ERROR(view.status());
  *response.mutable_feedback() = GiveFeedback(*view, view->sites.front());
  if (!response.feedback().counted()) co_return absl::OkStatus();
  *response.add_pictures() = DrawStanding(response.feedback(), width);
  *response.add_pictures() = DrawOwnNetwork(MakeFigureData(*view, FigureKind::kNetworks), width);
  co_return absl::OkStatus();
}

}  // namespace weft::metrics
