#include "services/metrics/service/source_client.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/rpc/status.h"
#include "weft/ingestion/v1/erasure.pb.h"
#include "weft/ingestion/v1/instrument.pb.h"
#include "weft/ingestion/v1/open_answer_service.pb.h"
#include "weft/ingestion/v1/response_service.pb.h"
#include "weft/ingestion/v1/wave.pb.h"
#include "weft/registry/v1/taxonomy.pb.h"
#include "weft/type/v1/change.pb.h"

namespace weft::metrics {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(10);
constexpr absl::Duration kRetryAfter = absl::Seconds(1);
constexpr int kPageSize = 1000;
// More commits than these are not walked through to learn where a feed ends.
constexpr int kMostFeedPages = 20;

// What somebody who waits for a source that does not answer can do.
std::string NoAnswer(absl::string_view source, absl::string_view address,
                     absl::string_view message) {
  return absl::StrCat(" at ", address, " does not answer, and this needs it; nothing was changed. ",
                      "Is it running, and is --", source, " its address? (", message, ")");
}

absl::Status Unavailable(absl::string_view source, absl::string_view address,
                         absl::string_view message) {
  const ErrorMetadata metadata = {{"address", std::string(address)}};
  if (source == "registry") {
    return Error(absl::StatusCode::kUnavailable, "REGISTRY_UNAVAILABLE",
                 absl::StrCat("the registry", NoAnswer(source, address, message)), metadata);
  }
  return Error(absl::StatusCode::kUnavailable, "INGESTION_UNAVAILABLE",
               absl::StrCat("the ingestion service", NoAnswer(source, address, message)), metadata);
}

absl::Status Failed(absl::string_view source, absl::string_view address, absl::string_view method,
                    absl::string_view message) {
  const ErrorMetadata metadata = {{"address", std::string(address)},
                                  {"method", std::string(method)}};
  const std::string what = absl::StrCat(address, " failed at ", method, ": ", message);
  if (source == "registry") {
    return Error(absl::StatusCode::kInternal, "REGISTRY_FAILED",
                 absl::StrCat("the registry at ", what), metadata);
  }
  return Error(absl::StatusCode::kInternal, "INGESTION_FAILED",
               absl::StrCat("the ingestion service at ", what), metadata);
}

// Errors of a source as our caller should see them.
absl::Status Translate(absl::string_view source, absl::string_view address,
                       absl::string_view method, absl::Status status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kOutOfRange:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kCancelled:
      return status;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kResourceExhausted:
      return WithRetryAfter(Unavailable(source, address, status.message()), kRetryAfter);
    default:
      return Failed(source, address, method, status.message());
  }
}

}  // namespace

SourceClient::SourceClient(rpc::Server& server, const Peers& peers) {
  registry_.name = "registry";
  registry_.address = peers.registry;
  registry_.channel = rpc::Channel::Create(server, peers.registry);
  ingestion_.name = "ingestion";
  ingestion_.address = peers.ingestion;
  ingestion_.channel = rpc::Channel::Create(server, peers.ingestion);
}

template <class Request, class Response, class Add>
Task<absl::Status> SourceClient::ReadPages(rpc::CallContext& context, std::string method,
                                           std::string parent, Add add) {
  Request request;
  request.set_parent(std::move(parent));
  request.set_page_size(kPageSize);
  do {
    if (context.cancelled()) co_return rpc::Stopped(context);
    Response response;
    absl::Status status = co_await Call(context, ingestion_, method, request, response);
    WEFT_CO_RETURN_IF_ERROR(std::move(status));
    add(response);
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  co_return absl::OkStatus();
}

Task<absl::StatusOr<WaveRecords>> SourceClient::ReadWave(rpc::CallContext& context,
                                                         std::string wave) {
  WaveRecords records;
  ingestion::v1::GetWaveRequest get_wave;
  get_wave.set_name(wave);
  absl::Status status = co_await Call(context, ingestion_, "weft.ingestion.v1.WaveService/GetWave",
                                      get_wave, records.frame.wave);
  WEFT_CO_RETURN_IF_ERROR(std::move(status));
  if (records.frame.wave.state() == ingestion::v1::Wave::STATE_DRAFT) co_return records;
  ingestion::v1::GetInstrumentRequest get_instrument;
  get_instrument.set_name(records.frame.wave.instrument());
  status = co_await Call(context, ingestion_, "weft.ingestion.v1.InstrumentService/GetInstrument",
                         get_instrument, records.frame.instrument);
  WEFT_CO_RETURN_IF_ERROR(std::move(status));
  registry::v1::GetTaxonomyRequest get_taxonomy;
  get_taxonomy.set_name(records.frame.instrument.taxonomy());
  status = co_await Call(context, registry_, "weft.registry.v1.TaxonomyService/GetTaxonomy",
                         get_taxonomy, records.frame.taxonomy);
  WEFT_CO_RETURN_IF_ERROR(std::move(status));
  auto add_roster = [&](ingestion::v1::ListRosterEntriesResponse& page) {
    for (auto& entry : *page.mutable_roster_entries()) records.roster.push_back(std::move(entry));
  };
  status = co_await ReadPages<ingestion::v1::ListRosterEntriesRequest,
                              ingestion::v1::ListRosterEntriesResponse>(
      context, "weft.ingestion.v1.WaveService/ListRosterEntries", wave, add_roster);
  WEFT_CO_RETURN_IF_ERROR(std::move(status));
  auto add_responses = [&](ingestion::v1::ListResponsesResponse& page) {
    for (auto& response : *page.mutable_responses()) {
      records.responses.push_back(std::move(response));
    }
  };
  status =
      co_await ReadPages<ingestion::v1::ListResponsesRequest, ingestion::v1::ListResponsesResponse>(
          context, "weft.ingestion.v1.ResponseService/ListResponses", wave, add_responses);
  WEFT_CO_RETURN_IF_ERROR(std::move(status));
  co_return records;
}

Task<absl::StatusOr<SourceClient::Revisions>> SourceClient::ReadRevisions(
    rpc::CallContext& context, std::vector<std::string> names) {
  Revisions revisions;
  revisions.reserve(names.size());
  for (const std::string& name : names) {
    if (context.cancelled()) co_return rpc::Stopped(context);
    ingestion::v1::GetResponseRevisionRequest request;
    request.set_name(name);
    ingestion::v1::ResponseRevision revision;
    absl::Status status =
        co_await Call(context, ingestion_, "weft.ingestion.v1.ResponseService/GetResponseRevision",
                      request, revision);
    if (absl::IsNotFound(status)) {
      revisions.emplace_back();
      continue;
    }
    WEFT_CO_RETURN_IF_ERROR(std::move(status));
    revisions.emplace_back(std::move(revision));
  }
  co_return revisions;
}

Task<absl::StatusOr<SourceWords>> SourceClient::ReadWords(rpc::CallContext& context,
                                                          std::string wave) {
  SourceWords words;
  auto add_erasures = [&](ingestion::v1::ListErasuresResponse& page) {
    for (auto& erasure : *page.mutable_erasures()) words.erasures.push_back(std::move(erasure));
  };
  absl::Status status =
      co_await ReadPages<ingestion::v1::ListErasuresRequest, ingestion::v1::ListErasuresResponse>(
          context, "weft.ingestion.v1.ResponseService/ListErasures", wave, add_erasures);
  WEFT_CO_RETURN_IF_ERROR(std::move(status));
  auto add_quotes = [&](ingestion::v1::ListQuotesResponse& page) {
    for (auto& quote : *page.mutable_quotes()) words.quotes.push_back(std::move(quote));
  };
  status = co_await ReadPages<ingestion::v1::ListQuotesRequest, ingestion::v1::ListQuotesResponse>(
      context, "weft.ingestion.v1.OpenAnswerService/ListQuotes", wave, add_quotes);
  WEFT_CO_RETURN_IF_ERROR(std::move(status));
  co_return words;
}

Task<absl::StatusOr<ingestion::v1::OpenAnswer>> SourceClient::GetOpenAnswer(
    rpc::CallContext& context, std::string name) {
  ingestion::v1::GetOpenAnswerRequest request;
  request.set_name(std::move(name));
  ingestion::v1::OpenAnswer answer;
  absl::Status status =
      co_await Call(context, ingestion_, "weft.ingestion.v1.ResponseService/GetOpenAnswer", request,
                    answer, /*as_caller=*/true);
  WEFT_CO_RETURN_IF_ERROR(std::move(status));
  co_return answer;
}

Task<absl::StatusOr<std::string>> SourceClient::FindIngestionHead(rpc::CallContext& context,
                                                                  std::string known) {
  type::v1::ListChangesRequest request;
  // Nothing passes this filter: only the position is wanted.
  request.set_parent("none/none");
  request.set_page_size(kPageSize);
  request.set_resume_position(std::move(known));
  for (int page = 0; page < kMostFeedPages; ++page) {
    type::v1::ListChangesResponse response;
    absl::Status status = co_await Call(
        context, ingestion_, "weft.ingestion.v1.ChangeService/ListChanges", request, response);
    // A position that is too old, or of another history: not worth a failure.
    if (absl::IsOutOfRange(status) || absl::IsFailedPrecondition(status)) break;
    WEFT_CO_RETURN_IF_ERROR(std::move(status));
    if (response.caught_up()) co_return response.resume_position();
    request.set_resume_position(response.resume_position());
  }
  co_return std::string();
}

Task<absl::Status> SourceClient::Call(rpc::CallContext& context, Source& source, std::string method,
                                      const google::protobuf::Message& request,
                                      google::protobuf::Message& response, bool as_caller) {
  rpc::CallOptions options;
  options.timeout = kTimeout;
  options.principal = as_caller ? context.principal().name : "services/metrics";
  rpc::Channel& channel = *source.channel;
  absl::Status status = co_await channel.Call(context, method, request, response, options);
  co_return Translate(source.name, source.address, method, std::move(status));
}

Task<absl::Status> SourceClient::GetResponseRateSeries(
    rpc::CallContext& context, const ingestion::v1::GetResponseRateSeriesRequest& request,
    ingestion::v1::GetResponseRateSeriesResponse& response) {
  absl::Status asked =
      co_await Call(context, ingestion_, "weft.ingestion.v1.WaveService/GetResponseRateSeries",
                    request, response);
  co_return asked;
}

}  // namespace weft::metrics
