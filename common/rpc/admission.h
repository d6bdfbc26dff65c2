// How many calls a server takes at a time, in all and from one principal. Internal to common/rpc;
// for the loop's thread.
#ifndef WEFT_COMMON_RPC_ADMISSION_H_
#define WEFT_COMMON_RPC_ADMISSION_H_

#include <array>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/rpc/call_class.h"

namespace weft::rpc {

class Admission {
 public:
  Admission(const CallLimits& in_all, const CallLimits& per_principal)
      : in_all_(in_all), per_principal_(per_principal) {}

  // OK counts the call, until Leave() with the same arguments. Otherwise RESOURCE_EXHAUSTED, reason
  // TOO_MANY_CALLS or TOO_MANY_CALLS_OF_PRINCIPAL, with a hint when to try again.
  absl::Status Enter(CallClass call_class, absl::string_view principal);
  void Leave(CallClass call_class, absl::string_view principal);

  int calls() const;
  int calls(CallClass call_class) const { return calls_[Index(call_class)]; }

 private:
  using Counts = std::array<int, kCallClasses.size()>;

  static size_t Index(CallClass call_class) { return static_cast<size_t>(call_class); }

  const CallLimits in_all_;
  const CallLimits per_principal_;
  Counts calls_ = {};
  // Those who have a call in progress, so its size is bounded by the limits in all.
  absl::flat_hash_map<std::string, Counts> by_principal_;
};

}  // namespace weft::rpc

#endif  // WEFT_COMMON_RPC_ADMISSION_H_
