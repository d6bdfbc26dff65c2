// What any bytes must do with the words of search: become words that are words, whatever they were.
// Shared by the fuzzer and the replaying test.
#ifndef WEFT_TESTS_FUZZ_SEARCH_TEXT_TARGET_H_
#define WEFT_TESTS_FUZZ_SEARCH_TEXT_TARGET_H_

#include "absl/strings/string_view.h"

namespace weft::registry {

// Ends the process with a message when
//  * a word of the input is empty, too long, no UTF-8, or has a letter that search cuts at;
//  * the words of the words are others;
//  * a similarity is no number from 0 to 1, is not 1 for equal words, or depends on their order.
void CheckSearchText(absl::string_view input);

}  // namespace weft::registry

#endif  // WEFT_TESTS_FUZZ_SEARCH_TEXT_TARGET_H_
