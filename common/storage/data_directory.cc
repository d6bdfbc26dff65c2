#include "common/storage/data_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/storage/random_id.h"

namespace weft::storage {
namespace {

constexpr char kLockFile[] = "LOCK";
constexpr char kDatabase[] = "rocksdb";

absl::Status Unusable(absl::string_view what, const std::string& path, absl::string_view why) {
  return Error(absl::StatusCode::kUnavailable, "STORAGE_UNAVAILABLE",
               absl::StrCat("cannot ", what, " the data directory \"", path, "\": ", why),
               {{"path", path}});
}

// A data directory inside ours: an engine of the same service, whose rows are its own.
bool IsDataDirectory(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::is_regular_file(path / kAnchorFile, error);
}

// A directory without an anchor must hold nothing but what a start that was cut short leaves, what
// a freshly made file system does, or data directories of other engines ("releases"): what was
// beside them may be deleted and made anew.
absl::Status CheckUnanchored(const std::string& path) {
  std::error_code error;
  for (std::filesystem::directory_iterator it(path, error), end; !error && it != end;
       it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (name == kLockFile || name == kAnchorTemporaryFile || name == "lost+found") continue;
    if (name != kDatabase && IsDataDirectory(it->path())) continue;
    if (name == kDatabase) {
      return Error(
          absl::StatusCode::kDataLoss, "STORAGE_CORRUPT",
          absl::StrCat("the data directory \"", path, "\" holds a database but no ", kAnchorFile,
                       " file, so it cannot be checked that it is complete. "
                       "Nothing has been changed. Restore the whole directory from a "
                       "backup."),
          {{"path", path}});
    }
    return Error(absl::StatusCode::kFailedPrecondition, "STORAGE_FOREIGN_DIRECTORY",
                 absl::StrCat("\"", path, "\" is not a data directory of Weft: it holds \"", name,
                              "\". Name an empty directory, or one that does not exist yet."),
                 {{"path", path}});
  }
  if (error) return Unusable("read", path, error.message());
  return absl::OkStatus();
}

absl::Status Locked(const std::string& path, int lock) {
  char text[32] = {};
  const ssize_t size = pread(lock, text, sizeof(text) - 1, 0);
  const std::string owner(absl::StripAsciiWhitespace(absl::string_view(text, size > 0 ? size : 0)));
  return Error(absl::StatusCode::kFailedPrecondition, "STORAGE_LOCKED",
               absl::StrCat("the data directory \"", path, "\" is in use by another process",
                            owner.empty() ? "" : absl::StrCat(" (id ", owner, ")"),
                            ". Stop that process first, or name another directory."),
               {{"path", path}, {"process", owner}});
}

absl::StatusOr<int> Lock(const std::string& path) {
  const std::string file = absl::StrCat(path, "/", kLockFile);
  const int lock = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (lock < 0) return Unusable("lock", path, std::strerror(errno));
  if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
    absl::Status status =
        errno == EWOULDBLOCK ? Locked(path, lock) : Unusable("lock", path, std::strerror(errno));
    close(lock);
    return status;
  }
  // For the message above only.
  const std::string owner = absl::StrCat(getpid(), "\n");
  if (ftruncate(lock, 0) != 0 || pwrite(lock, owner.data(), owner.size(), 0) < 0) {
    absl::Status status = Unusable("write to", path, std::strerror(errno));
    close(lock);
    return status;
  }
  return lock;
}

absl::StatusOr<Anchor> ReadOrMakeAnchor(const std::string& path) {
  WEFT_ASSIGN_OR_RETURN(std::optional<Anchor> anchor, ReadAnchor(path));
  if (anchor.has_value()) return *std::move(anchor);
  Anchor made{NewUuid(), RandomNumber() | 1, 0};
  WEFT_RETURN_IF_ERROR(WriteAnchor(path, made));
  return made;
}

}  // namespace

absl::StatusOr<std::unique_ptr<DataDirectory>> DataDirectory::Open(const std::string& path) {
  if (path.empty()) {
    return Error(absl::StatusCode::kInvalidArgument, "STORAGE_NO_DIRECTORY",
                 "no data directory is named");
  }
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return Unusable("create", path, error.message());
  // Before anything is written to it.
  WEFT_ASSIGN_OR_RETURN(const std::optional<Anchor> found, ReadAnchor(path));
  if (!found.has_value()) WEFT_RETURN_IF_ERROR(CheckUnanchored(path));
  WEFT_ASSIGN_OR_RETURN(const int lock, Lock(path));
  absl::StatusOr<Anchor> anchor = ReadOrMakeAnchor(path);
  if (!anchor.ok()) {
    close(lock);
    return anchor.status();
  }
  return std::unique_ptr<DataDirectory>(new DataDirectory(path, lock, *std::move(anchor)));
}

DataDirectory::DataDirectory(std::string path, int lock, Anchor anchor)
    : path_(std::move(path)), lock_(lock), anchor_(std::move(anchor)) {}

DataDirectory::~DataDirectory() { close(lock_); }

std::string DataDirectory::database_path() const { return absl::StrCat(path_, "/", kDatabase); }

absl::Status DataDirectory::AdvanceAnchor(uint64_t sequence) {
  Anchor advanced = anchor_;
  advanced.sequence = sequence;
  WEFT_RETURN_IF_ERROR(WriteAnchor(path_, advanced));
  anchor_ = std::move(advanced);
  return absl::OkStatus();
}

}  // namespace weft::storage
