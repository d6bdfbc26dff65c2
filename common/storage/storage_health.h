// Whether a store takes commits, and why not: told by the committer and by the database's own
// threads, asked by anybody.
#ifndef WEFT_COMMON_STORAGE_STORAGE_HEALTH_H_
#define WEFT_COMMON_STORAGE_STORAGE_HEALTH_H_

#include <array>
#include <cstddef>
#include <cstdint>
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
    ++told_;
    parts_[part] = std::move(status);
  }
  // How often something was told so far.
  uint64_t told() const {
    std::lock_guard<std::mutex> lock(mutex_);
    return told_;
  }
  // Does nothing when something has been told since told() was `before`: that is newer.
  void SetIfNewest(Part part, absl::Status status, uint64_t before) {
    std::lock_guard<std::mutex> lock(mutex_);
    if (told_ == before) parts_[part] = std::move(status);
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
  uint64_t told_ = 0;
};

}  // namespace weft::storage

#endif  // WEFT_COMMON_STORAGE_STORAGE_HEALTH_H_
