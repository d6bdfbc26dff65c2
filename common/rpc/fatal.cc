#include "common/rpc/fatal.h"

#include <cstdio>
#include <cstdlib>

namespace weft::rpc {

void Fatal(absl::string_view message) {
  std::fprintf(stderr, "weft: %.*s\n", static_cast<int>(message.size()), message.data());
  std::abort();
}

}  // namespace weft::rpc
