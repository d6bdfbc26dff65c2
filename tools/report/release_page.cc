#include "tools/report/release_page.h"

#include "absl/strings/str_cat.h"
#include "common/words/number_text.h"
#include "common/words/terms.h"
#include "tools/report/html.h"
#include "tools/report/page.h"
#include "tools/report/sections.h"

namespace weft::report {
namespace {

using metrics::v1::FindingStance;
using metrics::v1::Publication;
using metrics::v1::PublishedFinding;
using metrics::v1::PublishedStance;

std::string DayOf(const google::protobuf::Timestamp& time) {
  return absl::FormatTime("%Y-%m-%d", absl::FromUnixSeconds(time.seconds()), absl::UTCTimeZone());
}

std::string PolicyText(const metrics::v1::DisclosurePolicy& policy) {
  std::vector<std::string> parts;
  if (policy.minimum_cell() > 1) {
    parts.push_back(absl::StrCat("counts of fewer than ", policy.minimum_cell(),
                                 " sites are withheld, with whatever would tell them"));
  }
  if (policy.coded_share() > 0) {
    parts.push_back(absl::StrCat("shares within ", Percent(policy.coded_share()),
                                 " of none or all are told as bounds"));
  }
  switch (policy.site_rows()) {
    case metrics::v1::SITE_ROWS_ALL:
      parts.emplace_back("every site appears by the label it agreed to");
      break;
    case metrics::v1::SITE_ROWS_NONE:
      parts.emplace_back("no site appears by itself");
      break;
    default:
      parts.emplace_back("sites appear by themselves that agreed to be named");
  }
  return Listed(parts);
}

std::string ReleaseHeader(const ReleasePageInput& input, const Publication& publication) {
  const metrics::v1::WaveSummary& summary = publication.content().summary();
  std::string lead;
  if (!publication.superseded_by().empty()) {
    absl::StrAppend(&lead, NoticeHtml(absl::StrCat("There is a newer release of this: ",
                                                   publication.superseded_by(), ".")));
  }
  if (!publication.statement().empty()) {
    absl::StrAppend(&lead, Element("p", {{"class", "lead"}}, Escape(publication.statement())));
  }
  std::string facts = absl::StrCat(
      Fact("Wave", absl::StrCat(summary.display_name(), " (", publication.wave(), ")")),
      Fact("Counted (n of N)",
           absl::StrCat(summary.counted(), " of ", summary.invited(), " invited, with ",
                        FloorWords(summary.provenance().parameters().floor()))),
      Fact("Published", DayOf(publication.create_time())),
      Fact("Reviewed", Counted(publication.review_rounds(), "time", "times")),
      Fact("What is withheld",
           absl::StrCat(PolicyText(publication.policy()), ": ",
                        Counted(publication.content().suppressed_count(), "value", "values"),
                        " on this page and in its data")),
      Fact("Content hash (SHA-256)", publication.content_hash()),
      Fact("Manifest hash (SHA-256)", publication.manifest().manifest_hash()));
  if (!publication.supersedes().empty()) {
    absl::StrAppend(&facts, Fact("Replaces", publication.supersedes()));
  }
  return HeaderHtml(publication.display_name(), input.notice, lead, "How this was made", facts);
}

absl::string_view RoleWords(metrics::v1::ReviewerRole role) {
  switch (role) {
    case metrics::v1::REVIEWER_ROLE_FACILITATOR:
      return "A facilitator";
    case metrics::v1::REVIEWER_ROLE_COMMUNITY_REPRESENTATIVE:
      return "A community representative";
    default:
      return "A reviewer";
  }
}

absl::string_view StanceWords(FindingStance::Stance stance) {
  switch (stance) {
    case FindingStance::STANCE_SUPPORTS:
      return "supports this";
    case FindingStance::STANCE_CONTESTS:
      return "contests this";
    default:
      return "adds context";
  }
}

std::string StanceHtml(const PublishedStance& stance) {
  std::string text = absl::StrCat(RoleWords(stance.role()), " ", StanceWords(stance.stance()),
                                  " (review round ", stance.review_round(), ")");
  std::string html = Element("strong", {}, Escape(text));
  if (!stance.note().empty()) absl::StrAppend(&html, ": ", Escape(stance.note()));
  if (!stance.answer().empty()) {
    absl::StrAppend(&html, Element("p", {{"class", "quiet"}},
                                   Escape(absl::StrCat("Answered: ", stance.answer()))));
  }
  return Element("li", {}, html);
}

std::string ReferenceText(const type::v1::Estimate& estimate) {
  if (estimate.has_numerator()) return ShareText(estimate);
  std::string text = NumberText(estimate, 2);
  if (estimate.has_value()) {
    absl::StrAppend(&text, " (n = ", estimate.n(), " of ", estimate.base_size(), ")");
  }
  return text;
}

std::string FindingHtml(const PublishedFinding& finding) {
  std::string html = TextElement("h3", finding.statement());
  std::vector<std::vector<std::string>> rows;
  for (const metrics::v1::FindingReference& reference : finding.references()) {
    rows.push_back({absl::StrCat(reference.metric(), ", ", reference.number()),
                    ReferenceText(reference.estimate())});
  }
  if (!rows.empty()) {
    absl::StrAppend(&html, Table("The numbers of this finding", "", {"Rests on", "Number"}, rows));
  }
  for (const metrics::v1::PublishedQuote& quote : finding.quotes()) {
    absl::StrAppend(
        &html,
        Element("blockquote", {},
                absl::StrCat(TextElement("p", quote.text()),
                             TextElement("footer", absl::StrCat("– ", quote.attribution_line())))));
  }
  if (!finding.stances().empty()) {
    std::string stances;
    for (const PublishedStance& stance : finding.stances()) {
      absl::StrAppend(&stances, StanceHtml(stance));
    }
    absl::StrAppend(&html, TextElement("h4", "What reviewers say"), Element("ul", {}, stances));
  }
  if (!finding.earlier_statements().empty()) {
    absl::StrAppend(&html, Disclosure("What it said before the review",
                                      Bullets({finding.earlier_statements().begin(),
                                               finding.earlier_statements().end()})));
  }
  return Element("article", {{"class", "claim"}}, html);
}

Section Findings(const Publication& publication) {
  std::string html;
  for (const PublishedFinding& finding : publication.findings()) {
    absl::StrAppend(&html, FindingHtml(finding));
  }
  return {"findings", "Findings", html};
}

// Whether there is anything to draw: of figures of sites there is not where none appears by itself.
bool HasMarks(const metrics::v1::Figure& figure) {
  if (figure.has_networks()) return !figure.networks().sites().empty();
  if (figure.has_model()) {
    return !figure.model().points().empty() || !figure.model().groups().empty();
  }
  return true;
}

Section ReleaseCaveats(const Publication& publication) {
  std::vector<std::string> texts(publication.caveats().begin(), publication.caveats().end());
  texts.emplace_back(
      "Missing answers are never counted as zero; n is the number of known answers, N the number "
      "of "
      "sites asked. A withheld value exists and is not zero.");
  if (publication.erased_rows() > 0) {
    texts.push_back(absl::StrCat("The rows of ",
                                 Counted(publication.erased_rows(), "site", "sites"),
                                 " were taken out on request; the numbers count them still."));
  }
  if (publication.withdrawn_quotes() > 0) {
    texts.push_back(absl::StrCat(Counted(publication.withdrawn_quotes(), "quote", "quotes"),
                                 " may no longer be shown."));
  }
  return {"caveats", "How sure is this?", Bullets(texts)};
}

}  // namespace

std::string BuildReleasePage(const ReleasePageInput& input) {
  const metrics::v1::RenderPublicationResponse& first = input.renderings.front();
  const Publication& publication = first.publication();
  Page page;
  page.title = publication.display_name();
  page.header = ReleaseHeader(input, publication);
  page.footer = MadeFrom(publication.name(), input.generated_at);
  page.sections.push_back(Findings(publication));
  for (int i = 0; i < first.figures_size(); ++i) {
    const metrics::v1::Figure& data = first.figures(i).figure();
    if (!HasMarks(data)) {
      page.sections.push_back(
          {absl::StrCat("figure-", data.number()),
           absl::StrCat("Figure ", data.number(), ". ", data.title()),
           TextElement("p",
                       "There is no picture: it would show sites one by one, and none of them "
                       "appears so in this release. The numbers above count them.")});
      continue;
    }
    std::vector<const metrics::v1::RenderFigureResponse*> widths;
    widths.reserve(input.renderings.size());
    for (const auto& rendering : input.renderings) widths.push_back(&rendering.figures(i));
    AddFigure(widths, page);
  }
  page.sections.push_back(SharedResponsibility(publication.content().summary()));
  page.sections.push_back(ReleaseCaveats(publication));
  return BuildPage(page);
}

}  // namespace weft::report
