#include "common/csv/utf8.h"

#include <cstring>

namespace weft {
namespace {

// How many of `bytes` from `begin` on are plain ASCII without NUL, eight at a time: most files are
// nothing else.
size_t SkipAscii(absl::string_view bytes, size_t begin) {
  constexpr uint64_t kHigh = 0x8080808080808080u;
  constexpr uint64_t kOnes = 0x0101010101010101u;
  while (begin + 8 <= bytes.size()) {
    uint64_t word;
    std::memcpy(&word, bytes.data() + begin, 8);
    const bool has_nul = ((word - kOnes) & ~word & kHigh) != 0;
    if ((word & kHigh) != 0 || has_nul) break;
    begin += 8;
  }
  return begin;
}

}  // namespace

size_t Utf8Checker::Check(absl::string_view bytes) {
  size_t i = 0;
  while (i < bytes.size()) {
    if (needed_ == 0) {
      i = SkipAscii(bytes, i);
      if (i == bytes.size()) break;
    }
    const uint8_t byte = static_cast<uint8_t>(bytes[i]);
    if (needed_ > 0) {
      if (byte < low_ || byte > high_) {
        back_ = seen_;
        needed_ = seen_ = 0;
        return i;
      }
      low_ = 0x80;
      high_ = 0xbf;
      ++seen_;
      if (--needed_ == 0) seen_ = 0;
      ++i;
      continue;
    }
    // Unicode 15, table 3-7: no overlong forms, no surrogates, nothing above U+10FFFF.
    low_ = 0x80;
    high_ = 0xbf;
    if (byte != 0 && byte < 0x80) {
      ++i;
      continue;
    }
    if (byte >= 0xc2 && byte <= 0xdf) {
      needed_ = 1;
    } else if (byte >= 0xe0 && byte <= 0xef) {
      needed_ = 2;
      if (byte == 0xe0) low_ = 0xa0;
      if (byte == 0xed) high_ = 0x9f;
    } else if (byte >= 0xf0 && byte <= 0xf4) {
      needed_ = 3;
      if (byte == 0xf0) low_ = 0x90;
      if (byte == 0xf4) high_ = 0x8f;
    } else {
      back_ = 0;
      return i;
    }
    seen_ = 1;
    ++i;
  }
  return i;
}

}  // namespace weft
