// FaultFileSystem: the file system under RocksDB, with a disk that can be told to fail, to fill up,
// to hang, or to lose what was not synced when the power goes.
//
//   FaultFileSystem disk;
//   options.rocksdb_env = disk.env();
//   disk.SetRule([](FaultFileSystem::Call& call) { return rocksdb::IOStatus::OK(); });
#ifndef WEFT_TESTS_FAULT_STORAGE_FAULT_FILE_SYSTEM_H_
#define WEFT_TESTS_FAULT_STORAGE_FAULT_FILE_SYSTEM_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>

#include "rocksdb/env.h"
#include "rocksdb/file_system.h"

namespace weft::fault {

// Thread-safe. Lives longer than every database that uses it.
class FaultFileSystem {
 public:
  enum class Op { kCreate, kAppend, kSync, kRename, kSyncDirectory, kRead };
  struct Call {
    Op op;
    std::string path;
    uint64_t bytes;   // to be written
    uint64_t number;  // of this call among all, from 1
  };
  // Asked before each call, also from RocksDB's own threads: what is not OK is returned and nothing
  // is done. It may block.
  using Rule = std::function<rocksdb::IOStatus(const Call&)>;

  FaultFileSystem();
  ~FaultFileSystem();

  rocksdb::Env* env() { return env_.get(); }
  // Null: every call goes through.
  void SetRule(Rule rule);
  uint64_t calls() const;
  // Flushes begin so much after RocksDB has scheduled them, as on a machine that is busy.
  void BeginFlushesLate(std::chrono::microseconds late) { flushes_late_ = late; }

  // From the next call on nothing reaches the disk, and every call fails.
  void CutPower();
  // After CutPower(), with the database closed: of every file stays what was synced and some prefix
  // of the rest; files and renames whose directory was not synced are undone. Then the power is on.
  void LoseUnsynced(std::mt19937_64& random);

 private:
  class Layer;
  friend class Layer;

  // What a crash would take from a file.
  struct File {
    uint64_t size = 0;
    uint64_t synced = 0;
    // Its directory has not been synced since it came to be.
    bool entry_unsynced = false;
    // What stood under its name before an unsynced rename.
    std::optional<std::string> replaced;
  };

  rocksdb::IOStatus Admit(Op op, const std::string& path, uint64_t bytes = 0);
  void NoteCreated(const std::string& path);
  void NoteAppended(const std::string& path, uint64_t bytes);
  void NoteTruncated(const std::string& path, uint64_t size);
  void NoteSynced(const std::string& path);
  void NoteRenamed(const std::string& from, const std::string& to,
                   std::optional<std::string> replaced);
  void NoteDeleted(const std::string& path);
  void NoteDirectorySynced(const std::string& directory);

  mutable std::mutex mutex_;
  std::shared_ptr<const Rule> rule_;
  uint64_t calls_ = 0;
  bool power_ = true;
  std::map<std::string, File> files_;
  std::atomic<std::chrono::microseconds> flushes_late_ = std::chrono::microseconds(0);
  std::unique_ptr<rocksdb::Env> env_;
};

}  // namespace weft::fault

#endif  // WEFT_TESTS_FAULT_STORAGE_FAULT_FILE_SYSTEM_H_
