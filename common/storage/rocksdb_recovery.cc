#include "common/storage/rocksdb_recovery.h"

#include <limits>
#include <string>
#include <utility>

#include "common/storage/rocksdb_status.h"
#include "rocksdb/env.h"
#include "rocksdb/file_system.h"
#include "rocksdb/listener.h"
#include "rocksdb/sst_file_manager.h"
#include "rocksdb/system_clock.h"

namespace weft::storage {
namespace {

using rocksdb::BackgroundErrorReason;
using rocksdb::Status;

// On the thread on which RocksDB recovers.
thread_local bool recovering_here = false;
// During WriteOnce().
thread_local bool writing_here = false;

// RocksDB tries only when there is a whole write buffer's room, which a small disk never has, and
// with less room trying does no harm. Each try begins with this question.
class AlwaysRoom final : public rocksdb::FileSystemWrapper {
 public:
  using FileSystemWrapper::FileSystemWrapper;
  const char* Name() const override { return "AlwaysRoom"; }
  rocksdb::IOStatus GetFreeSpace(const std::string&, const rocksdb::IOOptions&, uint64_t* free,
                                 rocksdb::IODebugContext*) override {
    recovering_here = true;
    *free = std::numeric_limits<int64_t>::max();
    return rocksdb::IOStatus::OK();
  }
};

// RocksDB waits until five seconds after this clock's time for its next try.
class LateClock final : public rocksdb::SystemClockWrapper {
 public:
  LateClock() : SystemClockWrapper(rocksdb::SystemClock::Default()) {}
  const char* Name() const override { return "LateClock"; }
  uint64_t NowMicros() override { return SystemClockWrapper::NowMicros() - 4'500'000; }
};

class LateEnv final : public rocksdb::EnvWrapper {
 public:
  explicit LateEnv(rocksdb::Env* env) : EnvWrapper(env) {
    system_clock_ = std::make_shared<LateClock>();
  }
  const char* Name() const override { return "LateEnv"; }
};

class BackgroundErrors final : public rocksdb::EventListener {
 public:
  explicit BackgroundErrors(std::shared_ptr<StorageHealth> health) : health_(std::move(health)) {}

  void OnBackgroundError(BackgroundErrorReason reason, Status* error) override {
    if (recovering_here && reason == BackgroundErrorReason::kMemTable && error->IsNoSpace()) {
      // What the log still had to write when the disk became full does not fit yet. RocksDB takes
      // that for a loss of data and would never try again; but every commit is synced before it is
      // acknowledged, so this is of one that was refused.
      *error = Status(*error, Status::kHardError);
    }
    if (writing_here && reason == BackgroundErrorReason::kManifestWrite) {
      *error = Status(Status::IOError("the manifest cannot be written", error->ToString()),
                      Status::kFatalError);
    }
    health_->Set(StorageHealth::kDatabase, FromRocksDb(*error, "go on writing"));
  }
  void OnErrorRecoveryBegin(BackgroundErrorReason, Status error, bool* automatic) override {
    *automatic = error.severity() < Status::kFatalError;
  }

 private:
  const std::shared_ptr<StorageHealth> health_;
};

}  // namespace

void RecoverFromFullDisk(rocksdb::DBOptions& options, std::shared_ptr<StorageHealth> health) {
  LateEnv late(options.env);
  options.sst_file_manager.reset(rocksdb::NewSstFileManager(
      &late, std::make_shared<AlwaysRoom>(options.env->GetFileSystem()), options.info_log));
  options.listeners.push_back(std::make_shared<BackgroundErrors>(std::move(health)));
}

rocksdb::Status WriteOnce(rocksdb::DB& db, const rocksdb::WriteOptions& options,
                          rocksdb::WriteBatch& batch) {
  writing_here = true;
  rocksdb::Status status = db.Write(options, &batch);
  writing_here = false;
  return status;
}

}  // namespace weft::storage
