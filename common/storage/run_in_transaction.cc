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

}  // namespace weft::storage
