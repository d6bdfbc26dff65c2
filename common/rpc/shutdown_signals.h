// SIGTERM and SIGINT as something to wait for. Internal to service_main.
#ifndef WEFT_COMMON_RPC_SHUTDOWN_SIGNALS_H_
#define WEFT_COMMON_RPC_SHUTDOWN_SIGNALS_H_

#include <csignal>

namespace weft::rpc {

// Made before any other thread, so that all threads leave the signals to Wait().
class ShutdownSignals {
 public:
  ShutdownSignals();
  // The first signal.
  int Wait();
  // From now on another signal ends the process at once with exit code 1: for people whose patience
  // ends before the drain does.
  void EndProcessOnNext();

 private:
  sigset_t signals_;
};

}  // namespace weft::rpc

#endif  // WEFT_COMMON_RPC_SHUTDOWN_SIGNALS_H_
