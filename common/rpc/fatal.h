// The end of a program that is wired wrongly: a mistake in its code, found at start-up.
#ifndef WEFT_COMMON_RPC_FATAL_H_
#define WEFT_COMMON_RPC_FATAL_H_

#include "absl/strings/string_view.h"

namespace weft::rpc {

// Prints `message` and aborts.
[[noreturn]] void Fatal(absl::string_view message);

}  // namespace weft::rpc

#endif  // WEFT_COMMON_RPC_FATAL_H_
