#include "services/ingestion/service/ingest_handlers.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/base/error.h"
#include "common/base/running.h"
#include "common/base/status_macros.h"
#include "common/rpc/status.h"
#include "common/rpc/waits.h"
#include "common/storage/run_in_transaction.h"
#include "common/validation/ids.h"
#include "services/ingestion/service/response_writer.h"

namespace weft::ingestion {
namespace {

constexpr int kMaxItems = 1000;
constexpr size_t kMaxStreamId = 64;
// How often a batch that lost against other writers each time is started anew, and the pauses
// before: a stream cannot be asked to come again as a call can.
constexpr int kMaxRounds = 20;
constexpr absl::Duration kFirstPause = absl::Milliseconds(2);
constexpr absl::Duration kLongestPause = absl::Milliseconds(200);

absl::Status Malformed(absl::string_view reason, absl::string_view message) {
  return Error(absl::StatusCode::kInvalidArgument, reason, message);
}

absl::Status Validate(const v1::IngestHeader& header) {
  return FieldViolations()
      .Require(IdIn("waves", header.parent()).has_value(), "header.parent",
               "must be a name like waves/2025-winter")
      .Require(header.stream_id().size() <= kMaxStreamId, "header.stream_id",
               "has more than 64 characters")
      .ToStatus();
}

// Why a stream that ended without `end` counts as cut.
absl::Status Cut(const absl::Status& status, int received) {
  if (!status.ok()) return status;
  return Malformed("STREAM_CUT",
                   absl::StrCat("the stream ended without its last message, `end`; the ", received,
                                " items that were acknowledged are stored, send the rest again"));
}

void Count(const v1::IngestResponsesResponse& acknowledgement, v1::IngestSummary& summary) {
  for (const v1::IngestResult& result : acknowledgement.results()) {
    summary.set_received(summary.received() + 1);
    switch (result.outcome()) {
      case v1::IngestResult::OUTCOME_CREATED:
        summary.set_created(summary.created() + 1);
        break;
      case v1::IngestResult::OUTCOME_UPDATED:
        summary.set_updated(summary.updated() + 1);
        break;
      case v1::IngestResult::OUTCOME_UNCHANGED:
        summary.set_unchanged(summary.unchanged() + 1);
        break;
      case v1::IngestResult::OUTCOME_REJECTED:
        summary.set_rejected(summary.rejected() + 1);
        break;
      default:
        break;
    }
  }
}

absl::Status CheckEnd(const v1::IngestEnd& end, int received) {
  if (end.item_count() == received) return absl::OkStatus();
  return Error(
      absl::StatusCode::kInvalidArgument, "COUNT_MISMATCH",
      absl::StrCat("the stream's end says that it held ", end.item_count(), " items, but ",
                   received,
                   " came; those are stored as acknowledged, find out which are missing "
                   "and send them again"),
      {{"item_count", absl::StrCat(end.item_count())}, {"received", absl::StrCat(received)}});
}

}  // namespace

Task<absl::Status> IngestHandlers::IngestResponses(
    rpc::CallContext& context, rpc::Reader<v1::IngestResponsesRequest>& reader,
    rpc::Writer<v1::IngestResponsesResponse>& writer) {
  v1::IngestResponsesRequest message;
  bool more = co_await reader.Read(message);
  if (!more) co_return Cut(reader.status(), 0);
  if (!message.has_header()) {
    co_return Malformed("HEADER_MISSING", "the first message of the stream must be a header");
  }
  WEFT_CO_RETURN_IF_ERROR(Validate(message.header()));
  const std::string wave = message.header().parent();
  {
    // So that a stream for a wave that takes nothing ends here, not after its first batch.
    std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
    absl::StatusOr<WaveContext> open = co_await waves_.LoadOpen(*snapshot, wave);
    WEFT_CO_RETURN_IF_ERROR(open.status());
  }

  v1::IngestSummary summary;
  std::string position;
  Batch batches[2];
  Batch* batch = &batches[0];
  Batch* next = &batches[1];
  more = co_await reader.Read(batch->message);
  while (more && !batch->message.has_end()) {
    batch->first_index = summary.received();
    absl::Status ready = co_await MakeReady(context, wave, *batch);
    WEFT_CO_RETURN_IF_ERROR(std::move(ready));
    Running<absl::Status> commit(Commit(context, wave, *batch));
    const bool has_next = co_await reader.ReadyBefore(commit);
    if (has_next) {
      more = co_await reader.Read(next->message);
      next->first_index = batch->first_index + batch->message.batch().items_size();
      if (more) {
        absl::Status ahead = co_await MakeReadyAhead(context, wave, *next);
        ahead.IgnoreError();
      }
    }
    absl::Status committed = co_await commit;
    WEFT_CO_RETURN_IF_ERROR(std::move(committed));
    Count(batch->acknowledgement, summary);
    batch->acknowledgement.set_acknowledged_count(summary.received());
    position = batch->acknowledgement.position();
    bool sent = co_await writer.Write(batch->acknowledgement);
    if (!sent) co_return rpc::Stopped(context);
    if (!has_next) more = co_await reader.Read(next->message);
    std::swap(batch, next);
  }
  if (!more) co_return Cut(reader.status(), summary.received());
  WEFT_CO_RETURN_IF_ERROR(CheckEnd(batch->message.end(), summary.received()));
  v1::IngestResponsesResponse last;
  last.set_acknowledged_count(summary.received());
  last.set_position(position);
  *last.mutable_summary() = summary;
  bool sent = co_await writer.Write(last);
  if (!sent) co_return rpc::Stopped(context);
  co_return absl::OkStatus();
}

storage::TransactionBody IngestHandlers::BodyOf(rpc::CallContext& context, const std::string& wave,
                                                Batch& batch) {
  return [this, &context, &wave, &batch](storage::Transaction& txn) -> Task<absl::Status> {
    const ResponseOrigin origin{.principal = context.principal().name, .source = "api"};
    batch.acknowledgement.clear_results();
    absl::StatusOr<WaveContext> open = co_await waves_.LoadOpen(txn, wave);
    WEFT_CO_RETURN_IF_ERROR(open.status());
    std::vector<const v1::IngestItem*> items;
    for (const v1::IngestItem& item : batch.message.batch().items()) items.push_back(&item);
    absl::Status fetched = co_await PrefetchItems(txn, tables_, *open, items);
    WEFT_CO_RETURN_IF_ERROR(std::move(fetched));
    for (size_t i = 0; i < items.size(); ++i) {
      v1::IngestResult& result = *batch.acknowledgement.add_results();
      result.set_index(batch.first_index + static_cast<int>(i));
      absl::Status taken = co_await UpsertSubmitted(txn, tables_, *open, *items[i], origin, result);
      WEFT_CO_RETURN_IF_ERROR(std::move(taken));
    }
    co_return absl::OkStatus();
  };
}

Task<absl::Status> IngestHandlers::MakeReady(rpc::CallContext& context, const std::string& wave,
                                             Batch& batch) {
  if (batch.transaction != nullptr) co_return absl::OkStatus();
  if (!batch.message.has_batch()) {
    co_return Malformed("MESSAGE_UNEXPECTED",
                        "after the header the stream takes batches, then `end`");
  }
  const int size = batch.message.batch().items_size();
  if (size > kMaxItems) {
    co_return Malformed("BATCH_TOO_LARGE",
                        absl::StrCat("a batch holds at most ", kMaxItems, " items, this one ", size,
                                     "; about ", kResponsesPerCommit, " is best"));
  }
  batch.transaction = std::make_unique<storage::Transaction>(db_);
  storage::TransactionBody body = BodyOf(context, wave, batch);
  Task<absl::Status> work = body(*batch.transaction);
  absl::Status done = co_await std::move(work);
  if (!done.ok()) {
    batch.transaction.reset();
    co_return done;
  }
  // It may wait long for the caller of the batch before to read, and must hold up no purge
  // meanwhile.
  batch.transaction->EndReads();
  co_return done;
}

Task<absl::Status> IngestHandlers::MakeReadyAhead(rpc::CallContext& context,
                                                  const std::string& wave, Batch& batch) {
  // What is wrong is found again, and told, when its turn has come.
  absl::Status ready = co_await MakeReady(context, wave, batch);
  // What it has read must stand when it is committed, but of one without writes that is not asked:
  // it may have found answers unchanged that the batch before has changed meanwhile.
  if (batch.transaction != nullptr && !batch.transaction->has_writes()) batch.transaction.reset();
  co_return ready;
}

Task<absl::Status> IngestHandlers::Commit(rpc::CallContext& context, const std::string& wave,
                                          Batch& batch) {
  const std::unique_ptr<storage::Transaction> transaction = std::move(batch.transaction);
  absl::StatusOr<storage::Position> position = co_await transaction->Commit();
  absl::BitGen random;
  absl::Duration pause = absl::ZeroDuration();
  for (int round = 0; absl::IsAborted(position.status()) && round < kMaxRounds; ++round) {
    if (pause > absl::ZeroDuration()) {
      // Of random length, so that those who met do not meet again.
      const bool slept = co_await rpc::Sleep(context, pause * absl::Uniform(random, 0.5, 1.5));
      if (!slept) co_return rpc::Stopped(context);
    }
    pause = std::clamp(2 * pause, kFirstPause, kLongestPause);
    storage::TransactionBody body = BodyOf(context, wave, batch);
    absl::StatusOr<storage::Position> again =
        co_await storage::RunInTransaction(db_, std::move(body));
    position = std::move(again);
  }
  WEFT_CO_RETURN_IF_ERROR(position.status());
  batch.acknowledgement.set_position(position->ToString());
  co_return absl::OkStatus();
}

}  // namespace weft::ingestion
