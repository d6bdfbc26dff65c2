// Reads partnerships in the state that a request asks for: now's, that of a day, or as known at a
// time.
#ifndef WEFT_SERVICES_REGISTRY_SERVICE_PARTNERSHIP_READER_H_
#define WEFT_SERVICES_REGISTRY_SERVICE_PARTNERSHIP_READER_H_

#include <optional>

#include "absl/status/statusor.h"
#include "common/base/task.h"
#include "common/storage/engine.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/type/date.pb.h"
#include "services/registry/store/tables.h"
#include "weft/registry/v1/partnership.pb.h"

namespace weft::registry {

// Which state is asked for; neither: now's.
struct AsOf {
  std::optional<google::type::Date> effective_on;
  std::optional<google::protobuf::Timestamp> recorded_by;
  bool now() const { return !effective_on.has_value() && !recorded_by.has_value(); }
};

// The partnership, of which `current` is the row, in that state. NOT_FOUND when it was not recorded
// (PARTNERSHIP_NOT_RECORDED) or not in force (PARTNERSHIP_NOT_IN_FORCE). The arguments by reference
// outlive the Task.
Task<absl::StatusOr<v1::Partnership>> ReadAsOf(const Tables& tables, storage::Reader& reader,
                                               v1::Partnership current, AsOf as_of);

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_SERVICE_PARTNERSHIP_READER_H_
