#include "common/storage/anchor.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/storage/fixed_hash.h"

namespace weft::storage {
namespace {

constexpr absl::string_view kMagic = "weft-storage ";

absl::Status Damaged(const std::string& path) {
  return Error(
      absl::StatusCode::kDataLoss, "STORAGE_CORRUPT",
      absl::StrCat("\"", path,
                   "\" is damaged, so it cannot be checked that the data beside "
                   "it is complete. Nothing has been changed. Restore the directory from a "
                   "backup."),
      {{"path", path}});
}

absl::Status NewerFormat(const std::string& path, uint64_t format) {
  return Error(
      absl::StatusCode::kFailedPrecondition, "STORAGE_NEWER_FORMAT",
      absl::StrCat("\"", path, "\" was written by a newer version of Weft (storage format ", format,
                   "; this version knows up to ", kStorageFormat,
                   "). Start that version, or restore a backup made by this one."),
      {{"path", path}, {"format", absl::StrCat(format)}});
}

absl::Status SystemError(absl::string_view what, const std::string& path) {
  return Error(absl::StatusCode::kUnavailable, "STORAGE_UNAVAILABLE",
               absl::StrCat("cannot ", what, " \"", path, "\": ", std::strerror(errno)),
               {{"path", path}});
}

// Lines of "key value"; the first is the format, the last the hash of those before it.
std::string Encode(const Anchor& anchor) {
  std::string text =
      absl::StrCat(kMagic, kStorageFormat, "\ndatabase ", anchor.database_id, "\nepoch ",
                   absl::Hex(anchor.epoch, absl::kZeroPad16), "\nsequence ", anchor.sequence, "\n");
  absl::StrAppend(&text, "check ", absl::Hex(FixedHash(text), absl::kZeroPad16), "\n");
  return text;
}

class File {
 public:
  File(const std::string& path, int flags) : fd_(open(path.c_str(), flags | O_CLOEXEC, 0644)) {}
  ~File() {
    if (fd_ >= 0) close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  bool ok() const { return fd_ >= 0; }
  bool Write(absl::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = write(fd_, bytes.data(), bytes.size());
      if (written < 0 && errno != EINTR) return false;
      if (written > 0) bytes.remove_prefix(static_cast<size_t>(written));
    }
    return true;
  }
  bool Sync() { return fsync(fd_) == 0; }

 private:
  const int fd_;
};

}  // namespace

absl::StatusOr<std::optional<Anchor>> ReadAnchor(const std::string& directory) {
  const std::string path = absl::StrCat(directory, "/", kAnchorFile);
  std::ifstream file(path, std::ios::binary);
  if (!file.is_open()) {
    if (access(path.c_str(), F_OK) != 0 && errno == ENOENT) return std::optional<Anchor>();
    return SystemError("read", path);
  }
  std::ostringstream content;
  content << file.rdbuf();
  const std::string text = content.str();

  // The format first: what follows may look different in a later one.
  const std::vector<absl::string_view> lines = absl::StrSplit(text, '\n');
  uint64_t format = 0;
  if (!absl::StartsWith(lines[0], kMagic) ||
      !absl::SimpleAtoi(lines[0].substr(kMagic.size()), &format)) {
    return Damaged(path);
  }
  if (format > kStorageFormat) return NewerFormat(path, format);

  Anchor anchor;
  const bool parsed = lines.size() == 6 && absl::StartsWith(lines[1], "database ") &&
                      absl::StartsWith(lines[2], "epoch ") &&
                      absl::SimpleHexAtoi(lines[2].substr(6), &anchor.epoch) &&
                      absl::StartsWith(lines[3], "sequence ") &&
                      absl::SimpleAtoi(lines[3].substr(9), &anchor.sequence);
  if (!parsed) return Damaged(path);
  anchor.database_id = std::string(lines[1].substr(9));
  if (Encode(anchor) != text) return Damaged(path);
  return std::optional<Anchor>(std::move(anchor));
}

absl::Status WriteAnchor(const std::string& directory, const Anchor& anchor) {
  const std::string temporary = absl::StrCat(directory, "/", kAnchorTemporaryFile);
  const std::string path = absl::StrCat(directory, "/", kAnchorFile);
  {
    File file(temporary, O_WRONLY | O_CREAT | O_TRUNC);
    if (!file.ok() || !file.Write(Encode(anchor)) || !file.Sync()) {
      return SystemError("write", temporary);
    }
  }
  if (std::rename(temporary.c_str(), path.c_str()) != 0) return SystemError("replace", path);
  File parent(directory, O_RDONLY | O_DIRECTORY);
  if (!parent.ok() || !parent.Sync()) return SystemError("sync", directory);
  return absl::OkStatus();
}

}  // namespace weft::storage
