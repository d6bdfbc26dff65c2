#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "tests/fuzz/file_reader_target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  weft::ingestion::CheckFileReader(absl::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
