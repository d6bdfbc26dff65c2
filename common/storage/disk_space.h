// How much room the file system of a directory has.
#ifndef WEFT_COMMON_STORAGE_DISK_SPACE_H_
#define WEFT_COMMON_STORAGE_DISK_SPACE_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"

namespace weft::storage {

struct DiskSpace {
  uint64_t total_bytes = 0;
  // What a process without privileges may still write.
  uint64_t free_bytes = 0;
};

// Asked for the file system that holds `path`; a test brings its own.
using DiskSpaceProbe = std::function<absl::StatusOr<DiskSpace>(const std::string& path)>;

absl::StatusOr<DiskSpace> ReadDiskSpace(const std::string& path);

}  // namespace weft::storage

#endif  // WEFT_COMMON_STORAGE_DISK_SPACE_H_
