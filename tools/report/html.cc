#include "tools/report/html.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace weft::report {

std::string Escape(absl::string_view text) {
  return absl::StrReplaceAll(
      text, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}, {"'", "&#39;"}});
}

std::string EscapeJson(absl::string_view json) {
  return absl::StrReplaceAll(json, {{"<", "\\u003c"}});
}

std::string Element(absl::string_view tag, const Attributes& attributes,
                    absl::string_view content) {
  std::string html = absl::StrCat("<", tag);
  for (const auto& [name, value] : attributes) {
    absl::StrAppend(&html, " ", name, "=\"", Escape(value), "\"");
  }
  return absl::StrCat(html, ">", content, "</", tag, ">");
}

std::string TextElement(absl::string_view tag, absl::string_view text) {
  return Element(tag, {}, Escape(text));
}

std::string Table(absl::string_view label, absl::string_view caption,
                  const std::vector<std::string>& columns,
                  const std::vector<std::vector<std::string>>& rows) {
  std::string html = "<table>";
  if (!caption.empty()) absl::StrAppend(&html, TextElement("caption", caption));
  absl::StrAppend(&html, "<thead><tr>");
  for (const std::string& column : columns) {
    absl::StrAppend(&html, Element("th", {{"scope", "col"}}, Escape(column)));
  }
  absl::StrAppend(&html, "</tr></thead><tbody>");
  for (const std::vector<std::string>& row : rows) {
    absl::StrAppend(&html, "<tr>");
    for (size_t i = 0; i < row.size(); ++i) {
      absl::StrAppend(&html, i == 0 ? Element("th", {{"scope", "row"}}, Escape(row[i]))
                                    : TextElement("td", row[i]));
    }
    absl::StrAppend(&html, "</tr>\n");
  }
  absl::StrAppend(&html, "</tbody></table>");
  return Element("div",
                 {{"class", "scroll"},
                  {"role", "region"},
                  {"tabindex", "0"},
                  {"aria-label", std::string(label)}},
                 html);
}

}  // namespace weft::report
