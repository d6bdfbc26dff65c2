// The columns of the waves that are asked about with filters (domain/site_columns.h), kept as the
// store has them: built from the rows at the first question, and brought up to date with each next
// one by reading those sites again that have changed since.
//
//   std::unique_ptr<ColumnCache::Lease> lease = columns_.TryLease(wave);
//   ... co_await lease->Refresh(context, snapshot, types) ...
//   lease->columns().Tally(...)
//
// All on the executor's thread.
#ifndef WEFT_SERVICES_METRICS_SERVICE_COLUMN_CACHE_H_
#define WEFT_SERVICES_METRICS_SERVICE_COLUMN_CACHE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/rpc/waits.h"
#include "common/storage/engine.h"
#include "services/metrics/domain/site_columns.h"

namespace weft::metrics {

class ColumnCache {
 private:
  struct Wave;

 public:
  // The columns of one wave, for one question alone. Others wait for idle() until it is gone.
  class Lease {
   public:
    Lease(ColumnCache& cache, std::shared_ptr<Wave> wave, std::string id);
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease();

    // Brings the columns to the state of `snapshot`, of which every change must have been noted. Of
    // a wave with `types` partner types. Errors: those of reading; the call ended.
    Task<absl::Status> Refresh(rpc::CallContext& context, storage::Reader& snapshot, int types);
    const SiteColumns& columns() const;

   private:
    Task<absl::Status> ReadAll(rpc::CallContext& context, storage::Reader& snapshot);
    Task<absl::Status> ReadAgain(storage::Reader& snapshot, std::vector<std::string> sites);

    ColumnCache& cache_;
    std::shared_ptr<Wave> wave_;
    std::string id_;
  };

  ColumnCache() = default;
  ColumnCache(const ColumnCache&) = delete;
  ColumnCache& operator=(const ColumnCache&) = delete;

  // Null while somebody else has it.
  std::unique_ptr<Lease> TryLease(absl::string_view wave);
  // Notified when a lease is gone.
  rpc::Signal& idle() { return idle_; }

  // A commit has changed these sites (`sites/{site}`) of the wave (its id).
  void NoteChanged(absl::string_view wave, const std::vector<std::string>& sites);
  // Whatever is kept holds no more.
  void Clear() { waves_.clear(); }

 private:
  // More than a Lab's waves ever take; two of 100,000 sites and 200 types.
  static constexpr size_t kMaxBytes = size_t{256} << 20;

  struct Wave {
    std::optional<SiteColumns> columns;
    int types = 0;
    // Sites whose rows have changed since they were read.
    absl::btree_set<std::string> stale;
    bool leased = false;
    uint64_t last_used = 0;
  };

  // Forgets those that were used longest ago while all take too much, but not this one.
  void MakeRoom(const Wave& used);

  // By id.
  absl::flat_hash_map<std::string, std::shared_ptr<Wave>> waves_;
  uint64_t uses_ = 0;
  rpc::Signal idle_;
};

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_SERVICE_COLUMN_CACHE_H_
