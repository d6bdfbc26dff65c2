// Where the sending of a snapshot stands, as the resume_position of its messages.
#ifndef WEFT_COMMON_SERVICE_SNAPSHOT_CURSOR_H_
#define WEFT_COMMON_SERVICE_SNAPSHOT_CURSOR_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/storage/position.h"

namespace weft::service {

struct SnapshotCursor {
  // Changes after this follow the snapshot.
  storage::Position start;
  // The table that is being sent, by its type, and the last key that was; both "" at the beginning.
  std::string type;
  std::string after;
  // Records sent so far.
  uint64_t count = 0;

  // Text for a follower with this filter.
  std::string ToText(uint64_t filter_hash) const;
  // nullopt when the text is no snapshot's, but perhaps a plain position. INVALID_ARGUMENT
  // (POSITION_INVALID) when it belongs to another filter.
  static absl::StatusOr<std::optional<SnapshotCursor>> Parse(absl::string_view text,
                                                             uint64_t filter_hash);
};

}  // namespace weft::service

#endif  // WEFT_COMMON_SERVICE_SNAPSHOT_CURSOR_H_
