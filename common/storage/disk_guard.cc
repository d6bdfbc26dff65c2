#include "common/storage/disk_guard.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/base/error.h"

namespace weft::storage {
namespace {

constexpr uint64_t kLargestShareOfDisk = 20;
constexpr absl::Duration kRetryAfter = absl::Seconds(1);

std::string MiB(uint64_t bytes) { return absl::StrCat((bytes + (1 << 19)) >> 20, " MiB"); }

absl::Status Full(const std::string& directory, uint64_t free, uint64_t needed) {
  return WithRetryAfter(
      Error(absl::StatusCode::kResourceExhausted, "STORAGE_FULL",
            absl::StrCat("the disk of the data directory is nearly full: ", MiB(free),
                         " are free, and writes go on at ", MiB(needed),
                         ". Nothing was written; reads are served. Free space or enlarge the disk, "
                         "then send this again: no restart is needed"),
            {{"path", directory},
             {"free_bytes", absl::StrCat(free)},
             {"needed_bytes", absl::StrCat(needed)}}),
      kRetryAfter);
}

}  // namespace

DiskGuard::DiskGuard(std::string directory, uint64_t reserve_bytes, DiskSpaceProbe probe)
    : directory_(std::move(directory)),
      ballast_(absl::StrCat(directory_, "/", kBallastFile)),
      reserve_bytes_(reserve_bytes),
      probe_(std::move(probe)) {
  struct stat found = {};
  if (stat(ballast_.c_str(), &found) == 0) ballast_bytes_ = static_cast<uint64_t>(found.st_size);
}

absl::Status DiskGuard::Check() {
  if (reserve_bytes_ == 0) return absl::OkStatus();
  const absl::StatusOr<DiskSpace> space = probe_(directory_);
  if (!space.ok()) return absl::OkStatus();
  const uint64_t reserve = std::min(reserve_bytes_, space->total_bytes / kLargestShareOfDisk);
  const uint64_t enough = reserve + reserve / 4;
  refusing_ = space->free_bytes < (refusing_ ? enough : reserve);
  if (refusing_) return Full(directory_, space->free_bytes, enough);
  const uint64_t wanted = reserve / 2;
  if (ballast_bytes_ == 0 && wanted > 0 && space->free_bytes >= enough + wanted) {
    ballast_bytes_ = wanted;
    RestoreBallast();
  }
  return absl::OkStatus();
}

void DiskGuard::GiveUpBallast() {
  refusing_ = true;
  if (ballast_bytes_ == 0) return;
  unlink(ballast_.c_str());
  ballast_bytes_ = 0;
}

// Best effort: without it the reserve stands alone, and the next check tries again.
void DiskGuard::RestoreBallast() {
  const int file = open(ballast_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  const bool made = file >= 0 && posix_fallocate(file, 0, static_cast<off_t>(ballast_bytes_)) == 0;
  if (file >= 0) close(file);
  if (!made) GiveUpBallast();
  refusing_ = false;
}

}  // namespace weft::storage
