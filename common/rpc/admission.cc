#include "common/rpc/admission.h"

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/base/error.h"

namespace weft::rpc {

absl::Status Admission::Enter(bool unary) {
  Class& calls = unary ? unary_ : streams_;
  if (calls.count >= calls.limit) {
    return WithRetryAfter(Error(absl::StatusCode::kResourceExhausted, "TOO_MANY_CALLS",
                                absl::StrCat("the server has ", calls.limit, " ", calls.name,
                                             " in progress, its limit; try again a little later"),
                                {{"limit", absl::StrCat(calls.limit)}}),
                          absl::Milliseconds(200));
  }
  ++calls.count;
  return absl::OkStatus();
}

}  // namespace weft::rpc
