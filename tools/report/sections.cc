#include "tools/report/sections.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/words/number_text.h"
#include "common/words/terms.h"
#include "tools/report/html.h"

namespace weft::report {
namespace {

using metrics::v1::ExpectationResult;

// A verdict's word, sign and style. The sign is decoration: the word says it all.
struct VerdictLook {
  absl::string_view style;
  absl::string_view sign;
  absl::string_view word;
};

VerdictLook LookOf(ExpectationResult::Verdict verdict) {
  switch (verdict) {
    case ExpectationResult::VERDICT_HOLDS:
      return {"holds", "✓", "Holds"};
    case ExpectationResult::VERDICT_FAILS:
      return {"fails", "✕", "Fails"};
    case ExpectationResult::VERDICT_NOT_STATED:
      return {"unstated", "–", "Nothing is claimed"};
    default:
      return {"undetermined", "?", "Cannot be determined"};
  }
}

std::string VerdictLine(const ExpectationResult& result) {
  const VerdictLook look = LookOf(result.verdict());
  std::string html = absl::StrCat(
      Element("span", {{"class", "icon"}, {"aria-hidden", "true"}}, TextElement("span", look.sign)),
      Escape(look.word));
  if (result.has_settled()) {
    absl::StrAppend(&html, " ",
                    TextElement("small", result.settled() ? "Missing answers could not change this."
                                                          : "Missing answers could change this."));
  }
  return Element("p", {{"class", absl::StrCat("verdict ", look.style)}}, html);
}

std::string Observed(const ExpectationResult& result,
                     const std::map<absl::string_view, absl::string_view>& names) {
  std::string items;
  const bool several = result.observations_size() > 1;
  for (const metrics::v1::Observation& observation : result.observations()) {
    std::string text;
    if (!observation.subject().empty()) {
      const auto name = names.find(observation.subject());
      absl::StrAppend(&text, name == names.end() ? observation.subject() : name->second, ": ");
    }
    absl::StrAppend(&text, observation.text());
    // Which of several is to blame.
    if (several && observation.verdict() != result.verdict()) {
      absl::StrAppend(&text, " (", LookOf(observation.verdict()).word, ")");
    }
    absl::StrAppend(&items, several ? TextElement("li", text) : Escape(text));
  }
  return several ? Element("ul", {}, items) : items;
}

std::string Claim(const ExpectationResult& result,
                  const std::map<absl::string_view, absl::string_view>& names) {
  const metrics::v1::Expectation& expectation = result.expectation();
  std::string list;
  const auto add = [&list](absl::string_view term, absl::string_view html) {
    absl::StrAppend(&list, TextElement("dt", term), Element("dd", {}, html));
  };
  add("Observed", Observed(result, names));
  add("Operationalised as", Escape(result.operationalised_as()));
  if (!expectation.source().empty()) add("Source", Escape(expectation.source()));
  return Element(
      "article", {{"class", "claim"}},
      absl::StrCat(
          Element("h3", {},
                  absl::StrCat(Element("span", {{"class", "id"}}, Escape(expectation.id())), " ",
                               Escape(expectation.statement()))),
          VerdictLine(result), Element("dl", {}, list)));
}

std::string ReasonWords(type::v1::MissingReason reason) {
  switch (reason) {
    case type::v1::MISSING_REASON_NOT_ASKED:
      return "not asked";
    case type::v1::MISSING_REASON_DONT_KNOW:
      return "not known to the site";
    case type::v1::MISSING_REASON_REFUSED:
      return "refused";
    case type::v1::MISSING_REASON_NOT_APPLICABLE:
      return "not applicable";
    default:
      return "not answered";
  }
}

// A line of a table with bars: what is shared, and how often.
struct BarRow {
  std::string label;
  type::v1::Estimate share;
};

// Label, "5 of 10 (50 %)" and a bar for each.
std::string BarTable(absl::string_view label, absl::string_view first_column,
                     const std::vector<BarRow>& rows) {
  std::string html = absl::StrCat(
      "<table class=\"bars\">", Element("caption", {{"class", "hidden"}}, Escape(label)),
      "<thead><tr>", Element("th", {{"scope", "col"}}, Escape(first_column)),
      Element("th", {{"scope", "col"}}, "Sites"), Element("th", {{"scope", "col"}}, "Share"),
      "</tr></thead><tbody>");
  for (const BarRow& row : rows) {
    const type::v1::Estimate& share = row.share;
    const std::string sites = share.has_numerator()
                                  ? absl::StrCat(share.numerator(), " of ", share.n())
                                  : ShortUndefinedText(share);
    std::string bar = Escape(share.has_value() ? Percent(share) : "");
    if (share.has_value()) {
      absl::StrAppend(
          &bar, Element("span",
                        {{"class", share.value() > 0 ? "bar" : "bar none"},
                         {"aria-hidden", "true"},
                         {"style", absl::StrCat("width:", Short(100 * share.value(), 2), "%")}},
                        ""));
    }
    absl::StrAppend(&html, "<tr>", Element("th", {{"scope", "row"}}, Escape(row.label)),
                    TextElement("td", sites), Element("td", {}, bar), "</tr>\n");
  }
  absl::StrAppend(&html, "</tbody></table>");
  if (!rows.empty()) {
    const type::v1::Estimate& share = rows.front().share;
    absl::StrAppend(&html, Element("p", {{"class", "quiet"}},
                                   absl::StrCat("n = ", share.n(), " of ",
                                                Counted(share.base_size(), "site", "sites"), ".")));
  }
  return html;
}

// "Missing: 2 not answered, 1 does not know." as a paragraph.
std::string MissingNote(
    const google::protobuf::RepeatedPtrField<metrics::v1::MissingCount>& missing) {
  std::vector<std::string> parts;
  for (const metrics::v1::MissingCount& count : missing) {
    if (count.count() > 0)
      parts.push_back(absl::StrCat(count.count(), " ", ReasonWords(count.reason())));
  }
  if (parts.empty()) return "";
  return Element(
      "p", {{"class", "quiet"}},
      Escape(absl::StrCat("Sites without an answer: ", absl::StrJoin(parts, ", "), ".")));
}

std::string Item(const metrics::v1::ItemFrequencies& item) {
  std::string html = TextElement("h4", item.text());
  if (!item.options().empty()) {
    std::vector<BarRow> rows;
    for (const metrics::v1::OptionFrequency& option : item.options()) {
      rows.push_back({option.label().empty() ? option.option() : option.label(), option.share()});
    }
    absl::StrAppend(&html, BarTable(item.text(), "Answer", rows));
  } else if (item.has_number()) {
    const metrics::v1::SiteStatistic& number = item.number();
    const std::string n =
        absl::StrCat(number.mean().n(), " of ", number.mean().base_size(), " sites");
    absl::StrAppend(&html, Table(item.text(), "", {"Number", "Value"},
                                 {{"Mean", NumberText(number.mean(), 1)},
                                  {"Median", NumberText(number.median(), 1)},
                                  {"Lowest", NumberText(number.min(), 1)},
                                  {"Highest", NumberText(number.max(), 1)},
                                  {"Answered", n}}));
  }
  return absl::StrCat(html, MissingNote(item.missing()));
}

}  // namespace

void AddFigure(const std::vector<const metrics::v1::RenderFigureResponse*>& widths, Page& page) {
  if (widths.empty()) return;
  const metrics::v1::RenderFigureResponse& first = *widths.front();
  const metrics::v1::Figure& figure = first.figure();
  const std::string number = absl::StrCat(figure.number());
  const std::string title = absl::StrCat("Figure ", number, ". ", figure.title());
  page.sections.push_back(
      {absl::StrCat("figure-", number), title,
       PictureHtml({.id = number,
                    .title = title,
                    .note = figure.note(),
                    .alt_text = first.alt_text(),
                    .table_label = absl::StrCat("The numbers of figure ", number),
                    .table = first.table()})});
  for (const metrics::v1::RenderFigureResponse* rendering : widths) {
    page.specifications.push_back({number, rendering->vega_lite()});
  }
}

void AddPicture(const std::vector<metrics::v1::Picture>& widths, Page& page) {
  if (widths.empty()) return;
  const metrics::v1::Picture& first = widths.front();
  page.sections.push_back(
      {first.id(), first.title(),
       PictureHtml({.id = first.id(),
                    .title = first.title(),
                    .note = first.note(),
                    .alt_text = first.alt_text(),
                    .table_label = absl::StrCat("The numbers of: ", first.title()),
                    .table = first.table()})});
  for (const metrics::v1::Picture& picture : widths) {
    page.specifications.push_back({picture.id(), picture.vega_lite()});
  }
}

Section SharedResponsibility(const metrics::v1::WaveSummary& summary) {
  const metrics::v1::SharedResponsibilitySummary& responsibility = summary.shared_responsibility();
  std::vector<BarRow> rows;
  for (const metrics::v1::RatingShare& share : responsibility.shares()) {
    rows.push_back({std::string(RatingWords(share.rating())), share.share()});
  }
  // The most first.
  std::reverse(rows.begin(), rows.end());
  rows.push_back({"at least moderately evident", responsibility.at_least_moderate()});
  std::string html = absl::StrCat(
      TextElement("p",
                  "How far responsibility for learner outcomes is distributed across the "
                  "community, as each site rates it."),
      BarTable("Shared responsibility", "Rating", rows), MissingNote(responsibility.missing()));
  std::string associations;
  for (const metrics::v1::Association& association : summary.associations()) {
    const absl::string_view what =
        association.x() == "D1" ? "number of partner types engaged" : "mean level of engaged types";
    const type::v1::Estimate& tau_b = association.tau_b();
    absl::StrAppend(
        &associations,
        TextElement("li", absl::StrCat("With the ", what, ": ",
                                       tau_b.has_value() ? absl::StrCat(Fixed(tau_b.value(), 2),
                                                                        " (n = ", tau_b.n(), " of ",
                                                                        tau_b.base_size(), ")")
                                                         : UndefinedText(tau_b))));
  }
  if (!associations.empty()) {
    absl::StrAppend(&html,
                    TextElement("p",
                                "Whether sites that have more of the one tend to have more of "
                                "the other (Kendall's tau-b: 1 always, 0 no tendency, -1 the "
                                "reverse). A description, no test, and no evidence of cause."),
                    Element("ul", {}, associations));
  }
  return {"shared-responsibility", "Shared responsibility", html};
}

Section Claims(const metrics::v1::CheckExpectationsResponse& expectations,
               const metrics::v1::WaveSummary& summary) {
  std::map<absl::string_view, absl::string_view> names;
  for (const metrics::v1::PartnerTypeSummary& type : summary.partner_types()) {
    names.emplace(type.partner_type(), type.display_name());
  }
  const int stated = expectations.holds() + expectations.fails();
  std::string html = Element(
      "p", {{"class", "tally"}},
      Escape(absl::StrCat(expectations.holds(), " of ", Counted(stated, "claim", "claims"),
                          expectations.holds() == 1 ? " holds" : " hold",
                          " in these records. Each is shown with what was observed and with how it "
                          "was turned into a number.")));
  for (const ExpectationResult& result : expectations.results()) {
    absl::StrAppend(&html, Claim(result, names), "\n");
  }
  return {"claims", "The claims, checked", html};
}

Section Items(const std::vector<metrics::v1::ItemFrequencies>& items) {
  std::string html;
  const std::string* section = nullptr;
  for (const metrics::v1::ItemFrequencies& item : items) {
    if (section == nullptr || *section != item.section()) {
      absl::StrAppend(&html, TextElement("h3", item.section()));
    }
    section = &item.section();
    absl::StrAppend(&html, Item(item), "\n");
  }
  return {"items", "Answers to the other items", html};
}

}  // namespace weft::report
