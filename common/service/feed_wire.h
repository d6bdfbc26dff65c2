// Watch messages in their wire form, made of change records as they are stored: nothing is parsed
// that is only passed on.
#ifndef WEFT_COMMON_SERVICE_FEED_WIRE_H_
#define WEFT_COMMON_SERVICE_FEED_WIRE_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/service/feed_filter.h"
#include "common/storage/engine.h"

namespace weft::service {

// What a filter looks at, inside the record's bytes.
struct RecordKey {
  absl::string_view name;
  absl::string_view type;
};
// nullopt for what is no serialized Change.
std::optional<RecordKey> PeekRecord(absl::string_view record);

// A serialized weft.type.v1.WatchResponse with the wanted changes of each commit, and page.end as
// its resume_position; "" when none is wanted. DATA_LOSS (FEED_CORRUPT) for a record that does not
// parse.
absl::StatusOr<std::string> SerializeWanted(const storage::FeedPage& page,
                                            const FeedFilter& filter);

}  // namespace weft::service

#endif  // WEFT_COMMON_SERVICE_FEED_WIRE_H_
