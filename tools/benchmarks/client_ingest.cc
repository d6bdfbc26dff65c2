#include "tools/benchmarks/client_ingest.h"

#include <algorithm>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/rpc/sync_client.h"
#include "tools/benchmarks/measure.h"
#include "tools/benchmarks/world.h"
#include "weft/ingestion/v1/response_service.pb.h"

namespace weft::bench {
namespace {

using ingestion::v1::IngestResponsesRequest;
using ingestion::v1::IngestResponsesResponse;

std::vector<IngestResponsesRequest> MakeBatches(const IngestOptions& options) {
  std::vector<IngestResponsesRequest> batches;
  for (uint64_t at = 0; at < options.sites; at += options.batch) {
    IngestResponsesRequest& batch = batches.emplace_back();
    const uint64_t end = std::min(options.sites, at + options.batch);
    for (uint64_t site = options.first_site + at; site < options.first_site + end; ++site) {
      auto& response = *batch.mutable_batch()->add_items()->mutable_response();
      response.set_respondent(SiteName(site));
      *response.mutable_answers() = MakeAnswers(site, options.variant);
    }
  }
  return batches;
}

}  // namespace

absl::StatusOr<double> Ingest(const IngestOptions& options) {
  const std::vector<IngestResponsesRequest> batches = MakeBatches(options);
  rpc::SyncClient client(options.target);
  rpc::SyncStream stream = client.Bidi("weft.ingestion.v1.ResponseService/IngestResponses");
  IngestResponsesRequest header;
  header.mutable_header()->set_parent(options.wave);
  if (!stream.Write(header)) return stream.Finish();

  const Clock::time_point begun = Clock::now();
  std::thread sender([&] {
    for (const IngestResponsesRequest& batch : batches) {
      if (!stream.Write(batch)) return;
    }
    IngestResponsesRequest end;
    end.mutable_end()->set_item_count(static_cast<int32_t>(options.sites));
    if (stream.Write(end)) stream.WritesDone();
  });
  IngestResponsesResponse last;
  for (IngestResponsesResponse answer; stream.Read(answer);) last = std::move(answer);
  const double seconds = SecondsSince(begun);
  sender.join();
  absl::Status ended = stream.Finish();
  if (!ended.ok()) return ended;
  const auto& summary = last.summary();
  if (summary.created() + summary.updated() != static_cast<int32_t>(options.sites)) {
    return absl::InternalError(
        absl::StrCat("not every response was taken: ", summary.ShortDebugString()));
  }
  return seconds;
}

}  // namespace weft::bench
