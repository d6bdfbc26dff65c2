// What every file must do with the readers of survey products' files, however broken it is. Shared
// by the fuzzers and by a test that replays what they have found (tests/fuzz/corpus).
#ifndef WEFT_TESTS_FUZZ_PRODUCT_FILES_TARGET_H_
#define WEFT_TESTS_FUZZ_PRODUCT_FILES_TARGET_H_

#include "absl/strings/string_view.h"

namespace weft::ingestion {

// CheckFile() for a product's CSV. Three bytes choose the product, the cuts and what is made of
// several rows; the rest is the file.
void CheckProductFiles(absl::string_view input);
// Kobo's JSON: two bytes choose the cuts and what is made of several rows. Beside CheckFile():
// every row has a cell for each key that was met, and all of them are text unless the row is
// damaged.
void CheckKoboJson(absl::string_view input);
// Detection: one byte chooses the cuts. Beside CheckFile(): what is told from a header row is a
// product that knows some of its columns.
void CheckFormatDetection(absl::string_view input);

}  // namespace weft::ingestion

#endif  // WEFT_TESTS_FUZZ_PRODUCT_FILES_TARGET_H_
