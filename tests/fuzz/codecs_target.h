// What any bytes must do with the codecs of keys, positions, tokens, cursors, feed records and
// names: come back as they went in, or be refused. Shared by the fuzzer and the replaying test.
#ifndef WEFT_TESTS_FUZZ_CODECS_TARGET_H_
#define WEFT_TESTS_FUZZ_CODECS_TARGET_H_

#include "absl/strings/string_view.h"

namespace weft {

// The first byte chooses the codec; the rest is what it reads. Ends the process with a message when
//  * a key that was read whole is not written as the same bytes, or two keys are not in the order
//    of their parts;
//  * a position, token, cursor or principal is taken that its writer would not have written;
//  * feed records do not survive being written and read;
//  * reading takes a byte from outside of the input (the sanitizer sees it).
void CheckCodecs(absl::string_view input);

}  // namespace weft

#endif  // WEFT_TESTS_FUZZ_CODECS_TARGET_H_
