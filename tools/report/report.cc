#include "tools/report/report.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tools/report/assets.h"
#include "tools/report/html.h"
#include "tools/report/sections.h"

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
std::string Data(const ReportInput& input) {
  std::string html;
  for (const metrics::v1::RenderFigureResponse& rendering : input.figures) {
    absl::StrAppend(&html,
                    Element("script",
                            {{"type", "application/json"},
                             {"class", "spec"},
                             {"data-figure", absl::StrCat(rendering.figure().number())}},
                            EscapeJson(rendering.vega_lite())),
                    "\n");
  }
  for (absl::string_view license : {VegaLicense(), VegaLiteLicense()}) {
    absl::StrAppend(&html, Element("script", {{"type", "text/plain"}}, Escape(license)), "\n");
  }
  return html;
}

}  // namespace

std::string BuildReport(const ReportInput& input) {
  std::vector<Section> sections;
  const auto add = [&sections](Section section) {
    if (!section.html.empty()) sections.push_back(std::move(section));
  };
  add(KeyNumbers(input));
  std::map<int, std::vector<const metrics::v1::RenderFigureResponse*>> figures;
  for (const metrics::v1::RenderFigureResponse& rendering : input.figures) {
    figures[rendering.figure().number()].push_back(&rendering);
  }
  for (const auto& [number, renderings] : figures) add(FigureSection(renderings));
  add(SharedResponsibility(input.summary));
  if (input.expectations.has_value()) add(Claims(*input.expectations, input.summary));
  add(Items(input.items));
  add(Caveats(input.summary));

  return Fill(TemplateHtml(), {{"title", Escape(input.summary.display_name())},
                               {"css", std::string(StyleCss())},
                               {"header", Header(input)},
                               {"contents", Contents(sections)},
                               {"main", absl::StrJoin(sections, "\n",
                                                      [](std::string* out, const Section& section) {
                                                        absl::StrAppend(out, SectionHtml(section));
                                                      })},
                               {"footer", Footer(input)},
                               {"data", Data(input)},
                               {"vega", std::string(VegaJs())},
                               {"vega_lite", std::string(VegaLiteJs())},
                               {"js", std::string(ScriptJs())}});
}

}  // namespace weft::report
