#include "common/json/json_list.h"

#include <algorithm>
#include <utility>

namespace weft {
namespace {

// What matters between the bytes of an object, and in a string of it.
constexpr absl::string_view kEndsRun = "\"{}[]\r\n";
constexpr absl::string_view kEndsRunInString = "\"\\\r\n";

}  // namespace

void JsonNesting::Begin(int depth) {
  depth_ = depth;
  in_string_ = false;
  escaped_ = false;
}

void JsonNesting::Take(char c) {
  if (in_string_) {
    const bool literal = std::exchange(escaped_, !escaped_ && c == '\\');
    if (!literal && c == '"') in_string_ = false;
  } else if (c == '"') {
    in_string_ = true;
  } else if (c == '{' || c == '[') {
    ++depth_;
  } else if (c == '}' || c == ']') {
    --depth_;
  }
}

void JsonList::Begin() {
  in_object_ = false;
  after_object_ = false;
  after_comma_ = false;
  text_.clear();
}

JsonList::Step JsonList::Take(char c) {
  if (!in_object_) return TakeBetween(c);
  text_.push_back(c);
  if (text_.size() > max_object_bytes_) return Step::kTooLong;
  nesting_.Take(c);
  if (nesting_.too_deep()) return Step::kTooDeep;
  if (nesting_.depth() > 0) return Step::kNothing;
  in_object_ = false;
  after_object_ = true;
  after_comma_ = false;
  return Step::kObject;
}

size_t JsonList::TakeRun(absl::string_view bytes) {
  if (!in_object_ || nesting_.escaped()) return 0;
  const size_t run =
      std::min(bytes.find_first_of(nesting_.in_string() ? kEndsRunInString : kEndsRun),
               std::min(bytes.size(), max_object_bytes_ - text_.size()));
  text_.append(bytes.data(), run);
  return run;
}

JsonList::Step JsonList::TakeBetween(char c) {
  if (IsJsonBlank(c)) return Step::kNothing;
  if (c == ']' && !after_comma_) return Step::kEnd;
  if (c == ',' && after_object_) {
    after_object_ = false;
    after_comma_ = true;
    return Step::kNothing;
  }
  if (c != '{' || after_object_) return Step::kUnexpected;
  in_object_ = true;
  text_.assign(1, c);
  nesting_.Begin(1);
  return Step::kBegin;
}

}  // namespace weft
