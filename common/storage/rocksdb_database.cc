#include "common/storage/rocksdb_database.h"

#include <cstring>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/storage/keys.h"
#include "common/storage/rocksdb_log.h"
#include "common/storage/rocksdb_recovery.h"
#include "common/storage/rocksdb_status.h"
#include "rocksdb/cache.h"
#include "rocksdb/file_checksum.h"
#include "rocksdb/filter_policy.h"
#include "rocksdb/options.h"
#include "rocksdb/table.h"
#include "rocksdb/write_batch.h"

namespace weft::storage {
namespace {

constexpr char kFeedFamily[] = "feed";

rocksdb::DBOptions MakeDbOptions(const EngineOptions& options, bool create,
                                 std::shared_ptr<StorageHealth> health) {
  rocksdb::DBOptions db;
  if (options.rocksdb_env != nullptr) db.env = options.rocksdb_env;
  db.create_if_missing = create;
  db.create_missing_column_families = create;
  // A record torn at the log's end was never acknowledged. Damage anywhere else must stop the
  // start: the default would drop every commit behind it without a word.
  db.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  db.track_and_verify_wals_in_manifest = true;
  db.paranoid_checks = true;
  db.verify_sst_unique_id_in_manifest = true;
  db.file_checksum_gen_factory = rocksdb::GetFileChecksumGenCrc32cFactory();
  db.max_total_wal_size = 4 * options.write_buffer_bytes;
  db.max_background_jobs = 2;
  // There is one thread that writes, batches in order of their keys, each of which then is near the
  // one before.
  db.allow_concurrent_memtable_write = false;
  db.enable_write_thread_adaptive_yield = false;
  db.info_log = OpenRocksDbLog(absl::StrCat(options.directory, "/rocksdb.log"));
  RecoverFromFullDisk(db, std::move(health));
  db.stats_dump_period_sec = 0;
  db.stats_persist_period_sec = 0;
  return db;
}

rocksdb::ColumnFamilyOptions MakeFamilyOptions(const EngineOptions& options,
                                               const std::shared_ptr<rocksdb::Cache>& cache,
                                               bool point_reads) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.block_size = 8 * 1024;
  if (point_reads) {
    table.data_block_index_type = rocksdb::BlockBasedTableOptions::kDataBlockBinaryAndHash;
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10, false));
  }
  rocksdb::ColumnFamilyOptions family;
  family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  family.compression = rocksdb::kNoCompression;
  if (point_reads) {
    // Most of what a write asks for is not there, which the filter tells sooner.
    family.memtable_whole_key_filtering = true;
    family.memtable_prefix_bloom_size_ratio = 0.05;
  }
  family.write_buffer_size = options.write_buffer_bytes;
  family.level_compaction_dynamic_level_bytes = true;
  family.force_consistency_checks = true;
  return family;
}

absl::Status Damaged(const std::string& path, absl::string_view detail) {
  return Error(absl::StatusCode::kDataLoss, "STORAGE_CORRUPT",
               absl::StrCat("the database in \"", path, "\" is damaged: ", detail,
                            ". Nothing has been changed. Restore the directory from a backup; copy "
                            "the damaged one first if you want it examined."),
               {{"path", path}});
}

absl::Status CommitsLost(const std::string& path, uint64_t anchored, uint64_t found) {
  return Error(
      absl::StatusCode::kDataLoss, "STORAGE_COMMITS_LOST",
      absl::StrCat(
          "the database in \"", path, "\" ends at commit ", found, ", but commit ", anchored,
          " had been acknowledged: its log is lost or cut, or an older copy of rocksdb/ was "
          "put in place without its ",
          kAnchorFile,
          " file. Nothing has been changed. Restore the whole directory from a backup."),
      {{"path", path}, {"anchored", absl::StrCat(anchored)}, {"found", absl::StrCat(found)}});
}

absl::Status CannotOpen(const std::string& path, const rocksdb::Status& status) {
  if (status.IsCorruption()) return Damaged(path, status.ToString());
  if (status.IsInvalidArgument() || status.IsNotFound()) {
    // RocksDB says so of a database whose files are gone.
    return Damaged(path, absl::StrCat("files are missing (", status.ToString(), ")"));
  }
  return FromRocksDb(status, absl::StrCat("open the database in \"", path, "\""));
}

absl::StatusOr<std::string> ReadOwn(RocksDbDatabase& database, const char* key) {
  std::string value;
  const rocksdb::Status status =
      database.db->Get(rocksdb::ReadOptions(), database.feed, key, &value);
  if (status.IsNotFound()) return std::string();
  if (!status.ok()) return CannotOpen(database.directory->path(), status);
  return value;
}

absl::Status ReadNumber(RocksDbDatabase& database, const char* key, uint64_t& number) {
  WEFT_ASSIGN_OR_RETURN(const std::string value, ReadOwn(database, key));
  if (value.empty() || DecodeFixed64(value, number)) return absl::OkStatus();
  return Damaged(database.directory->path(), "its own bookkeeping does not parse");
}

absl::Status ReadMarks(RocksDbDatabase& database) {
  const std::unique_ptr<rocksdb::Iterator> it(
      database.db->NewIterator(rocksdb::ReadOptions(), database.feed));
  const std::string end = FeedKey(0);
  for (it->Seek(MarkKey(0)); it->Valid() && it->key().compare(end) < 0; it->Next()) {
    KeyReader key(absl::string_view(it->key().data(), it->key().size()));
    key.Byte();
    FeedMark mark;
    mark.sequence = key.Uint64();
    uint64_t millis = 0;
    rocksdb::Slice value = it->value();
    bool parsed = key.Finish().ok() && DecodeFixed64(value, millis);
    if (parsed) value.remove_prefix(sizeof(uint64_t));
    parsed = parsed && DecodeFixed64(value, mark.bytes);
    if (!parsed) return Damaged(database.directory->path(), "its own bookkeeping does not parse");
    mark.time = absl::FromUnixMillis(static_cast<int64_t>(millis));
    database.marks.push_back(mark);
  }
  if (it->status().ok()) return absl::OkStatus();
  return CannotOpen(database.directory->path(), it->status());
}

// The database must be the one that the anchor means, and stand at or after it.
absl::Status CheckAgainstAnchor(RocksDbDatabase& database) {
  const std::string& path = database.directory->path();
  const Anchor& anchor = database.directory->anchor();
  WEFT_RETURN_IF_ERROR(ReadNumber(database, kHeadKey, database.head));
  WEFT_RETURN_IF_ERROR(ReadNumber(database, kTrimmedKey, database.trimmed));
  WEFT_RETURN_IF_ERROR(ReadMarks(database));
  WEFT_ASSIGN_OR_RETURN(const std::string identity, ReadOwn(database, kIdentityKey));
  if (identity.empty() && anchor.sequence == 0 && database.head == 0) {
    rocksdb::WriteOptions durable;
    durable.sync = true;
    return FromRocksDb(database.db->Put(durable, database.feed, kIdentityKey, anchor.database_id),
                       "write the database's identity");
  }
  if (!identity.empty() && identity != anchor.database_id) {
    return Damaged(path, absl::StrCat("rocksdb/ is database ", identity, ", but ", kAnchorFile,
                                      " belongs to database ", anchor.database_id));
  }
  if (identity.empty() || database.head < anchor.sequence) {
    return CommitsLost(path, anchor.sequence, database.head);
  }
  return absl::OkStatus();
}

}  // namespace

RocksDbDatabase::~RocksDbDatabase() {
  if (db == nullptr) return;
  for (rocksdb::ColumnFamilyHandle* family : {rows, feed}) {
    if (family != nullptr) db->DestroyColumnFamilyHandle(family);
  }
  const std::shared_ptr<rocksdb::Logger> log = db->GetDBOptions().info_log;
  const auto closed = std::make_shared<absl::Notification>();
  // The thread owns what it closes: a directory whose database is left open stays locked.
  std::thread([closed, db = std::move(db), directory = std::move(directory)]() mutable {
    // Every commit has been synced, so a failure here loses nothing.
    db->Close().PermitUncheckedError();
    db.reset();
    directory.reset();
    closed->Notify();
  }).detach();
  if (closed->WaitForNotificationWithTimeout(close_patience)) return;
  rocksdb::Warn(log, "The database has not closed in %s. It stays open until the process ends.",
                absl::FormatDuration(close_patience).c_str());
}

namespace {

std::string NumberKey(char first, uint64_t sequence) {
  std::string key(9, first);
  for (int i = 8; i > 0; --i, sequence >>= 8) {
    key[static_cast<size_t>(i)] = static_cast<char>(sequence & 0xff);
  }
  return key;
}

}  // namespace

std::string MarkKey(uint64_t sequence) { return NumberKey('\x04', sequence); }
std::string FeedKey(uint64_t sequence) { return NumberKey('\x10', sequence); }

std::string EncodeMark(const FeedMark& mark) {
  return absl::StrCat(EncodeFixed64(static_cast<uint64_t>(absl::ToUnixMillis(mark.time))),
                      EncodeFixed64(mark.bytes));
}

std::string EncodeFixed64(uint64_t number) {
  return std::string(reinterpret_cast<const char*>(&number), sizeof(number));
}

bool DecodeFixed64(const rocksdb::Slice& bytes, uint64_t& number) {
  if (bytes.size() < sizeof(number)) return false;
  std::memcpy(&number, bytes.data(), sizeof(number));
  return true;
}

absl::StatusOr<std::shared_ptr<RocksDbDatabase>> OpenRocksDb(const EngineOptions& options) {
  auto database = std::make_shared<RocksDbDatabase>();
  database->close_patience = options.close_patience;
  WEFT_ASSIGN_OR_RETURN(database->directory, DataDirectory::Open(options.directory));
  // Only a directory in which nothing was ever committed may be without its database.
  const bool create = database->directory->anchor().sequence == 0;
  const std::shared_ptr<rocksdb::Cache> cache = rocksdb::NewLRUCache(options.block_cache_bytes);
  const std::vector<rocksdb::ColumnFamilyDescriptor> families = {
      {rocksdb::kDefaultColumnFamilyName, MakeFamilyOptions(options, cache, true)},
      {kFeedFamily, MakeFamilyOptions(options, cache, false)},
  };
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status =
      rocksdb::DB::Open(MakeDbOptions(options, create, database->health),
                        database->directory->database_path(), families, &handles, &db);
  if (!status.ok()) return CannotOpen(options.directory, status);
  database->db.reset(db);
  database->rows = handles[0];
  database->feed = handles[1];
  WEFT_RETURN_IF_ERROR(CheckAgainstAnchor(*database));
  return database;
}

}  // namespace weft::storage
