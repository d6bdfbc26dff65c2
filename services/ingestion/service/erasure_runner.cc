#include "services/ingestion/service/erasure_runner.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "common/base/clock.h"
#include "common/base/status_macros.h"
#include "common/storage/pages.h"
#include "common/storage/run_in_transaction.h"
#include "services/ingestion/domain/erasure.h"
#include "services/ingestion/domain/names.h"

namespace weft::ingestion {
namespace {

constexpr absl::Duration kFirstRetry = absl::Milliseconds(100);
constexpr absl::Duration kLastRetry = absl::Seconds(10);
constexpr size_t kPageRows = 100;

}  // namespace

void ErasureRunner::Notify() {
  pending_ = true;
  notified_.NotifyAll();
}

Task<absl::Status> ErasureRunner::Run(rpc::CallContext& context) {
  absl::Duration retry = kFirstRetry;
  while (!context.stopping()) {
    if (!pending_) {
      retry = kFirstRetry;
      co_await notified_.Wait(context);
      continue;
    }
    // What comes in from here on asks for another round.
    pending_ = false;
    absl::Status purged = co_await PurgeDue();
    if (purged.ok() && !pending_) continue;
    if (!purged.ok()) LogFailure(purged);
    pending_ = true;
    co_await rpc::Sleep(context, retry);
    retry = std::min(2 * retry, kLastRetry);
  }
  co_return absl::OkStatus();
}

Task<absl::Status> ErasureRunner::PurgeDue() {
  absl::StatusOr<std::vector<v1::Erasure>> due = co_await FindDue();
  WEFT_CO_RETURN_IF_ERROR(due.status());
  if (due->empty()) co_return absl::OkStatus();
  std::vector<storage::KeyRange> ranges;
  const auto add = [&](const absl::StatusOr<storage::KeyRange>& range) {
    if (!range.ok()) return;
    const auto same = [&](const storage::KeyRange& other) {
      return other.begin == range->begin && other.end == range->end;
    };
    if (std::none_of(ranges.begin(), ranges.end(), same)) ranges.push_back(*range);
  };
  for (const v1::Erasure& erasure : *due) {
    const ErasureSubject subject = SubjectOf(erasure.subject());
    add(tables_.open_answers.RangeOf(subject.response));
    add(tables_.contributors.RangeOf(subject.response));
    add(tables_.coded_excerpts.RangeOf(WaveOf(subject.response)));
    // Files that were imported, of which some line held the words.
    add(tables_.spool.RangeOf(WaveOf(subject.response)));
  }
  absl::Status purged = co_await db_.engine.Purge(std::move(ranges));
  WEFT_CO_RETURN_IF_ERROR(std::move(purged));
  absl::Status marked = co_await MarkPurged(*due);
  co_return marked;
}

Task<absl::StatusOr<std::vector<v1::Erasure>>> ErasureRunner::FindDue() {
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  std::vector<v1::Erasure> due;
  auto unpurged = [](const v1::Erasure& erasure) { return !erasure.has_purge_time(); };
  storage::Pages<v1::Erasure> pages(tables_.erasures, *snapshot, "waves/-", kPageRows, unpurged);
  while (pages.more()) {
    absl::StatusOr<std::vector<v1::Erasure>> erasures = co_await pages.Next();
    WEFT_CO_RETURN_IF_ERROR(erasures.status());
    for (v1::Erasure& erasure : *erasures) {
      std::string wave(WaveOf(erasure.name()));
      absl::StatusOr<bool> uploads = co_await HasUploads(*snapshot, std::move(wave));
      WEFT_CO_RETURN_IF_ERROR(uploads.status());
      if (*uploads) {
        pending_ = true;
      } else {
        due.push_back(std::move(erasure));
      }
    }
  }
  co_return due;
}

Task<absl::StatusOr<bool>> ErasureRunner::HasUploads(storage::Reader& reader, std::string wave) {
  storage::PageRequest page;
  page.limit = 1;
  absl::StatusOr<storage::StoredPage> chunks =
      co_await tables_.spool.ListStored(reader, std::move(wave), std::move(page));
  WEFT_CO_RETURN_IF_ERROR(chunks.status());
  co_return !chunks->entries.empty();
}

Task<absl::Status> ErasureRunner::MarkPurged(const std::vector<v1::Erasure>& erasures) {
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    for (const v1::Erasure& erasure : erasures) {
      absl::StatusOr<v1::Erasure> row = co_await tables_.erasures.Get(txn, erasure.name());
      WEFT_CO_RETURN_IF_ERROR(row.status());
      *row->mutable_purge_time() = ToProto(txn.now());
      absl::Status updated = co_await tables_.erasures.Update(txn, *row);
      WEFT_CO_RETURN_IF_ERROR(std::move(updated));
    }
    co_return absl::OkStatus();
  };
  absl::StatusOr<storage::Position> position = co_await storage::RunInTransaction(db_, body);
  co_return position.status();
}

void ErasureRunner::LogFailure(const absl::Status& status) {
  if (logger_ == nullptr) return;
  logger_->Write(
      observability::LogLine(observability::Level::kWarning, "purge held up").Add(status));
}

}  // namespace weft::ingestion
