// What the change service must know of a table to send a snapshot of it.
#ifndef WEFT_COMMON_STORAGE_FEED_TABLE_H_
#define WEFT_COMMON_STORAGE_FEED_TABLE_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "common/storage/engine.h"
#include "weft/type/v1/change.pb.h"

namespace weft::storage {

struct FeedTable {
  // Singular type of the resource, as in Change.type.
  std::string type;
  // Where its rows are.
  KeyRange rows;
  // A row as a change of kind KIND_SNAPSHOT. DATA_LOSS when it does not parse.
  std::function<absl::Status(const Entry&, weft::type::v1::Change&)> to_change;
};

}  // namespace weft::storage

#endif  // WEFT_COMMON_STORAGE_FEED_TABLE_H_
