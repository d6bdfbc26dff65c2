// Writing HTML so that no text can become markup.
#ifndef WEFT_TOOLS_REPORT_HTML_H_
#define WEFT_TOOLS_REPORT_HTML_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace weft::report {

// `text` for element content and for attribute values in double quotes.
std::string Escape(absl::string_view text);

// JSON for a <script> element: the same JSON, with every "<" written so that it ends no element.
std::string EscapeJson(absl::string_view json);

using Attributes = std::vector<std::pair<absl::string_view, std::string>>;

// <tag a="…">content</tag>. `content` is HTML; attribute values are text.
std::string Element(absl::string_view tag, const Attributes& attributes, absl::string_view content);
// <tag>text</tag>.
std::string TextElement(absl::string_view tag, absl::string_view text);

// A table whose first cell of each row names the row. Empty `caption`: none. It scrolls within its
// own box where it is wider than the page, and can be scrolled with the keyboard; `label` names the
// box to screen readers.
std::string Table(absl::string_view label, absl::string_view caption,
                  const std::vector<std::string>& columns,
                  const std::vector<std::vector<std::string>>& rows);

}  // namespace weft::report

#endif  // WEFT_TOOLS_REPORT_HTML_H_
