#include "tools/report/report.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/tools/report/report_example.h"
#include "tools/report/assets.h"
#include "tools/report/html.h"

namespace weft::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// The page without the scripts that draw it, in which anything may stand.
std::string Page(const ReportInput& input) {
  std::string page = BuildReport(input);
  for (absl::string_view script : {VegaJs(), VegaLiteJs(), ScriptJs(), StyleCss()}) {
    const size_t at = page.find(std::string(script));
    EXPECT_NE(at, std::string::npos);
    page.erase(at, script.size());
  }
  return page;
}

int Count(absl::string_view text, absl::string_view part) {
  return static_cast<int>(std::vector<absl::string_view>(absl::StrSplit(text, part)).size()) - 1;
}

TEST(HtmlTest, TextBecomesNoMarkup) {
  EXPECT_EQ(Escape("<a href=\"x\">'&'</a>"),
            "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;");
  EXPECT_EQ(EscapeJson(R"({"a":"</script><!--"})"), R"({"a":"\u003c/script>\u003c!--"})");
  EXPECT_EQ(Element("p", {{"class", "a\"b"}}, "<b>"), "<p class=\"a&quot;b\"><b></p>");
}

TEST(HtmlTest, TablesHaveHeadersForRowsAndColumns) {
  EXPECT_EQ(Table("l", "c", {"A", "B"}, {{"<x>", "1"}}),
            "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"l\"><table>"
            "<caption>c</caption><thead><tr><th scope=\"col\">A</th><th scope=\"col\">B</th></tr>"
            "</thead><tbody><tr><th scope=\"row\">&lt;x&gt;</th><td>1</td></tr>\n</tbody></table>"
            "</div>");
}

TEST(AssetsTest, NothingThatIsInlinedEndsItsElement) {
  for (absl::string_view script : {VegaJs(), VegaLiteJs(), ScriptJs()}) {
    EXPECT_GT(script.size(), 1000u);
    EXPECT_THAT(std::string(script), Not(HasSubstr("</script")));
    EXPECT_THAT(std::string(script), Not(HasSubstr("<!--")));
  }
  EXPECT_THAT(std::string(StyleCss()), Not(HasSubstr("</style")));
  EXPECT_THAT(std::string(VegaLicense()), HasSubstr("University of Washington"));
  EXPECT_THAT(std::string(VegaLiteLicense()), HasSubstr("University of Washington"));
}

TEST(ReportTest, NamesBecomeNoMarkup) {
  const std::string page = Page(ExampleInput());
  EXPECT_THAT(page, Not(HasSubstr("<img")));
  EXPECT_THAT(page, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(page, Not(HasSubstr("</title><script>")));
  EXPECT_THAT(page, HasSubstr("<title>Wave &lt;one&gt; &amp; &lt;/title&gt;"));
  EXPECT_THAT(page, HasSubstr("Type 6 &lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;"));
  EXPECT_THAT(page, HasSubstr("A claim &lt;/h3&gt; that fails &amp; &quot;quotes&quot;."));
  // Every script that begins ends, and none begins within another.
  EXPECT_EQ(Count(page, "<script"), Count(page, "</script>"));
}

TEST(ReportTest, LoadsNothing) {
  const std::string page = Page(ExampleInput());
  for (const char* loader :
       {"<script src", "<img", "<iframe", "rel=\"stylesheet", "@import", "url("}) {
    EXPECT_THAT(page, Not(HasSubstr(loader)));
  }
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
}

TEST(ReportTest, SpecificationsSurviveAsTheyAre) {
  const ReportInput input = ExampleInput();
  const std::string page = Page(input);
  // A figure's widths stand together, as the page has one section for them.
  std::vector<const metrics::v1::RenderFigureResponse*> renderings;
  for (const auto& rendering : input.figures) renderings.push_back(&rendering);
  std::stable_sort(renderings.begin(), renderings.end(), [](const auto* a, const auto* b) {
    return a->figure().number() < b->figure().number();
  });
  size_t at = 0;
  for (const metrics::v1::RenderFigureResponse* rendering : renderings) {
    const std::string begin = absl::StrCat(
        "<script type=\"application/json\" class=\"spec\" "
        "data-figure=\"",
        rendering->figure().number(), "\">");
    at = page.find(begin, at);
    ASSERT_NE(at, std::string::npos);
    at += begin.size();
    const std::string json = page.substr(at, page.find("</script>", at) - at);
    EXPECT_EQ(nlohmann::json::parse(json), nlohmann::json::parse(rendering->vega_lite()));
  }
}

TEST(ReportTest, SaysWhatItRestsOn) {
  ReportInput input = LabInput();
  input.summary.mutable_provenance()->mutable_parameters()->set_cohort("cohorts/2024-2025");
  input.roster_size = 22;
  const std::string page = Page(input);
  for (const char* text :
       {"The answers of this example are constructed.", "waves/w1", "Those in cohorts/2024-2025",
        "22 sites", "10 of 12 invited, with a submitted response",
        "its level is networking or deeper or, where the level is missing",
        "invited sites answered (83 %)", "2026-06-01 12:00 UTC", "descriptive patterns",
        "Missing answers are never counted as zero"}) {
    EXPECT_THAT(page, HasSubstr(text));
  }
}

TEST(ReportTest, FiguresStandInTheirOrderWithPictureNoteTableAndWords) {
  const std::string page = Page(LabInput());
  size_t at = 0;
  for (int figure = 1; figure <= 4; ++figure) {
    const size_t next = page.find(absl::StrCat("<section id=\"figure-", figure, "\""));
    ASSERT_NE(next, std::string::npos);
    EXPECT_GT(next, at);
    at = next;
  }
  // Then the map.
  EXPECT_GT(page.find("<section id=\"network-map\""), at);
  EXPECT_EQ(Count(page, "class=\"picture\""), 5);
  EXPECT_EQ(Count(page, "<figcaption>"), 5);
  EXPECT_EQ(Count(page, "Show the numbers"), 5);
  EXPECT_EQ(Count(page, "The picture in words"), 5);
}

// Headings go down one step at a time, so that a screen reader's list of them is a table of
// contents.
TEST(ReportTest, HeadingsAreInOrder) {
  for (const ReportInput& input : {ExampleInput(), LabInput()}) {
    const std::string page = Page(input);
    int level = 0;
    for (size_t at = page.find("<h"); at != std::string::npos; at = page.find("<h", at + 1)) {
      if (page[at + 2] < '1' || page[at + 2] > '6') continue;
      const int next = page[at + 2] - '0';
      EXPECT_LE(next, level + 1) << page.substr(at, 80);
      level = next;
    }
    EXPECT_EQ(Count(page, "<h1"), 1);
  }
}

TEST(ReportTest, VerdictsAreWords) {
  const std::string page = Page(ExampleInput());
  for (const char* verdict : {"Holds", "Fails", "Cannot be determined", "Nothing is claimed"}) {
    EXPECT_THAT(page, HasSubstr(absl::StrCat("</span></span>", verdict)));
  }
  EXPECT_THAT(page, HasSubstr("Missing answers could"));
  EXPECT_THAT(page, HasSubstr("Operationalised as"));
}

TEST(ReportTest, WhatIsNotThereHasNoSection) {
  ReportInput input = LabInput();
  input.figures.clear();
  input.network_map.clear();
  input.expectations.reset();
  input.items.clear();
  input.notice.clear();
  const std::string page = Page(input);
  EXPECT_THAT(page, Not(HasSubstr("figure-1")));
  EXPECT_THAT(page, Not(HasSubstr("network-map")));
  EXPECT_THAT(page, Not(HasSubstr("The claims, checked")));
  EXPECT_THAT(page, Not(HasSubstr("other items")));
  EXPECT_THAT(page, Not(HasSubstr("role=\"note\"")));
  EXPECT_THAT(page, HasSubstr("Key numbers"));
}

TEST(ReportTest, AWaveWithoutAnswers) {
  ReportInput input = LabInput();
  const metrics::v1::WaveSummary lab = input.summary;
  input.summary.Clear();
  input.summary.set_display_name(lab.display_name());
  EXPECT_THAT(Page(input), HasSubstr("0 of 0"));
}

}  // namespace
}  // namespace weft::report
