// What every form must do with its readers and writers, however broken it is. Shared by the fuzzer
// and by a test that replays what it has found (tests/fuzz/corpus).
#ifndef WEFT_TESTS_FUZZ_FORMS_TARGET_H_
#define WEFT_TESTS_FUZZ_FORMS_TARGET_H_

#include "absl/strings/string_view.h"

namespace weft::ingestion {

// `input` is one CSV with all sheets of a form. An instrument that comes of it is refused or taken
// by its rules; the form of one that can be published is taken, and from the second round on
// nothing changes any more.
void CheckForm(absl::string_view input);

// `input` is a form's `relevant` for a question after all others of the example: what is taken
// makes a condition that says the same when it comes back from a form.
void CheckRelevant(absl::string_view input);

}  // namespace weft::ingestion

#endif  // WEFT_TESTS_FUZZ_FORMS_TARGET_H_
