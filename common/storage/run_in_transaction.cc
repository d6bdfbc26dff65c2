#include "common/storage/run_in_transaction.h"

#include <utility>

#include "common/base/error.h"
#include "common/base/status_macros.h"

namespace weft::storage {
namespace {

constexpr absl::Duration kRetryAfter = absl::Milliseconds(50);

bool IsConflict(const absl::Status& status) {
  return absl::IsAborted(status) && ReasonOf(status) == "CONFLICT";
}

}  // namespace

Task<absl::StatusOr<Position>> RunInTransaction(Database db, TransactionBody body) {
  absl::Status conflict;
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    Transaction txn(db);
    Task<absl::Status> work = body(txn);
    absl::Status done = co_await std::move(work);
    WEFT_CO_RETURN_IF_ERROR(std::move(done));
    absl::StatusOr<Position> position = co_await txn.Commit();
    if (!IsConflict(position.status())) co_return position;
    conflict = position.status();
  }
  co_return WithRetryAfter(std::move(conflict), kRetryAfter);
}

PreparedTransaction::PreparedTransaction(Database db, TransactionBody body)
    : db_(db), body_(std::move(body)) {}

Task<absl::Status> PreparedTransaction::Prepare() {
  first_ = std::make_unique<Transaction>(db_);
  Task<absl::Status> work = body_(*first_);
  absl::Status done = co_await std::move(work);
  if (!done.ok()) first_.reset();
  co_return done;
}

Task<absl::StatusOr<Position>> PreparedTransaction::Commit() {
  if (first_ != nullptr) {
    absl::StatusOr<Position> position = co_await first_->Commit(/*verified=*/true);
    first_.reset();
    if (!IsConflict(position.status())) co_return position;
  }
  absl::StatusOr<Position> position = co_await RunInTransaction(db_, body_);
  co_return position;
}

}  // namespace weft::storage
