// Whether a store takes commits, and why not: told by the committer and by the database's own
// threads, asked by anybody.
#ifndef WEFT_COMMON_STORAGE_STORAGE_HEALTH_H_
#define WEFT_COMMON_STORAGE_STORAGE_HEALTH_H_

#include <array>
#include <cstddef>
#include <mutex>
#include <utility>

#include "absl/status/status.h"

namespace weft::storage {

// Thread-safe.
class StorageHealth {
 public:
  // What can be wrong; each is well or not by itself.
  enum Part : size_t { kDatabase, kDiskSpace };

  void Set(Part part, absl::Status status) {
    std::lock_guard<std::mutex> lock(mutex_);
    parts_[part] = std::move(status);
  }
  absl::Status Get(Part part) const {
    std::lock_guard<std::mutex> lock(mutex_);
    return parts_[part];
  }
  // OK, or the first thing that is wrong.
  absl::Status Get() const {
    std::lock_guard<std::mutex> lock(mutex_);
    return parts_[kDatabase].ok() ? parts_[kDiskSpace] : parts_[kDatabase];
  }

 private:
  mutable std::mutex mutex_;
  std::array<absl::Status, 2> parts_;
};

}  // namespace weft::storage

#endif  // WEFT_COMMON_STORAGE_STORAGE_HEALTH_H_
