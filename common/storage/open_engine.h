// Opens the engine that the configuration names.
#ifndef WEFT_COMMON_STORAGE_OPEN_ENGINE_H_
#define WEFT_COMMON_STORAGE_OPEN_ENGINE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/base/executor.h"
#include "common/observability/metrics.h"
#include "common/storage/disk_space.h"
#include "common/storage/engine.h"
#include "common/storage/feed_retention.h"

namespace rocksdb {
class Env;
}  // namespace rocksdb

namespace weft::storage {

struct EngineOptions {
  // "rocksdb" keeps everything in `directory`; "memory" keeps nothing.
  std::string kind = "rocksdb";
  // Created when it does not exist. An existing one must be empty or one of ours.
  std::string directory;

  // Where the engine counts what it does; null for nowhere. Must outlive the engine.
  observability::Metrics* metrics = nullptr;

  // Commits beyond these wait in no queue: they fail with COMMIT_QUEUE_FULL.
  size_t max_queued_commits = 8192;
  size_t max_queued_bytes = 256u << 20;
  // A group of commits that takes longer than this is a stall: Health() says so, and after ten
  // times as long new commits fail with STORAGE_STALLED instead of waiting behind it.
  absl::Duration stall_after = absl::Seconds(1);
  // What the feed keeps: nothing more once one of the three is reached, and not much less.
  FeedRetentionLimits feed_kept = {
      .commits = 20'000'000, .bytes = uint64_t{8} << 30, .age = absl::Hours(30 * 24)};
  // Its newest part is held in memory too, up to this many bytes.
  size_t feed_tail_bytes = 32u << 20;
  // The time for `feed_kept.age`.
  std::function<absl::Time()> now = absl::Now;

  // rocksdb only.
  size_t block_cache_bytes = 256u << 20;
  size_t write_buffer_bytes = 64u << 20;
  // How often the anchor file is renewed while commits go on: the most that a loss of the log could
  // take without being noticed at the next start.
  absl::Duration anchor_interval = absl::Seconds(2);
  // Writes are refused while less than this is free on the disk (disk_guard.h); 0 switches it off.
  uint64_t disk_reserve_bytes = 256u << 20;
  DiskSpaceProbe disk_space = ReadDiskSpace;
  // How long to wait, when the engine goes, for what RocksDB still does: it may be on a disk that
  // hangs, and RocksDB 7.8 waits for good when an error that nothing heals falls into its recovery
  // from a full disk (it tells the listeners of the error before it notes it, and the recovery may
  // end in between: ErrorHandler::HandleKnownErrors). Past this the database stays open, and its
  // directory locked, until the process ends; everything acknowledged is on disk either way.
  absl::Duration close_patience = absl::Seconds(10);
  // What RocksDB reads and writes its files through, not owned; null for the operating system. Here
  // tests put a disk that fails. The anchor and the lock are not among these files.
  rocksdb::Env* rocksdb_env = nullptr;
};

// Fails with a message that says what to do when the directory is in use, not Weft's, written by a
// newer version, damaged, or has lost commits that were acknowledged. Never repairs by forgetting.
absl::StatusOr<std::unique_ptr<Engine>> OpenEngine(const EngineOptions& options,
                                                   Executor& executor);

}  // namespace weft::storage

#endif  // WEFT_COMMON_STORAGE_OPEN_ENGINE_H_
