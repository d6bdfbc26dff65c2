// What every file must do with the reader of response files, however broken it is. Shared by the
// fuzzer, which makes up files, and by a test that replays what it has found (tests/fuzz/corpus).
#ifndef WEFT_TESTS_FUZZ_FILE_READER_TARGET_H_
#define WEFT_TESTS_FUZZ_FILE_READER_TARGET_H_

#include <cstddef>

#include "absl/strings/string_view.h"
#include "services/ingestion/domain/import/file_reader.h"

namespace weft::ingestion {

// Reads `file` in pieces of `step`, and ends the process with a message when
//  * the result depends on how the bytes are cut into pieces;
//  * the second pass yields other sites than the first one accepted;
//  * a site is accepted whose answers the API would refuse;
//  * a problem has no message, or text that is no UTF-8;
//  * what was read, written as a file, is not read back as the same answers;
//  * a format that was told from the file reads it otherwise than when it is said.
void CheckFile(absl::string_view file, const ReadOptions& options, size_t step);

// Has the file's partner types read by a crosswalk that swaps two of the instrument's, renames one
// and drops one.
void UseCrosswalk(ReadOptions& options);

// The same for Weft's own formats. The first two bytes choose format, crosswalk and cuts; the
// rest is the file.
void CheckFileReader(absl::string_view input);

}  // namespace weft::ingestion

#endif  // WEFT_TESTS_FUZZ_FILE_READER_TARGET_H_
