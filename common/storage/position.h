// Position: where a store's change feed stood. Opaque text to everyone but the engine that made it;
// it travels to callers as `weft-position` and comes back in requests.
#ifndef WEFT_COMMON_STORAGE_POSITION_H_
#define WEFT_COMMON_STORAGE_POSITION_H_

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace weft::storage {

class Position {
 public:
  // No position: older than every other, and of every epoch.
  Position() = default;
  // For engines. `epoch` names one history of one store (a restored backup starts a new one) and is
  // not 0; `sequence` counts its commits from 1, and 0 stands before the first.
  Position(uint64_t epoch, uint64_t sequence) : epoch_(epoch), sequence_(sequence) {}

  // INVALID_ARGUMENT (POSITION_INVALID) for text that no server made. "" is the empty position.
  static absl::StatusOr<Position> Parse(absl::string_view text);
  std::string ToString() const;

  bool empty() const { return epoch_ == 0; }
  // For engines.
  uint64_t epoch() const { return epoch_; }
  uint64_t sequence() const { return sequence_; }

  friend bool operator==(const Position&, const Position&) = default;

 private:
  uint64_t epoch_ = 0;
  uint64_t sequence_ = 0;
};

// How `a` stands to `b`; nullopt when they are of different epochs and cannot be compared. The
// empty position is less than every other.
std::optional<std::strong_ordering> Compare(const Position& a, const Position& b);

}  // namespace weft::storage

#endif  // WEFT_COMMON_STORAGE_POSITION_H_
