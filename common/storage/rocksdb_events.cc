#include "common/storage/rocksdb_events.h"

#include <utility>

#include "common/storage/rocksdb_status.h"

namespace weft::storage {
namespace {

class RocksDbEvents final : public rocksdb::EventListener {
 public:
  explicit RocksDbEvents(std::shared_ptr<StorageHealth> health) : health_(std::move(health)) {}

  void OnBackgroundError(rocksdb::BackgroundErrorReason, rocksdb::Status* error) override {
    health_->Set(StorageHealth::kDatabase, FromRocksDb(*error, "go on writing"));
  }
  // RocksDB would look every five seconds whether there is a whole write buffer's room, which a
  // small disk never has, and refuse who asks it to go on before. The committer asks each second
  // instead. After a soft error writes are not refused but may wait, the committer's among them:
  // then nobody else would ask.
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status error,
                            bool* automatic) override {
    *automatic = error.severity() < rocksdb::Status::kHardError;
  }
  void OnErrorRecoveryEnd(const rocksdb::BackgroundErrorRecoveryInfo& info) override {
    health_->Set(StorageHealth::kDatabase, FromRocksDb(info.new_bg_error, "go on writing"));
  }

 private:
  const std::shared_ptr<StorageHealth> health_;
};

}  // namespace

std::shared_ptr<rocksdb::EventListener> MakeRocksDbEvents(std::shared_ptr<StorageHealth> health) {
  return std::make_shared<RocksDbEvents>(std::move(health));
}

}  // namespace weft::storage
