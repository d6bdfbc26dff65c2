// What every file of coded excerpts must do with its reader, however broken it is. Shared by the
// fuzzer and by a test that replays what it has found (tests/fuzz/corpus).
#ifndef WEFT_TESTS_FUZZ_EXCERPTS_TARGET_H_
#define WEFT_TESTS_FUZZ_EXCERPTS_TARGET_H_

#include "absl/strings/string_view.h"

namespace weft::ingestion {

// `input` is the file. Excerpts come of it or errors, never both; each is text, of a site of the
// roster, under a name of its own; reading once more gives the same; a summary can be made of them.
void CheckExcerpts(absl::string_view input);

}  // namespace weft::ingestion

#endif  // WEFT_TESTS_FUZZ_EXCERPTS_TARGET_H_
