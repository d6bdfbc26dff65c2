// What kinds of calls the limits and the metrics tell apart.
#ifndef WEFT_COMMON_RPC_CALL_CLASS_H_
#define WEFT_COMMON_RPC_CALL_CLASS_H_

#include <array>

namespace weft::rpc {

// A unary call that reads costs CPU for some microseconds; one that writes also waits for the disk
// and holds its batch in memory meanwhile; a stream stays for minutes and mostly waits. So each has
// limits of its own, and none of them can use up what the others need.
enum class CallClass { kRead, kWrite, kStream };

inline constexpr std::array<CallClass, 3> kCallClasses = {CallClass::kRead, CallClass::kWrite,
                                                          CallClass::kStream};

// How many calls of each class may be in progress.
struct CallLimits {
  int reads = 0;
  int writes = 0;
  int streams = 0;

  int of(CallClass call_class) const {
    switch (call_class) {
      case CallClass::kRead:
        return reads;
      case CallClass::kWrite:
        return writes;
      case CallClass::kStream:
        break;
    }
    return streams;
  }
};

// "read", "write", "stream".
inline const char* NameOf(CallClass call_class) {
  switch (call_class) {
    case CallClass::kRead:
      return "read";
    case CallClass::kWrite:
      return "write";
    case CallClass::kStream:
      break;
  }
  return "stream";
}

}  // namespace weft::rpc

#endif  // WEFT_COMMON_RPC_CALL_CLASS_H_
