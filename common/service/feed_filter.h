// Which changes a follower wants.
#ifndef WEFT_COMMON_SERVICE_FEED_FILTER_H_
#define WEFT_COMMON_SERVICE_FEED_FILTER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/storage/engine.h"
#include "common/storage/feed_table.h"
#include "google/protobuf/repeated_field.h"
#include "weft/type/v1/change.pb.h"

namespace weft::service {

// DATA_LOSS (FEED_CORRUPT): a record at this position does not parse.
absl::Status FeedCorrupt(const storage::Position& position);

class FeedFilter {
 public:
  // INVALID_ARGUMENT for a type that no table has, or a parent that is no name.
  static absl::StatusOr<FeedFilter> Make(
      absl::string_view parent, const google::protobuf::RepeatedPtrField<std::string>& types,
      absl::Span<const storage::FeedTable> tables);

  bool WantsType(absl::string_view type) const;
  bool Wants(absl::string_view type, absl::string_view name) const;
  // Appends the wanted changes of each commit, and nothing of a commit without any. DATA_LOSS
  // (FEED_CORRUPT) for a record that does not parse.
  absl::Status AppendWanted(
      const storage::FeedPage& page,
      google::protobuf::RepeatedPtrField<weft::type::v1::ChangeBatch>& batches) const;
  // Equal for equal filters, in every process.
  std::string ToText() const;
  uint64_t Hash() const;

 private:
  std::vector<std::string> parent_;  // segments; "-" stands for any
  std::vector<std::string> types_;   // sorted; empty for all
};

}  // namespace weft::service

#endif  // WEFT_COMMON_SERVICE_FEED_FILTER_H_
