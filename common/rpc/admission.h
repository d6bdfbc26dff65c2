// How many calls a server takes at a time. Internal to common/rpc; for the loop's thread.
#ifndef WEFT_COMMON_RPC_ADMISSION_H_
#define WEFT_COMMON_RPC_ADMISSION_H_

#include "absl/status/status.h"

namespace weft::rpc {

class Admission {
 public:
  Admission(int max_unary_calls, int max_streams)
      : unary_{"unary calls", max_unary_calls}, streams_{"streams", max_streams} {}

  // OK counts the call, until Leave(). Otherwise RESOURCE_EXHAUSTED, reason TOO_MANY_CALLS, with a
  // hint when to try again.
  absl::Status Enter(bool unary);
  void Leave(bool unary) { --(unary ? unary_ : streams_).count; }

  int calls() const { return unary_.count + streams_.count; }

 private:
  struct Class {
    const char* name;
    int limit;
    int count = 0;
  };
  Class unary_;
  Class streams_;
};

}  // namespace weft::rpc

#endif  // WEFT_COMMON_RPC_ADMISSION_H_
