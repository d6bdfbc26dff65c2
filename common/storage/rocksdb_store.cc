#include "common/storage/rocksdb_store.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "common/base/status_macros.h"
#include "common/storage/disk_guard.h"
#include "common/storage/rocksdb_database.h"
#include "common/storage/rocksdb_purge.h"
#include "common/storage/rocksdb_recovery.h"
#include "common/storage/rocksdb_snapshot.h"
#include "common/storage/rocksdb_status.h"
#include "common/storage/storage_health.h"
#include "rocksdb/write_batch.h"

namespace weft::storage {
namespace {

constexpr size_t kProtectionBytesPerKey = 8;
constexpr std::chrono::seconds kTryEvery(1);

// About what a write batch of the group takes.
size_t BytesOf(const CommitGroup& group) {
  // A record's tag, column family and lengths, and a version.
  constexpr size_t kOverhead = 24;
  size_t bytes = 1024;
  for (const CommitGroup::Item& item : group.items) {
    for (const Write& write : item.batch->writes) {
      bytes += write.key.size() + (write.value.has_value() ? write.value->size() : 0) + kOverhead;
    }
    for (const std::string& change : item.batch->changes) bytes += change.size() + kOverhead;
  }
  return bytes;
}

class RocksDbStore final : public LocalStore {
 public:
  RocksDbStore(std::shared_ptr<RocksDbDatabase> database, const EngineOptions& options)
      : database_(std::move(database)),
        anchor_interval_(absl::ToChronoNanoseconds(options.anchor_interval)),
        disk_(database_->directory->path(), options.disk_reserve_bytes, options.disk_space),
        head_(database_->head),
        trimmed_(database_->trimmed) {}

  uint64_t epoch() const override { return database_->directory->anchor().epoch; }
  uint64_t recovered_head() const override { return database_->head; }
  std::vector<FeedMark> recovered_marks() const override { return database_->marks; }

  absl::Status ReadVersions(absl::Span<const absl::string_view> keys,
                            std::vector<uint64_t>& versions) override {
    versions.assign(keys.size(), kAbsent);
    if (keys.empty()) return absl::OkStatus();
    std::vector<rocksdb::Slice> slices;
    slices.reserve(keys.size());
    for (const absl::string_view key : keys) slices.emplace_back(key.data(), key.size());
    std::vector<rocksdb::PinnableSlice> stored(keys.size());
    std::vector<rocksdb::Status> statuses(keys.size());
    database_->db->MultiGet(rocksdb::ReadOptions(), database_->rows, keys.size(), slices.data(),
                            stored.data(), statuses.data());
    for (size_t i = 0; i < keys.size(); ++i) {
      if (statuses[i].IsNotFound()) continue;
      if (!statuses[i].ok()) return FromRocksDb(statuses[i], "read");
      if (!DecodeFixed64(stored[i], versions[i])) {
        return FromRocksDb(rocksdb::Status::Corruption("value without a version"), "read");
      }
    }
    return absl::OkStatus();
  }

  absl::Status Admit() override {
    absl::Status room = disk_.Check();
    database_->health->Set(StorageHealth::kDiskSpace, room);
    return room;
  }

  absl::Status Health() const override { return database_->health->Get(); }

  absl::Status Apply(const CommitGroup& group) override {
    rocksdb::WriteBatch batch(BytesOf(group), 0, kProtectionBytesPerKey, 0);
    rocksdb::Status status;
    const auto also = [&status](rocksdb::Status added) {
      if (status.ok()) status = std::move(added);
    };
    for (const CommitGroup::Item& item : group.items) {
      const std::string version = EncodeFixed64(item.sequence);
      for (const Write& write : item.batch->writes) {
        if (!write.value.has_value()) {
          also(batch.Delete(database_->rows, write.key));
          continue;
        }
        const rocksdb::Slice key(write.key);
        const rocksdb::Slice value[2] = {version, *write.value};
        also(batch.Put(database_->rows, rocksdb::SliceParts(&key, 1),
                       rocksdb::SliceParts(value, 2)));
      }
      if (!item.batch->changes.empty()) {
        const std::string key = FeedKey(item.sequence);
        const rocksdb::Slice key_slice(key);
        const FeedRecords records(item.batch->changes);
        also(batch.Put(database_->feed, rocksdb::SliceParts(&key_slice, 1), records.parts()));
      }
    }
    also(batch.Put(database_->feed, kHeadKey, EncodeFixed64(group.head)));
    if (group.mark.has_value()) {
      also(batch.Put(database_->feed, MarkKey(group.mark->sequence), EncodeMark(*group.mark)));
    }
    if (group.trim_through > trimmed_) {
      also(batch.DeleteRange(database_->feed, FeedKey(0), FeedKey(group.trim_through + 1)));
      also(batch.DeleteRange(database_->feed, MarkKey(0), MarkKey(group.trim_through + 1)));
      also(batch.Put(database_->feed, kTrimmedKey, EncodeFixed64(group.trim_through)));
    }
    absl::Status applied =
        status.ok() ? WriteDurably(rocksdb::WriteOptions(), batch) : FromRocksDb(status, "commit");
    if (!applied.ok()) return applied;
    head_ = group.head;
    trimmed_ = std::max(trimmed_, group.trim_through);
    return absl::OkStatus();
  }

  std::shared_ptr<LocalSnapshot> TakeSnapshot() override {
    return std::make_shared<RocksDbSnapshot>(database_, Position(epoch(), head_), trimmed_);
  }

  absl::Status Purge(absl::Span<const KeyRange> ranges, const LocalSnapshot& latest) override {
    return PurgeRocksDb(*database_, ranges,
                        static_cast<const RocksDbSnapshot&>(latest).rocksdb_sequence());
  }

  void Maintain(bool closing) override {
    if (!closing) {
      // Also when nothing is written, so that a disk with room again is known to have it.
      Admit().IgnoreError();
      TryToWrite();
    }
    AdvanceAnchor(closing);
  }

 private:
  // Tells StorageHealth how it went.
  absl::Status WriteDurably(rocksdb::WriteOptions options, rocksdb::WriteBatch& batch) {
    options.sync = true;
    const uint64_t told = database_->health->told();
    const rocksdb::Status status = WriteOnce(*database_->db, options, batch);
    if (status.IsNoSpace()) disk_.GiveUpBallast();
    absl::Status written = FromRocksDb(status, "commit");
    database_->health->SetIfNewest(StorageHealth::kDatabase, written, told);
    return written;
  }

  // So that a database that has recovered is known to be well before the next commit comes.
  void TryToWrite() {
    const absl::Status failing = database_->health->Get(StorageHealth::kDatabase);
    const auto now = std::chrono::steady_clock::now();
    if (failing.ok() || now - tried_at_ < kTryEvery) return;
    tried_at_ = now;
    // A background flush may have been what met the full disk.
    if (absl::IsResourceExhausted(failing)) disk_.GiveUpBallast();
    rocksdb::WriteOptions at_once;
    at_once.no_slowdown = true;
    rocksdb::WriteBatch batch;
    if (batch.Put(database_->feed, kHeadKey, EncodeFixed64(head_)).ok()) {
      WriteDurably(at_once, batch).IgnoreError();
    }
  }

  // A failure leaves an older anchor, which is right too, only weaker; the next round tries again.
  void AdvanceAnchor(bool closing) {
    const uint64_t anchored = database_->directory->anchor().sequence;
    if (head_ == anchored) return;
    const auto now = std::chrono::steady_clock::now();
    // The first commit is anchored at once: from then on the database must be there.
    if (!closing && anchored > 0 && now - anchored_at_ < anchor_interval_) return;
    anchored_at_ = now;
    database_->directory->AdvanceAnchor(head_).IgnoreError();
  }

  const std::shared_ptr<RocksDbDatabase> database_;
  const std::chrono::nanoseconds anchor_interval_;
  std::chrono::steady_clock::time_point anchored_at_;
  std::chrono::steady_clock::time_point tried_at_;
  DiskGuard disk_;
  uint64_t head_;
  uint64_t trimmed_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<LocalStore>> OpenRocksDbStore(const EngineOptions& options) {
  WEFT_ASSIGN_OR_RETURN(std::shared_ptr<RocksDbDatabase> database, OpenRocksDb(options));
  return std::make_unique<RocksDbStore>(std::move(database), options);
}

}  // namespace weft::storage
