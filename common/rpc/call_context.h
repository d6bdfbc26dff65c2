// What a handler sees of the call it serves. No gRPC type stands here, so handlers and their tests
// know none.
#ifndef WEFT_COMMON_RPC_CALL_CONTEXT_H_
#define WEFT_COMMON_RPC_CALL_CONTEXT_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/auth/principal.h"
#include "common/base/executor.h"

namespace weft::rpc {

// Something that a cancellation may cut short: a wait for the feed, a timer, a downstream call.
// Never a commit. Lives in the suspended frame; called at most once, on the executor's thread.
class Interruptible {
 public:
  virtual void Interrupt() = 0;

 protected:
  ~Interruptible() = default;
};

class CallContext {
 public:
  CallContext(Executor& executor, std::string method, auth::Principal principal,
              absl::Time deadline)
      : executor_(executor),
        method_(std::move(method)),
        principal_(std::move(principal)),
        deadline_(deadline) {}
  CallContext(const CallContext&) = delete;
  CallContext& operator=(const CallContext&) = delete;

  // Where this call's coroutines are resumed; every call of one server shares it.
  Executor& executor() const { return executor_; }
  // Full method name, "weft.registry.v1.SiteService/GetSite".
  absl::string_view method() const { return method_; }
  const auth::Principal& principal() const { return principal_; }
  // The caller's deadline or the server's cap, whichever comes first. Downstream calls get what is
  // left of it.
  absl::Time deadline() const { return deadline_; }

  // True once the caller has gone or its deadline has passed: stop working, the answer is lost.
  bool cancelled() const { return cancelled_; }
  // True once the server drains: long streams end with UNAVAILABLE, short calls finish.
  bool draining() const { return draining_; }
  bool stopping() const { return cancelled_ || draining_; }

  // The feed position that holds this call's write; sent as `weft-position` metadata.
  void SetPosition(absl::string_view position) { AddMetadata("weft-position", position); }
  // Adds response metadata: a header, or a trailer when the headers are out already, which they are
  // once a message has been written or the caller's stream has been read to its end.
  void AddMetadata(absl::string_view key, absl::string_view value) {
    metadata_.emplace_back(key, value);
  }
  const std::vector<std::pair<std::string, std::string>>& metadata() const { return metadata_; }

  // Used by waits (see waits.h): the one wait that an interruption of this call ends.
  void SetInterruptible(Interruptible* wait) { interruptible_ = wait; }

  // For the runtime.
  void Cancel() {
    cancelled_ = true;
    InterruptWait();
  }
  void Drain() {
    draining_ = true;
    InterruptWait();
  }

 private:
  void InterruptWait() {
    if (Interruptible* wait = std::exchange(interruptible_, nullptr)) wait->Interrupt();
  }

  Executor& executor_;
  std::string method_;
  auth::Principal principal_;
  absl::Time deadline_;
  bool cancelled_ = false;
  bool draining_ = false;
  Interruptible* interruptible_ = nullptr;
  std::vector<std::pair<std::string, std::string>> metadata_;
};

}  // namespace weft::rpc

#endif  // WEFT_COMMON_RPC_CALL_CONTEXT_H_
