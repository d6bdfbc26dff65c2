// RecentWrites: tells of most keys that no commit has written them lately, without reading them.
#ifndef WEFT_COMMON_STORAGE_RECENT_WRITES_H_
#define WEFT_COMMON_STORAGE_RECENT_WRITES_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/hash/hash.h"
#include "absl/strings/string_view.h"

namespace weft::storage {

// Keys share slots, so that it takes the same memory however much is written. Not thread-safe.
class RecentWrites {
 public:
  // Commit `sequence` writes `key`.
  void Note(absl::string_view key, uint64_t sequence) {
    uint64_t& slot = slots_[SlotOf(key)];
    slot = std::max(slot, sequence);
  }

  // Whether a commit after `sequence` may have written `key`. False is certain; true may be said
  // because of another key.
  bool MayBeWrittenAfter(absl::string_view key, uint64_t sequence) const {
    return slots_[SlotOf(key)] > sequence;
  }

 private:
  static constexpr size_t kSlots = 1 << 16;
  static size_t SlotOf(absl::string_view key) {
    return absl::Hash<absl::string_view>()(key) % kSlots;
  }

  // The last commit that wrote a key of the slot.
  std::vector<uint64_t> slots_ = std::vector<uint64_t>(kSlots);
};

}  // namespace weft::storage

#endif  // WEFT_COMMON_STORAGE_RECENT_WRITES_H_
