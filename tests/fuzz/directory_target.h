// What every directory of organizations must do with its reader, however broken it is. Shared by
// the fuzzer and by a test that replays what it has found (tests/fuzz/corpus).
#ifndef WEFT_TESTS_FUZZ_DIRECTORY_TARGET_H_
#define WEFT_TESTS_FUZZ_DIRECTORY_TARGET_H_

#include "absl/strings/string_view.h"

namespace weft::registry {

// `input` is a JSON file; or, where it begins with "@@", the files of a package, each behind a line
// "@@name". It is read the same however it is cut. Each organization that comes of it may be
// stored, and is the same when it is written, as JSON and as tables, and read again. Problems are
// text.
void CheckDirectory(absl::string_view input);

}  // namespace weft::registry

#endif  // WEFT_TESTS_FUZZ_DIRECTORY_TARGET_H_
