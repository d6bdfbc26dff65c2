#include "tools/report/page.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tools/report/assets.h"

namespace weft::report {
namespace {

// `page` with each {{name}} replaced by its part. Parts are not looked into, so that nothing that
// came with the data is ever taken for a name.
std::string Fill(absl::string_view page, const std::map<absl::string_view, std::string>& parts) {
  std::string html;
  while (true) {
    const size_t begin = page.find("{{");
    if (begin == absl::string_view::npos) return absl::StrCat(html, page);
    const size_t end = page.find("}}", begin);
    absl::StrAppend(&html, page.substr(0, begin),
                    parts.at(page.substr(begin + 2, end - begin - 2)));
    page.remove_prefix(end + 2);
  }
}

std::string SectionHtml(const Section& section) {
  const std::string heading = absl::StrCat(section.id, "-title");
  return Element(
      "section", {{"id", section.id}, {"aria-labelledby", heading}},
      absl::StrCat(Element("h2", {{"id", heading}}, Escape(section.title)), "\n", section.html));
}

// "Figure 1. Title": on a phone only what stands before the dot.
std::string Contents(const std::vector<Section>& sections) {
  std::string items;
  for (const Section& section : sections) {
    const size_t dot = std::min(section.title.find('.'), section.title.size());
    std::string link = Escape(section.title.substr(0, dot));
    if (dot < section.title.size()) {
      absl::StrAppend(&link,
                      Element("span", {{"class", "rest"}}, Escape(section.title.substr(dot))));
    }
    absl::StrAppend(
        &items, Element("li", {}, Element("a", {{"href", absl::StrCat("#", section.id)}}, link)),
        "\n");
  }
  return Element("ul", {}, items);
}

// The pictures' specifications, for the script to draw; and the licences of what draws them.
std::string Data(const std::vector<Specification>& specifications) {
  std::string html;
  for (const Specification& specification : specifications) {
    absl::StrAppend(
        &html,
        Element(
            "script",
            {{"type", "application/json"}, {"class", "spec"}, {"data-figure", specification.id}},
            EscapeJson(specification.vega_lite)),
        "\n");
  }
  for (absl::string_view license : {VegaLicense(), VegaLiteLicense()}) {
    absl::StrAppend(&html, Element("script", {{"type", "text/plain"}}, Escape(license)), "\n");
  }
  return html;
}

// Rows for columns: a page is rather long than wide.
std::vector<std::vector<std::string>> Transposed(
    const std::vector<std::vector<std::string>>& table) {
  std::vector<std::vector<std::string>> turned(table[0].size());
  for (const std::vector<std::string>& row : table) {
    for (size_t i = 0; i < turned.size(); ++i) turned[i].push_back(i < row.size() ? row[i] : "");
  }
  return turned;
}

}  // namespace

std::string Disclosure(absl::string_view summary, absl::string_view html) {
  // Open for those without JavaScript; the script closes it.
  return absl::StrCat("<details open>", TextElement("summary", summary), html, "</details>");
}

std::string Fact(absl::string_view term, absl::string_view text) {
  return Element("div", {}, absl::StrCat(TextElement("dt", term), TextElement("dd", text)));
}

std::string Key(absl::string_view number, absl::string_view sentence) {
  return Element("li", {},
                 absl::StrCat(TextElement("strong", number), " ", TextElement("span", sentence)));
}

std::string Bullets(const std::vector<std::string>& texts) {
  std::string items;
  for (const std::string& text : texts) absl::StrAppend(&items, TextElement("li", text));
  return Element("ul", {}, items);
}

std::string PictureHtml(const PictureParts& picture) {
  std::vector<std::vector<std::string>> table = {
      {picture.table.columns().begin(), picture.table.columns().end()}};
  for (const metrics::v1::DataRow& row : picture.table.rows()) {
    table.emplace_back(row.cells().begin(), row.cells().end());
  }
  constexpr size_t kManyColumns = 12;
  if (table[0].size() > std::max(kManyColumns, table.size())) table = Transposed(table);
  const std::vector<std::string> columns = table[0];
  table.erase(table.begin());
  const std::string place = Element(
      "div", {{"class", "picture"}, {"data-figure", picture.id}, {"data-alt", picture.alt_text}},
      "");
  return absl::StrCat(
      Element("figure", {}, absl::StrCat(place, Element("figcaption", {}, Escape(picture.note)))),
      Disclosure("Show the numbers", Table(picture.table_label, picture.title, columns, table)),
      Disclosure("The picture in words", TextElement("p", picture.alt_text)));
}

std::string HeaderHtml(absl::string_view title, absl::string_view notice, absl::string_view lead,
                       absl::string_view facts_title, absl::string_view facts) {
  // The facts are open where there is room for them: the script closes them on a phone.
  return absl::StrCat(Element("p", {{"class", "eyebrow"}}, "Partnerships as infrastructure"),
                      TextElement("h1", title), NoticeHtml(notice), lead,
                      "<details class=\"counted\" open>", TextElement("summary", facts_title),
                      Element("dl", {{"class", "facts"}}, facts), "</details>");
}

std::string MadeFrom(absl::string_view resource, absl::Time generated_at) {
  const std::string time =
      absl::FormatTime("%Y-%m-%d %H:%M UTC", generated_at, absl::UTCTimeZone());
  return absl::StrCat(
      Element(
          "p", {},
          absl::StrCat("Made by Weft on ",
                       Element("time",
                               {{"datetime", absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", generated_at,
                                                              absl::UTCTimeZone())}},
                               time),
                       " from ", Escape(resource),
                       ". Everything on this page is in this file; it loads nothing.")),
      TextElement("p",
                  "Pictures are drawn by Vega and Vega-Lite (University of Washington "
                  "Interactive Data Lab, BSD 3-Clause; the licences are in the page's source)."));
}

std::string NoticeHtml(absl::string_view notice) {
  if (notice.empty()) return "";
  return Element("p", {{"class", "notice"}, {"role", "note"}}, Escape(notice));
}

std::string BuildPage(const Page& page) {
  std::vector<Section> sections;
  for (const Section& section : page.sections) {
    if (!section.html.empty()) sections.push_back(section);
  }
  return Fill(TemplateHtml(), {{"title", Escape(page.title)},
                               {"css", std::string(StyleCss())},
                               {"header", page.header},
                               {"contents", Contents(sections)},
                               {"main", absl::StrJoin(sections, "\n",
                                                      [](std::string* out, const Section& section) {
                                                        absl::StrAppend(out, SectionHtml(section));
                                                      })},
                               {"footer", page.footer},
                               {"data", Data(page.specifications)},
                               {"vega", std::string(VegaJs())},
                               {"vega_lite", std::string(VegaLiteJs())},
                               {"js", std::string(ScriptJs())}});
}

}  // namespace weft::report
