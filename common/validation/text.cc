#include "common/validation/text.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace weft {
namespace {

constexpr size_t kMaxQuoted = 40;

bool StartsCharacter(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }

bool IsForbidden(char byte, Lines lines) {
  if (!absl::ascii_iscntrl(static_cast<unsigned char>(byte))) return false;
  return lines == Lines::kOne || (byte != '\n' && byte != '\r' && byte != '\t');
}

}  // namespace

size_t CharacterCount(absl::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), StartsCharacter));
}

std::string Quoted(absl::string_view text) {
  size_t characters = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (StartsCharacter(text[i]) && ++characters > kMaxQuoted) {
      return absl::StrCat("\"", text.substr(0, i), "…\"");
    }
  }
  return absl::StrCat("\"", text, "\"");
}

void RequireText(FieldViolations& violations, absl::string_view field, absl::string_view text,
                 size_t max) {
  if (text.empty()) {
    violations.Add(field, "is required");
  } else if (absl::StripAsciiWhitespace(text).empty()) {
    violations.Add(field, "is required and holds only white space");
  } else {
    CheckText(violations, field, text, max);
  }
}

void CheckText(FieldViolations& violations, absl::string_view field, absl::string_view text,
               size_t max, Lines lines) {
  const size_t length = CharacterCount(text);
  if (length > max) {
    violations.Add(field,
                   absl::StrCat("has ", length, " characters; at most ", max, " are allowed"));
  }
  if (std::any_of(text.begin(), text.end(), [lines](char c) { return IsForbidden(c, lines); })) {
    violations.Add(field, lines == Lines::kOne
                              ? "holds a control character; write it on one line, as plain text"
                              : "holds a control character other than a line break or a tab");
  }
}

}  // namespace weft
