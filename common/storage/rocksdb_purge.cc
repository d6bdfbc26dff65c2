#include "common/storage/rocksdb_purge.h"

#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/storage/rocksdb_status.h"
#include "rocksdb/env.h"
#include "rocksdb/metadata.h"
#include "rocksdb/options.h"

namespace weft::storage {
namespace {

constexpr absl::Duration kRetryAfter = absl::Seconds(1);
constexpr std::chrono::milliseconds kLookAgain(5);
constexpr std::chrono::seconds kLookFor(10);

absl::Status HeldUp(absl::string_view by) {
  return WithRetryAfter(Error(absl::StatusCode::kUnavailable, "PURGE_HELD_UP",
                              absl::StrCat("what was erased cannot leave the disk yet: ", by,
                                           ". Nothing is lost; it is tried again")),
                        kRetryAfter);
}

absl::Status RequireNoOlderSnapshot(RocksDbDatabase& database, uint64_t sequence) {
  uint64_t oldest = 0;
  const bool known =
      database.db->GetIntProperty(rocksdb::DB::Properties::kOldestSnapshotSequence, &oldest);
  if (known && oldest >= sequence) return absl::OkStatus();
  return HeldUp("a reader still holds a snapshot from before");
}

// Files of the database's directory with this ending.
absl::Status ListFiles(RocksDbDatabase& database, absl::string_view ending,
                       std::set<std::string>& names) {
  std::vector<std::string> children;
  const rocksdb::Status status =
      database.db->GetEnv()->GetChildren(database.directory->database_path(), &children);
  if (!status.ok()) return FromRocksDb(status, "list the database's files");
  for (std::string& name : children) {
    if (absl::EndsWith(name, ending)) names.insert(std::move(name));
  }
  return absl::OkStatus();
}

// The logs that hold something. An empty one, which RocksDB leaves until the next start when a
// crash follows upon the beginning of it, has nothing to lose.
absl::Status ListLogs(RocksDbDatabase& database, std::set<std::string>& names) {
  std::set<std::string> all;
  WEFT_RETURN_IF_ERROR(ListFiles(database, ".log", all));
  const std::string directory = database.directory->database_path();
  for (const std::string& name : all) {
    uint64_t size = 0;
    const rocksdb::Status known =
        database.db->GetEnv()->GetFileSize(absl::StrCat(directory, "/", name), &size);
    // One that is gone meanwhile holds nothing, either.
    if (!known.ok() && !known.IsNotFound() && !known.IsPathNotFound()) {
      return FromRocksDb(known, "look at the database's logs");
    }
    if (size > 0) names.insert(name);
  }
  return absl::OkStatus();
}

std::set<std::string> LiveTables(RocksDbDatabase& database) {
  std::vector<rocksdb::LiveFileMetaData> files;
  database.db->GetLiveFilesMetaData(&files);
  std::set<std::string> names;
  for (const rocksdb::LiveFileMetaData& file : files) names.insert(file.relative_filename);
  return names;
}

// Waits until no file of `old` is there that RocksDB does not need: it deletes them by and by.
absl::Status AwaitDeletion(RocksDbDatabase& database, const std::set<std::string>& old_tables,
                           const std::set<std::string>& old_logs) {
  const auto give_up = std::chrono::steady_clock::now() + kLookFor;
  while (true) {
    const std::set<std::string> live = LiveTables(database);
    std::set<std::string> tables;
    std::set<std::string> logs;
    WEFT_RETURN_IF_ERROR(ListFiles(database, ".sst", tables));
    WEFT_RETURN_IF_ERROR(ListLogs(database, logs));
    bool waiting = false;
    for (const std::string& name : old_tables) {
      waiting = waiting || (tables.count(name) > 0 && live.count(name) == 0);
    }
    for (const std::string& name : old_logs) waiting = waiting || logs.count(name) > 0;
    if (!waiting) return absl::OkStatus();
    if (std::chrono::steady_clock::now() > give_up) return HeldUp("an old file is still in use");
    std::this_thread::sleep_for(kLookAgain);
  }
}

absl::Status Compact(RocksDbDatabase& database, const KeyRange& range) {
  rocksdb::CompactRangeOptions options;
  options.exclusive_manual_compaction = false;
  options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
  const rocksdb::Slice begin(range.begin);
  const rocksdb::Slice end(range.end);
  return FromRocksDb(
      database.db->CompactRange(options, database.rows, &begin, range.end.empty() ? nullptr : &end),
      "compact what was erased");
}

}  // namespace

absl::Status PurgeRocksDb(RocksDbDatabase& database, absl::Span<const KeyRange> ranges,
                          uint64_t sequence) {
  // A flush that a failed disk stops would be waited for without end.
  WEFT_RETURN_IF_ERROR(database.health->Get());
  WEFT_RETURN_IF_ERROR(RequireNoOlderSnapshot(database, sequence));
  std::set<std::string> old_logs;
  WEFT_RETURN_IF_ERROR(ListLogs(database, old_logs));
  const rocksdb::Status flushed =
      database.db->Flush(rocksdb::FlushOptions(), {database.rows, database.feed});
  if (!flushed.ok()) return FromRocksDb(flushed, "flush what was erased");
  std::unique_ptr<rocksdb::LogFile> log;
  const rocksdb::Status current = database.db->GetCurrentWalFile(&log);
  if (!current.ok()) return FromRocksDb(current, "find the log");
  // The present one is new, unless nothing had been written since it was begun.
  const std::string path = log->PathName();
  old_logs.erase(path.substr(path.rfind('/') + 1));
  // A file whose entries are pinned when it is written, or alone in its range, is moved down as it
  // is; from the lowest level it can only be rewritten.
  for (int round = 0; round < 2; ++round) {
    for (const KeyRange& range : ranges) WEFT_RETURN_IF_ERROR(Compact(database, range));
  }
  std::set<std::string> old_tables;
  WEFT_RETURN_IF_ERROR(ListFiles(database, ".sst", old_tables));
  return AwaitDeletion(database, old_tables, old_logs);
}

}  // namespace weft::storage
