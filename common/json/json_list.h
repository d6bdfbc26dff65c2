// Lists of JSON objects, taken apart while they come in: each object is handed out as its text, so
// that a file may have any number of them, and no more than one is held.
#ifndef WEFT_COMMON_JSON_JSON_LIST_H_
#define WEFT_COMMON_JSON_JSON_LIST_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace weft {

// Objects and lists inside each other.
inline constexpr int kMaxJsonDepth = 32;
inline constexpr absl::string_view kJsonTooDeep =
    "more than 32 objects and lists are inside each other";

// White space between the parts of a JSON text.
inline bool IsJsonBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// What is open around the next character of a JSON text.
class JsonNesting {
 public:
  // `depth` objects and lists are open, and no string.
  void Begin(int depth);
  void Take(char c);

  bool in_string() const { return in_string_; }
  // Whether the next character stands behind a backslash, and means nothing by itself.
  bool escaped() const { return escaped_; }
  int depth() const { return depth_; }
  bool too_deep() const { return depth_ > kMaxJsonDepth; }

 private:
  int depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
};

class JsonList {
 public:
  // What a character does.
  enum class Step {
    kNothing,
    kBegin,       // an object begins
    kObject,      // it ends: text() has it
    kEnd,         // the list ends
    kUnexpected,  // this is neither an object nor what separates two
    kTooLong,     // the object is larger than may be
    kTooDeep,
  };

  explicit JsonList(size_t max_object_bytes) : max_object_bytes_(max_object_bytes) {}

  // Behind the "[" of a list.
  void Begin();
  Step Take(char c);
  // Takes what comes first in `bytes` and does nothing, and is no end of a line; how many bytes
  // that is, perhaps none.
  size_t TakeRun(absl::string_view bytes);

  // The object that has ended, until the next character is taken.
  std::string& text() { return text_; }

 private:
  Step TakeBetween(char c);

  const size_t max_object_bytes_;
  bool in_object_ = false;
  bool after_object_ = false;
  bool after_comma_ = false;
  JsonNesting nesting_;
  std::string text_;
};

}  // namespace weft

#endif  // WEFT_COMMON_JSON_JSON_LIST_H_
