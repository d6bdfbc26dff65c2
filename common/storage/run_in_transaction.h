// Work that is repeated until it has seen an unchanged state.
#ifndef WEFT_COMMON_STORAGE_RUN_IN_TRANSACTION_H_
#define WEFT_COMMON_STORAGE_RUN_IN_TRANSACTION_H_

#include <functional>
#include <memory>

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

// The same in two steps, so that the body runs while the commits before it are still under way:
// where they changed what it has read, it runs again.
//   PreparedTransaction next(db, body);
//   co_await next.Prepare();
//   ... the commit before has ended ...
//   absl::StatusOr<Position> position = co_await next.Commit();
class PreparedTransaction {
 public:
  PreparedTransaction(Database db, TransactionBody body);
  PreparedTransaction(const PreparedTransaction&) = delete;
  PreparedTransaction& operator=(const PreparedTransaction&) = delete;

  // Runs the body on what is committed now. An error is what the body says of that; it has the last
  // word at Commit(), where it runs again then.
  Task<absl::Status> Prepare();
  // As RunInTransaction, also when the body writes nothing: it has decided on what is committed
  // now. At most once, after Prepare().
  Task<absl::StatusOr<Position>> Commit();

 private:
  const Database db_;
  const TransactionBody body_;
  // Null unless the body has been run and was content.
  std::unique_ptr<Transaction> first_;
};

}  // namespace weft::storage

#endif  // WEFT_COMMON_STORAGE_RUN_IN_TRANSACTION_H_
