// The libFuzzer entry of every fuzzer: its build says which check of a *_target.h it runs.
#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include WEFT_FUZZ_HEADER

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  WEFT_FUZZ_CHECK(absl::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
