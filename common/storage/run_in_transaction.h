// Work that is repeated until it has seen an unchanged state.
#ifndef WEFT_COMMON_STORAGE_RUN_IN_TRANSACTION_H_
#define WEFT_COMMON_STORAGE_RUN_IN_TRANSACTION_H_

#include <functional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/task.h"
#include "common/storage/database.h"
#include "common/storage/transaction.h"

namespace weft::storage {

// May run several times, each time with a new transaction; it must start afresh each time, and
// touch nothing that cannot be done twice.
using TransactionBody = std::function<Task<absl::Status>(Transaction&)>;

// How often a body runs when other commits are faster each time.
inline constexpr int kMaxAttempts = 8;

// Runs `body` and commits what it wrote; its error, if it returns one, and nothing is written. The
// position that holds the writes. ABORTED (CONFLICT) with a RetryInfo after kMaxAttempts; what
// Engine::Commit returns otherwise. For background work and streams; methods use service::Mutate.
Task<absl::StatusOr<Position>> RunInTransaction(Database db, TransactionBody body);

}  // namespace weft::storage

#endif  // WEFT_COMMON_STORAGE_RUN_IN_TRANSACTION_H_
