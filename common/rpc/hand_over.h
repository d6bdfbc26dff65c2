// Memory that goes from one thread to another through a library that the thread sanitizer does not
// see into: gRPC counts references to its slices with atomics of its own, which are not
// instrumented, so the sanitizer would take what the last owner does for a race. Nothing in other
// builds.
#ifndef WEFT_COMMON_RPC_HAND_OVER_H_
#define WEFT_COMMON_RPC_HAND_OVER_H_

#ifdef __SANITIZE_THREAD__
#include <sanitizer/tsan_interface.h>
#endif

namespace weft::rpc {

// Before the library gets `what`.
inline void HandOver(void* what) {
#ifdef __SANITIZE_THREAD__
  __tsan_release(what);
#else
  static_cast<void>(what);
#endif
}

// When the library gives it back, on whichever thread.
inline void TakeBack(void* what) {
#ifdef __SANITIZE_THREAD__
  __tsan_acquire(what);
#else
  static_cast<void>(what);
#endif
}

}  // namespace weft::rpc

#endif  // WEFT_COMMON_RPC_HAND_OVER_H_
