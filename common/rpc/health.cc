#include "common/rpc/health.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/error.h"
#include "common/rpc/status.h"

namespace weft::rpc {

void HealthHandlers::SetServing(bool serving) {
  if (serving == serving_) return;
  serving_ = serving;
  changed_.NotifyAll();
}

void HealthHandlers::SetPartServing(const std::string& part, bool serving) {
  const auto [known, is_new] = parts_.try_emplace(part, serving);
  if (!is_new && known->second == serving) return;
  known->second = serving;
  services_.insert(part);
  changed_.NotifyAll();
}

HealthHandlers::Response::ServingStatus HealthHandlers::StatusOf(const std::string& service) const {
  const auto part = parts_.find(service);
  if (part != parts_.end() && !part->second) return Response::NOT_SERVING;
  if (services_.count(service) == 0) return Response::SERVICE_UNKNOWN;
  return serving_ ? Response::SERVING : Response::NOT_SERVING;
}

Task<absl::Status> HealthHandlers::Check(CallContext&, const Request& request, Response& response) {
  const Response::ServingStatus status = StatusOf(request.service());
  if (status == Response::SERVICE_UNKNOWN) {
    co_return Error(
        absl::StatusCode::kNotFound, "SERVICE_NOT_FOUND",
        absl::StrCat("no service \"", request.service(), "\" here; ask for \"\" or one of ",
                     absl::StrJoin(++services_.begin(), services_.end(), ", ")),
        {{"service", request.service()}});
  }
  response.set_status(status);
  co_return absl::OkStatus();
}

Task<absl::Status> HealthHandlers::Watch(CallContext& context, const Request& request,
                                         Writer<Response>& writer) {
  Response response;
  for (;;) {
    response.set_status(StatusOf(request.service()));
    const bool sent = co_await writer.Write(response);
    if (!sent) co_return Stopped(context);
    // Looks before it leaves: the last change is that the server drains.
    while (StatusOf(request.service()) == response.status()) {
      const Signal::Outcome outcome = co_await changed_.Wait(context);
      if (outcome == Signal::kInterrupted) co_return Stopped(context);
    }
  }
}

}  // namespace weft::rpc
