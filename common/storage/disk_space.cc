#include "common/storage/disk_space.h"

#include <sys/statvfs.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "common/base/error.h"

namespace weft::storage {

absl::StatusOr<DiskSpace> ReadDiskSpace(const std::string& path) {
  struct statvfs found = {};
  if (statvfs(path.c_str(), &found) != 0) {
    return Error(
        absl::StatusCode::kUnavailable, "STORAGE_UNAVAILABLE",
        absl::StrCat("cannot ask for the free space of \"", path, "\": ", std::strerror(errno)),
        {{"path", path}});
  }
  return DiskSpace{.total_bytes = found.f_blocks * found.f_frsize,
                   .free_bytes = found.f_bavail * found.f_frsize};
}

}  // namespace weft::storage
