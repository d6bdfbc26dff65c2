// One change of a feed, as what applies it looks at it.
#ifndef WEFT_SERVICES_METRICS_STORE_CHANGE_H_
#define WEFT_SERVICES_METRICS_STORE_CHANGE_H_

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/error.h"
#include "weft/type/v1/change.pb.h"

namespace weft::metrics {

inline bool IsDeleted(const type::v1::Change& change) {
  return change.kind() == type::v1::Change::KIND_DELETED;
}

// INVALID_ARGUMENT (CHANGE_INVALID): a change that no feed of ours sends.
inline absl::Status InvalidChange(const type::v1::Change& change, absl::string_view why) {
  return Error(absl::StatusCode::kInvalidArgument, "CHANGE_INVALID",
               absl::StrCat("the change of ", change.name(), " ", why));
}

// What the resource became.
template <class T>
absl::Status UnpackChange(const type::v1::Change& change, T& resource) {
  if (change.resource().UnpackTo(&resource)) return absl::OkStatus();
  return InvalidChange(change, absl::StrCat("holds no ", T::descriptor()->full_name()));
}

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_STORE_CHANGE_H_
