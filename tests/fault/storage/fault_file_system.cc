#include "tests/fault/storage/fault_file_system.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>
#include <utility>

#include "rocksdb/system_clock.h"

namespace weft::fault {
namespace {

namespace fs = std::filesystem;
using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using Op = FaultFileSystem::Op;

std::optional<std::string> ContentOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file.is_open()) return std::nullopt;
  return std::string{std::istreambuf_iterator<char>(file), {}};
}

// RocksDB waits a second after errors of a flush or a compaction, also when it is being closed.
class ImpatientClock final : public rocksdb::SystemClockWrapper {
 public:
  ImpatientClock() : SystemClockWrapper(rocksdb::SystemClock::Default()) {}
  const char* Name() const override { return "ImpatientClock"; }
  void SleepForMicroseconds(int micros) override {
    SystemClockWrapper::SleepForMicroseconds(std::min(micros, 10'000));
  }
};

using Function = void (*)(void*);

// What RocksDB has its threads do.
struct Job {
  Function run;
  Function cancel;
  void* argument;
  std::chrono::microseconds late;
};

void RunLate(void* scheduled) {
  const std::unique_ptr<Job> job(static_cast<Job*>(scheduled));
  std::this_thread::sleep_for(job->late);
  job->run(job->argument);
}

void CancelLate(void* scheduled) {
  const std::unique_ptr<Job> job(static_cast<Job*>(scheduled));
  if (job->cancel != nullptr) job->cancel(job->argument);
}

class LayeredEnv final : public rocksdb::EnvWrapper {
 public:
  LayeredEnv(std::shared_ptr<rocksdb::FileSystem> layer,
             const std::atomic<std::chrono::microseconds>& flushes_late)
      : EnvWrapper(rocksdb::NewCompositeEnv(layer)), flushes_late_(flushes_late) {
    file_system_ = std::move(layer);
    system_clock_ = std::make_shared<ImpatientClock>();
  }
  const char* Name() const override { return "LayeredEnv"; }

  void Schedule(Function run, void* argument, Priority priority, void* tag,
                Function cancel) override {
    // Flushes have the threads of high priority for themselves.
    const auto late = priority == HIGH ? flushes_late_.load() : std::chrono::microseconds(0);
    EnvWrapper::Schedule(RunLate, new Job{run, cancel, argument, late}, priority, tag, CancelLate);
  }

 private:
  const std::atomic<std::chrono::microseconds>& flushes_late_;
};

}  // namespace

class FaultFileSystem::Layer final : public rocksdb::FileSystemWrapper {
 public:
  explicit Layer(FaultFileSystem& disk)
      : FileSystemWrapper(rocksdb::FileSystem::Default()), disk_(disk) {}

  const char* Name() const override { return "FaultFileSystem"; }

  IOStatus NewWritableFile(const std::string& path, const FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* file,
                           IODebugContext* debug) override {
    IOStatus status = disk_.Admit(Op::kCreate, path);
    if (status.ok()) status = FileSystemWrapper::NewWritableFile(path, options, file, debug);
    if (!status.ok()) return status;
    disk_.NoteCreated(path);
    *file = std::make_unique<WritableFile>(disk_, path, std::move(*file));
    return status;
  }
  IOStatus ReopenWritableFile(const std::string&, const FileOptions&,
                              std::unique_ptr<rocksdb::FSWritableFile>*, IODebugContext*) override {
    return IOStatus::NotSupported("FaultFileSystem does not reopen files");
  }
  IOStatus ReuseWritableFile(const std::string&, const std::string&, const FileOptions&,
                             std::unique_ptr<rocksdb::FSWritableFile>*, IODebugContext*) override {
    return IOStatus::NotSupported("FaultFileSystem does not reuse files");
  }

  IOStatus NewRandomAccessFile(const std::string& path, const FileOptions& options,
                               std::unique_ptr<rocksdb::FSRandomAccessFile>* file,
                               IODebugContext* debug) override {
    IOStatus status = disk_.Admit(Op::kRead, path);
    if (status.ok()) status = FileSystemWrapper::NewRandomAccessFile(path, options, file, debug);
    if (status.ok()) *file = std::make_unique<RandomFile>(disk_, path, std::move(*file));
    return status;
  }
  IOStatus NewSequentialFile(const std::string& path, const FileOptions& options,
                             std::unique_ptr<rocksdb::FSSequentialFile>* file,
                             IODebugContext* debug) override {
    IOStatus status = disk_.Admit(Op::kRead, path);
    if (status.ok()) status = FileSystemWrapper::NewSequentialFile(path, options, file, debug);
    if (status.ok()) *file = std::make_unique<SequentialFile>(disk_, path, std::move(*file));
    return status;
  }

  IOStatus NewDirectory(const std::string& path, const IOOptions& options,
                        std::unique_ptr<rocksdb::FSDirectory>* directory,
                        IODebugContext* debug) override {
    IOStatus status = FileSystemWrapper::NewDirectory(path, options, directory, debug);
    if (status.ok()) *directory = std::make_unique<Directory>(disk_, path, std::move(*directory));
    return status;
  }
  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions& options,
                      IODebugContext* debug) override {
    IOStatus status = disk_.Admit(Op::kRename, to);
    if (!status.ok()) return status;
    std::optional<std::string> replaced = ContentOf(to);
    status = FileSystemWrapper::RenameFile(from, to, options, debug);
    if (status.ok()) disk_.NoteRenamed(from, to, std::move(replaced));
    return status;
  }
  IOStatus DeleteFile(const std::string& path, const IOOptions& options,
                      IODebugContext* debug) override {
    IOStatus status = disk_.Admit(Op::kRename, path);
    if (status.ok()) status = FileSystemWrapper::DeleteFile(path, options, debug);
    if (status.ok()) disk_.NoteDeleted(path);
    return status;
  }

 private:
  class WritableFile final : public rocksdb::FSWritableFileOwnerWrapper {
   public:
    WritableFile(FaultFileSystem& disk, std::string path,
                 std::unique_ptr<rocksdb::FSWritableFile> file)
        : FSWritableFileOwnerWrapper(std::move(file)), disk_(disk), path_(std::move(path)) {}

    IOStatus Append(const rocksdb::Slice& data, const IOOptions& options,
                    IODebugContext* debug) override {
      IOStatus status = disk_.Admit(Op::kAppend, path_, data.size());
      if (status.ok()) status = FSWritableFileOwnerWrapper::Append(data, options, debug);
      if (status.ok()) disk_.NoteAppended(path_, data.size());
      return status;
    }
    IOStatus Append(const rocksdb::Slice& data, const IOOptions& options,
                    const rocksdb::DataVerificationInfo&, IODebugContext* debug) override {
      return Append(data, options, debug);
    }
    IOStatus Truncate(uint64_t size, const IOOptions& options, IODebugContext* debug) override {
      IOStatus status = FSWritableFileOwnerWrapper::Truncate(size, options, debug);
      if (status.ok()) disk_.NoteTruncated(path_, size);
      return status;
    }
    IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
      IOStatus status = disk_.Admit(Op::kSync, path_);
      // The power loss is made here, so the real disk need not be asked.
      if (status.ok()) status = FSWritableFileOwnerWrapper::Flush(options, debug);
      if (status.ok()) disk_.NoteSynced(path_);
      return status;
    }
    IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
      return Sync(options, debug);
    }

   private:
    FaultFileSystem& disk_;
    const std::string path_;
  };

  class RandomFile final : public rocksdb::FSRandomAccessFileOwnerWrapper {
   public:
    RandomFile(FaultFileSystem& disk, std::string path,
               std::unique_ptr<rocksdb::FSRandomAccessFile> file)
        : FSRandomAccessFileOwnerWrapper(std::move(file)), disk_(disk), path_(std::move(path)) {}

    IOStatus Read(uint64_t offset, size_t n, const IOOptions& options, rocksdb::Slice* result,
                  char* scratch, IODebugContext* debug) const override {
      IOStatus status = disk_.Admit(Op::kRead, path_);
      if (!status.ok()) return status;
      return FSRandomAccessFileOwnerWrapper::Read(offset, n, options, result, scratch, debug);
    }
    IOStatus MultiRead(rocksdb::FSReadRequest* requests, size_t count, const IOOptions& options,
                       IODebugContext* debug) override {
      for (size_t i = 0; i < count; ++i) {
        rocksdb::FSReadRequest& request = requests[i];
        request.status =
            Read(request.offset, request.len, options, &request.result, request.scratch, debug);
      }
      return IOStatus::OK();
    }

   private:
    FaultFileSystem& disk_;
    const std::string path_;
  };

  class SequentialFile final : public rocksdb::FSSequentialFileOwnerWrapper {
   public:
    SequentialFile(FaultFileSystem& disk, std::string path,
                   std::unique_ptr<rocksdb::FSSequentialFile> file)
        : FSSequentialFileOwnerWrapper(std::move(file)), disk_(disk), path_(std::move(path)) {}

    IOStatus Read(size_t n, const IOOptions& options, rocksdb::Slice* result, char* scratch,
                  IODebugContext* debug) override {
      IOStatus status = disk_.Admit(Op::kRead, path_);
      if (!status.ok()) return status;
      return FSSequentialFileOwnerWrapper::Read(n, options, result, scratch, debug);
    }

   private:
    FaultFileSystem& disk_;
    const std::string path_;
  };

  class Directory final : public rocksdb::FSDirectoryWrapper {
   public:
    Directory(FaultFileSystem& disk, std::string path,
              std::unique_ptr<rocksdb::FSDirectory> directory)
        : FSDirectoryWrapper(std::move(directory)), disk_(disk), path_(std::move(path)) {}

    IOStatus Fsync(const IOOptions&, IODebugContext*) override { return SyncEntries(); }
    IOStatus FsyncWithDirOptions(const IOOptions&, IODebugContext*,
                                 const rocksdb::DirFsyncOptions&) override {
      return SyncEntries();
    }

   private:
    IOStatus SyncEntries() {
      IOStatus status = disk_.Admit(Op::kSyncDirectory, path_);
      if (status.ok()) disk_.NoteDirectorySynced(path_);
      return status;
    }

    FaultFileSystem& disk_;
    const std::string path_;
  };

  FaultFileSystem& disk_;
};

FaultFileSystem::FaultFileSystem()
    : env_(std::make_unique<LayeredEnv>(std::make_shared<Layer>(*this), flushes_late_)) {}

FaultFileSystem::~FaultFileSystem() = default;

void FaultFileSystem::SetRule(Rule rule) {
  std::lock_guard<std::mutex> lock(mutex_);
  rule_ = rule == nullptr ? nullptr : std::make_shared<const Rule>(std::move(rule));
}

uint64_t FaultFileSystem::calls() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return calls_;
}

void FaultFileSystem::CutPower() {
  std::lock_guard<std::mutex> lock(mutex_);
  power_ = false;
}

IOStatus FaultFileSystem::Admit(Op op, const std::string& path, uint64_t bytes) {
  std::shared_ptr<const Rule> rule;
  Call call{op, path, bytes, 0};
  {
    std::lock_guard<std::mutex> lock(mutex_);
    call.number = ++calls_;
    rule = rule_;
  }
  // Without the lock: a rule may block, or call CutPower().
  IOStatus status = rule == nullptr ? IOStatus::OK() : (*rule)(call);
  std::lock_guard<std::mutex> lock(mutex_);
  if (!power_) return IOStatus::IOError("the power is off", path);
  return status;
}

void FaultFileSystem::NoteCreated(const std::string& path) {
  std::lock_guard<std::mutex> lock(mutex_);
  files_[path] = File();
  files_[path].entry_unsynced = true;
}

void FaultFileSystem::NoteAppended(const std::string& path, uint64_t bytes) {
  std::lock_guard<std::mutex> lock(mutex_);
  files_[path].size += bytes;
}

void FaultFileSystem::NoteTruncated(const std::string& path, uint64_t size) {
  std::lock_guard<std::mutex> lock(mutex_);
  File& file = files_[path];
  file.size = size;
  file.synced = std::min(file.synced, size);
}

void FaultFileSystem::NoteSynced(const std::string& path) {
  std::lock_guard<std::mutex> lock(mutex_);
  files_[path].synced = files_[path].size;
}

void FaultFileSystem::NoteRenamed(const std::string& from, const std::string& to,
                                  std::optional<std::string> replaced) {
  std::lock_guard<std::mutex> lock(mutex_);
  File file = files_[from];
  files_.erase(from);
  file.entry_unsynced = true;
  file.replaced = std::move(replaced);
  files_[to] = std::move(file);
}

void FaultFileSystem::NoteDeleted(const std::string& path) {
  std::lock_guard<std::mutex> lock(mutex_);
  files_.erase(path);
}

void FaultFileSystem::NoteDirectorySynced(const std::string& directory) {
  std::lock_guard<std::mutex> lock(mutex_);
  for (auto& [path, file] : files_) {
    if (fs::path(path).parent_path() != fs::path(directory)) continue;
    file.entry_unsynced = false;
    file.replaced.reset();
  }
}

void FaultFileSystem::LoseUnsynced(std::mt19937_64& random) {
  std::lock_guard<std::mutex> lock(mutex_);
  for (const auto& [path, file] : files_) {
    if (file.entry_unsynced && file.replaced.has_value()) {
      std::ofstream(path, std::ios::binary | std::ios::trunc) << *file.replaced;
    } else if (file.entry_unsynced) {
      fs::remove(path);
    } else {
      fs::resize_file(path, file.synced + random() % (file.size - file.synced + 1));
    }
  }
  files_.clear();
  power_ = true;
}

}  // namespace weft::fault
