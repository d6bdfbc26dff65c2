// Transaction: reads at one snapshot, writes kept aside, one commit. What was read must still stand
// at the commit, else the commit is ABORTED (CONFLICT) and the caller runs the whole work again on
// a new Transaction (service::Mutate does so).
#ifndef WEFT_COMMON_STORAGE_TRANSACTION_H_
#define WEFT_COMMON_STORAGE_TRANSACTION_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "common/storage/database.h"
#include "common/storage/engine.h"

namespace weft::storage {

// Not thread-safe. Dropped without Commit(), it has done nothing.
class Transaction final : public Reader {
 public:
  explicit Transaction(const Database& db);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  // Reads see the transaction's own writes (with version kAbsent, as they have none yet). Each key
  // that was read, or found absent by Get, must be unchanged at the commit. A key that appears
  // inside a scanned range is not noticed: where that matters, let both writers read and write one
  // key.
  Task<absl::StatusOr<std::optional<Entry>>> Get(std::string key) override;
  Task<absl::StatusOr<std::vector<std::optional<Entry>>>> GetMany(
      std::vector<std::string> keys) override;
  Task<absl::StatusOr<std::vector<Entry>>> Scan(KeyRange range, ScanOptions options) override;

  // Reads the keys at once, which is several times cheaper than one by one, so that later Gets of
  // them find them here. Asks nothing of the commit: only what Get and GetMany return is read.
  Task<absl::Status> Prefetch(std::vector<std::string> keys);

  // The last read has been made: lets go of the state that reads are made on, so that it is not
  // kept for a transaction that waits for its commit. Nothing may be read, and snapshot() not be
  // asked for, after this.
  void EndReads();

  void Put(std::string key, std::string value);
  void Delete(std::string key);
  // A record for the change feed: a serialized weft.type.v1.Change.
  void AddChange(std::string change) { changes_.push_back(std::move(change)); }

  // The time of this attempt; the same for everything it stamps.
  absl::Time now() const { return now_; }
  // The state that reads are made on. Reading it directly asks nothing of the commit and does not
  // see own writes.
  Snapshot& snapshot() { return *snapshot_; }
  bool has_writes() const { return !writes_.empty() || !changes_.empty(); }
  // Forgets the writes so far: Commit() then changes nothing.
  void DiscardWrites() {
    writes_.clear();
    changes_.clear();
  }

  // At most once. See Engine::Commit. One that writes nothing commits nothing: it has read one
  // consistent state and answers its position.
  Task<absl::StatusOr<Position>> Commit();

 private:
  Engine& engine_;
  const absl::Time now_;
  std::shared_ptr<Snapshot> snapshot_;  // null after EndReads()
  const Position read_at_;
  struct Prefetched {
    std::optional<Entry> entry;
    bool read = false;  // it stands in read_
  };
  absl::flat_hash_map<std::string, Prefetched> prefetched_;
  std::vector<Precondition> read_;  // may name a key twice, then with the same version
  std::map<std::string, std::optional<std::string>> writes_;
  std::vector<std::string> changes_;
};

}  // namespace weft::storage

#endif  // WEFT_COMMON_STORAGE_TRANSACTION_H_
