#include "services/ingestion/service/import_applier.h"

#include <utility>

#include "common/base/status_macros.h"
#include "common/storage/run_in_transaction.h"
#include "services/ingestion/domain/names.h"
#include "services/ingestion/service/import_names.h"

namespace weft::ingestion {
namespace {

// Which of the two rows it is.
bool IsSecond(const store::v1::ImportProgress& row, absl::string_view import) {
  return row.name() == AppliedName(import, 1);
}

}  // namespace

Task<absl::StatusOr<store::v1::ImportProgress>> FindApplied(storage::Reader& reader,
                                                            const Tables& tables,
                                                            std::string import) {
  store::v1::ImportProgress furthest;
  for (const int turn : {0, 1}) {
    std::string name = AppliedName(import, turn);
    absl::StatusOr<std::optional<store::v1::ImportProgress>> row =
        co_await tables.progress.Find(reader, std::move(name));
    WEFT_CO_RETURN_IF_ERROR(row.status());
    if (!row->has_value()) continue;
    if ((*row)->applied_through_line() > furthest.applied_through_line()) {
      furthest = **std::move(row);
    }
  }
  co_return furthest;
}

Task<absl::Status> DeleteApplied(storage::Transaction& txn, const Tables& tables,
                                 std::string import) {
  for (const int turn : {0, 1}) {
    std::string name = AppliedName(import, turn);
    absl::StatusOr<std::optional<store::v1::ImportProgress>> row =
        co_await tables.progress.Find(txn, name);
    WEFT_CO_RETURN_IF_ERROR(row.status());
    if (!row->has_value()) continue;
    absl::Status deleted = co_await tables.progress.Delete(txn, std::move(name));
    WEFT_CO_RETURN_IF_ERROR(std::move(deleted));
  }
  co_return absl::OkStatus();
}

ImportApplier::ImportApplier(const storage::Database& db, const Tables& tables, WaveLoader& waves,
                             std::string import, std::string principal,
                             store::v1::ImportProgress applied)
    : db_(db),
      tables_(tables),
      waves_(waves),
      import_(std::move(import)),
      origin_{.principal = std::move(principal), .source = import_},
      applied_(std::move(applied)) {}

Task<absl::Status> ImportApplier::Apply(std::vector<SiteAnswers> sites) {
  auto batch = std::make_unique<Batch>();
  batch->sites = std::move(sites);
  absl::Status decided = co_await Decide(batch_ != nullptr ? batch_->progress : applied_, *batch);
  absl::Status settled = co_await Settle();
  WEFT_CO_RETURN_IF_ERROR(std::move(settled));
  if (std::exchange(decided_anew_, false)) {
    absl::Status again = co_await Decide(applied_, *batch);
    decided = std::move(again);
  }
  WEFT_CO_RETURN_IF_ERROR(std::move(decided));
  batch_ = std::move(batch);
  commit_.emplace(Commit(*batch_));
  co_return absl::OkStatus();
}

Task<absl::Status> ImportApplier::Settle() {
  if (!commit_.has_value()) co_return absl::OkStatus();
  Running<absl::Status>& commit = *commit_;
  absl::Status committed = co_await commit;
  commit_.reset();
  const std::unique_ptr<Batch> batch = std::move(batch_);
  WEFT_CO_RETURN_IF_ERROR(std::move(committed));
  applied_ = std::move(batch->progress);
  co_return absl::OkStatus();
}

Task<absl::Status> ImportApplier::Decide(const store::v1::ImportProgress& before, Batch& batch) {
  batch.transaction = std::make_unique<storage::Transaction>(db_);
  absl::Status written = co_await Write(*batch.transaction, before, batch);
  WEFT_CO_RETURN_IF_ERROR(std::move(written));
  batch.transaction->EndReads();
  co_return absl::OkStatus();
}

Task<absl::Status> ImportApplier::Write(storage::Transaction& txn,
                                        const store::v1::ImportProgress& before, Batch& batch) {
  // Not LoadOpen(): the file was handed in while the wave was open.
  std::string wave_name(WaveOf(import_));
  absl::StatusOr<WaveContext> wave = co_await waves_.Load(txn, std::move(wave_name));
  WEFT_CO_RETURN_IF_ERROR(wave.status());
  std::vector<const v1::IngestItem*> items;
  items.reserve(batch.sites.size());
  for (const SiteAnswers& site : batch.sites) items.push_back(&site.item);
  absl::Status fetched = co_await PrefetchItems(txn, tables_, *wave, items);
  WEFT_CO_RETURN_IF_ERROR(std::move(fetched));
  batch.progress = before;
  std::vector<Refusal> refusals;
  for (const SiteAnswers& site : batch.sites) {
    v1::IngestResult result;
    absl::Status taken = co_await UpsertSubmitted(txn, tables_, *wave, site.item, origin_, result);
    WEFT_CO_RETURN_IF_ERROR(std::move(taken));
    if (result.outcome() == v1::IngestResult::OUTCOME_REJECTED) {
      Refusal& refusal = refusals.emplace_back();
      refusal.line = site.line;
      refusal.site = site.item.response().respondent();
      refusal.message = result.error().message();
      continue;
    }
    batch.progress.set_sites_applied(batch.progress.sites_applied() + 1);
    if (result.outcome() == v1::IngestResult::OUTCOME_UNCHANGED) {
      batch.progress.set_sites_unchanged(batch.progress.sites_unchanged() + 1);
    }
  }
  batch.progress.set_applied_through_line(batch.sites.back().line);
  batch.progress.set_name(AppliedName(import_, IsSecond(before, import_) ? 0 : 1));
  absl::Status stored = co_await WriteProgress(txn, batch);
  WEFT_CO_RETURN_IF_ERROR(std::move(stored));
  if (refusals.empty()) co_return absl::OkStatus();
  absl::Status noted = co_await StoreRefusals(txn, refusals);
  co_return noted;
}

Task<absl::Status> ImportApplier::WriteProgress(storage::Transaction& txn, Batch& batch) {
  absl::StatusOr<std::optional<store::v1::ImportProgress>> stored =
      co_await tables_.progress.Find(txn, batch.progress.name());
  WEFT_CO_RETURN_IF_ERROR(stored.status());
  Task<absl::Status> write = stored->has_value() ? tables_.progress.Update(txn, batch.progress)
                                                 : tables_.progress.Insert(txn, batch.progress);
  absl::Status written = co_await std::move(write);
  co_return written;
}

Task<absl::Status> ImportApplier::StoreRefusals(storage::Transaction& txn,
                                                const std::vector<Refusal>& refusals) {
  absl::StatusOr<v1::Import> import = co_await tables_.imports.Get(txn, import_);
  WEFT_CO_RETURN_IF_ERROR(import.status());
  for (const Refusal& refusal : refusals) AddRefusal(refusal, *import);
  absl::Status updated = co_await tables_.imports.Update(txn, *import);
  co_return updated;
}

Task<absl::Status> ImportApplier::Commit(Batch& batch) {
  const std::unique_ptr<storage::Transaction> transaction = std::move(batch.transaction);
  absl::StatusOr<storage::Position> position = co_await transaction->Commit();
  if (absl::IsAborted(position.status())) {
    decided_anew_ = true;
    auto body = [&](storage::Transaction& txn) { return Write(txn, applied_, batch); };
    absl::StatusOr<storage::Position> again = co_await storage::RunInTransaction(db_, body);
    position = std::move(again);
  }
  co_return position.status();
}

}  // namespace weft::ingestion
