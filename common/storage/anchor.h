// The anchor: a small file beside the database that says which database belongs there and how far
// it had come. The write-ahead log alone cannot show that its end, or all of it, is missing; a
// database that stands before its anchor has lost commits and is refused.
#ifndef WEFT_COMMON_STORAGE_ANCHOR_H_
#define WEFT_COMMON_STORAGE_ANCHOR_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace weft::storage {

// The layout of directory, keys and feed. A directory of a later one is refused.
inline constexpr uint64_t kStorageFormat = 1;
inline constexpr char kAnchorFile[] = "ANCHOR";
inline constexpr char kAnchorTemporaryFile[] = "ANCHOR.tmp";

struct Anchor {
  std::string database_id;
  uint64_t epoch = 0;
  // Every commit up to this one is durable.
  uint64_t sequence = 0;
};

// The anchor of `directory`, or nullopt when there is none. FAILED_PRECONDITION
// (STORAGE_NEWER_FORMAT); DATA_LOSS (STORAGE_CORRUPT) when the file is damaged.
absl::StatusOr<std::optional<Anchor>> ReadAnchor(const std::string& directory);

// Replaces it: after a crash the old one stands, or the new one. Durable when it returns OK.
absl::Status WriteAnchor(const std::string& directory, const Anchor& anchor);

}  // namespace weft::storage

#endif  // WEFT_COMMON_STORAGE_ANCHOR_H_
