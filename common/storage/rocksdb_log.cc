#include "common/storage/rocksdb_log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace weft::storage {
namespace {

constexpr off_t kLarge = 4 << 20;
constexpr size_t kMaxLine = 2048;

class RocksDbLog final : public rocksdb::Logger {
 public:
  explicit RocksDbLog(int fd) : Logger(rocksdb::InfoLogLevel::WARN_LEVEL), fd_(fd) {}
  ~RocksDbLog() override {
    if (fd_ >= 0) close(fd_);
  }

  using rocksdb::Logger::Logv;
  void Logv(const char* format, va_list arguments) override {
    char text[kMaxLine];
    const int size = std::vsnprintf(text, sizeof(text), format, arguments);
    if (size <= 0 || fd_ < 0) return;
    const size_t kept = std::min(static_cast<size_t>(size), sizeof(text) - 1);
    const std::string line =
        absl::StrCat(absl::FormatTime(absl::RFC3339_full, absl::Now(), absl::UTCTimeZone()), " ",
                     absl::string_view(text, kept), "\n");
    // One write, so that lines of several threads do not mix; its failure is not ours to report.
    [[maybe_unused]] const ssize_t ignored = write(fd_, line.data(), line.size());
  }

 private:
  const int fd_;
};

}  // namespace

std::shared_ptr<rocksdb::Logger> OpenRocksDbLog(const std::string& path) {
  struct stat status;
  if (stat(path.c_str(), &status) == 0 && status.st_size > kLarge) {
    std::rename(path.c_str(), absl::StrCat(path, ".old").c_str());
  }
  return std::make_shared<RocksDbLog>(
      open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644));
}

}  // namespace weft::storage
