// Checks that a stream of bytes is text: UTF-8 without NUL. Sequences may be cut between calls.
#ifndef WEFT_COMMON_CSV_UTF8_H_
#define WEFT_COMMON_CSV_UTF8_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace weft {

// How many files in UTF-8 begin.
inline constexpr absl::string_view kByteOrderMark = "\xef\xbb\xbf";

class Utf8Checker {
 public:
  // Index of the first byte that is wrong, or bytes.size(). A wrong byte ends the character that it
  // stands in: check on from that byte when back() is not 0, else from the one after it.
  size_t Check(absl::string_view bytes);
  // How many bytes before the wrong one its character began; 0 when no character was begun.
  size_t back() const { return back_; }
  // Whether the bytes so far end inside a character, and how many bytes ago it began.
  bool incomplete() const { return needed_ > 0; }
  size_t pending() const { return seen_; }

 private:
  uint8_t needed_ = 0;  // continuation bytes still to come
  uint8_t seen_ = 0;    // bytes of the character so far
  uint8_t low_ = 0x80;  // what the next byte must lie between
  uint8_t high_ = 0xbf;
  size_t back_ = 0;
};

}  // namespace weft

#endif  // WEFT_COMMON_CSV_UTF8_H_
