// Answers that are a pure function of a request and of the state of one wave: computed once, and
// sent again as bytes until the wave changes.
//
//   if (answers_.Find(request, query, response)) co_return absl::OkStatus();
//   absl::StatusOr<WaveView> view = co_await read_model_.Load(context, std::move(query));
//   WEFT_CO_RETURN_IF_ERROR(view.status());
//   response = answers_.Keep(request, *view, Summarize(*view));
//
// Requests share an answer when they differ in nothing but min_positions and defaults that they
// fill in themselves.
#ifndef WEFT_SERVICES_METRICS_SERVICE_ANSWERS_H_
#define WEFT_SERVICES_METRICS_SERVICE_ANSWERS_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/rpc/stream.h"
#include "services/metrics/domain/wave_view.h"
#include "services/metrics/service/answer_cache.h"
#include "services/metrics/service/read_model.h"
#include "weft/metrics/v1/figure_service.pb.h"
#include "weft/metrics/v1/metrics.pb.h"

namespace weft::metrics {

class Answers {
 public:
  explicit Answers(ReadModel& read_model) : read_model_(read_model), cache_(kMaxBytes) {}

  // Whether there is an answer that holds now, of the wave and min_positions of `query`. When there
  // is none, loading it is what waits, and what says what is wrong with the request.
  template <class Request, class Response>
  bool Find(const Request& request, const WaveQuery& query, rpc::Serialized<Response>& response) {
    const std::optional<AnswerState> state =
        read_model_.CurrentState(query.wave, query.min_positions);
    if (!state.has_value()) return false;
    const auto addition = [this] { return Addition<Response>(read_model_.positions()); };
    AnswerCache::Bytes bytes = cache_.Find(KeyOf(request), *state, addition);
    if (bytes == nullptr) return false;
    response = rpc::Serialized<Response>::FromBytes(std::move(bytes));
    return true;
  }

  // What was computed from `view` for the request: to be sent now, and to be found later.
  template <class Request, class Response>
  rpc::Serialized<Response> Keep(const Request& request, const WaveView& view, Response computed) {
    const std::optional<AnswerState> state = read_model_.StateOf(view);
    if (!state.has_value()) return rpc::Serialized<Response>(computed);
    ProvenanceOf(computed).clear_computed_through();
    return rpc::Serialized<Response>::FromBytes(
        cache_.Put(KeyOf(request), *state, computed.SerializeAsString(),
                   Addition<Response>(view.computed_through)));
  }

  // The request as it is kept under: alike for requests that share an answer, and so what the page
  // token in an answer must be bound to.
  template <class Request>
  static Request Normal(Request request) {
    Normalize(request);
    return request;
  }

 private:
  static constexpr size_t kMaxBytes = size_t{32} << 20;

  static void Normalize(v1::RenderFigureRequest& request) { Normalize(*request.mutable_figure()); }
  template <class Request>
  static void Normalize(Request& request) {
    request.clear_min_positions();
    *request.mutable_parameters() = ResolveParameters(request.parameters());
  }

  static v1::Provenance& ProvenanceOf(v1::RenderFigureResponse& response) {
    return *response.mutable_figure()->mutable_provenance();
  }
  template <class Response>
  static v1::Provenance& ProvenanceOf(Response& response) {
    return *response.mutable_provenance();
  }

  // Requests of two methods never share an answer.
  template <class Request>
  static std::string KeyOf(const Request& request) {
    return absl::StrCat(Request::descriptor()->full_name(), " ",
                        Normal(request).SerializeAsString());
  }

  template <class Response>
  static std::string Addition(const v1::Positions& positions) {
    Response addition;
    *ProvenanceOf(addition).mutable_computed_through() = positions;
    return addition.SerializeAsString();
  }

  ReadModel& read_model_;
  AnswerCache cache_;
};

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_SERVICE_ANSWERS_H_
