// Flags of a server: from the command line, from the environment (--listen is also WEFT_LISTEN), or
// the default, in this order. Abseil holds the flags; this adds the environment, messages that say
// what to do, and a --help for people. Internal to service_main.
#ifndef WEFT_COMMON_RPC_FLAGS_H_
#define WEFT_COMMON_RPC_FLAGS_H_

#include <map>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace weft::rpc {

// Reads the environment, then the command line. On an error nothing has been printed. `--flagfile`
// and the other flags of Abseil itself work as always.
absl::Status ReadFlags(int argc, char** argv);

// True when one of `spellings` is an argument.
bool HasArgument(int argc, char** argv, const std::set<absl::string_view>& spellings);

// The flags of the program for --help, with their variables; `defaults` are shown in place of what
// the flags themselves have as defaults.
std::string FlagsHelp(const std::map<std::string, std::string>& defaults);

// "listen" -> "WEFT_LISTEN".
std::string EnvironmentVariable(absl::string_view flag);

}  // namespace weft::rpc

#endif  // WEFT_COMMON_RPC_FLAGS_H_
