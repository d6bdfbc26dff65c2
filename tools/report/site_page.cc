#include "tools/report/site_page.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "common/validation/dates.h"
#include "common/words/number_text.h"
#include "common/words/profile_text.h"
#include "common/words/terms.h"
#include "tools/report/html.h"
#include "tools/report/page.h"
#include "tools/report/sections.h"

namespace weft::report {
namespace {

using metrics::v1::SiteFeedback;
using metrics::v1::Standing;
using metrics::v1::WaveSummary;

std::string NumberName(absl::string_view x) {
  if (x == "D1") return "Partner types you engage";
  if (x == "P1") return "Mean level of the types you engage, 0 to 4";
  if (x == "P1-all") return "Mean level of all types, 0 to 4";
  return "Depth-weighted breadth, 0 to 1";
}

int Decimals(absl::string_view x) { return x == "D1" ? 1 : 2; }

// "3 lower, 1 the same, 5 higher".
std::string StandingText(const Standing& standing) {
  return absl::StrCat(standing.lower(), " lower, ", standing.same(), " the same, ",
                      standing.higher(), " higher");
}

// The value, with where it could lie.
std::string ValueText(const type::v1::Estimate& estimate, int decimals) {
  std::string text = NumberText(estimate, decimals);
  if (estimate.has_value() && HasOpenInterval(estimate)) {
    absl::StrAppend(&text, " (", Short(estimate.low(), decimals), " to ",
                    Short(estimate.high(), decimals), ", whatever the missing answers were)");
  }
  return text;
}

std::string SiteHeader(const SitePageInput& input, const SiteFeedback& feedback) {
  const WaveSummary& summary = input.summary;
  const metrics::v1::Provenance& provenance = feedback.provenance();
  const std::string lead =
      Element("p", {{"class", "lead"}},
              Escape(feedback.counted()
                         ? absl::StrCat("What your site said about its partners, beside the ",
                                        Counted(feedback.sites() - 1, "other site", "other sites"),
                                        " that answered. Different is neither better nor worse.")
                         : absl::StrCat("No response of your site counts yet with ",
                                        FloorWords(provenance.parameters().floor()), ".")));
  std::string facts = absl::StrCat(
      Fact("Wave", provenance.wave()),
      Fact("Compared with", provenance.parameters().cohort().empty()
                                ? std::string("All sites of the wave")
                                : absl::StrCat("Those in ", provenance.parameters().cohort())));
  if (!provenance.parameters().filter().empty()) {
    absl::StrAppend(&facts, Fact("Only those where", provenance.parameters().filter()));
  }
  absl::StrAppend(&facts, CountedFacts(summary, provenance));
  return HeaderHtml(absl::StrCat(feedback.label(), " in ", summary.display_name()), input.notice,
                    lead, "How this was counted", facts);
}

Section Keys(const SiteFeedback& feedback) {
  std::string keys;
  for (const metrics::v1::NumberStanding& number : feedback.numbers()) {
    // The other two say the same with the types that are not engaged.
    if (number.x() != "D1" && number.x() != "P1") continue;
    if (!number.value().has_value()) continue;
    const Standing& others = number.others();
    absl::StrAppend(
        &keys, Key(Short(number.value().value(), Decimals(number.x())),
                   absl::StrCat(number.x() == "D1"
                                    ? "partner types are engaged by your site"
                                    : "is the mean level of these, from 0 (no interaction) to 4 "
                                      "(collaboration)",
                                "; of the other sites ", others.lower(), " have less, ",
                                others.same(), " the same and ", others.higher(), " more.")));
  }
  if (feedback.shared_responsibility() != type::v1::SHARED_RESPONSIBILITY_UNSPECIFIED) {
    const Standing& others = feedback.shared_responsibility_standing();
    absl::StrAppend(&keys, Key(std::string(RatingWords(feedback.shared_responsibility())),
                               absl::StrCat("is how you rate shared responsibility for learning; ",
                                            others.same(), " other sites say the same, ",
                                            others.lower(), " less, ", others.higher(), " more.")));
  }
  return {"key-numbers", "Key numbers",
          keys.empty() ? "" : Element("ul", {{"class", "keys"}}, keys)};
}

Section Numbers(const SiteFeedback& feedback) {
  std::vector<std::vector<std::string>> rows;
  for (const metrics::v1::NumberStanding& number : feedback.numbers()) {
    rows.push_back({NumberName(number.x()), ValueText(number.value(), Decimals(number.x())),
                    absl::StrCat(NumberText(number.median(), Decimals(number.x())), " (n = ",
                                 number.median().n(), " of ", number.median().base_size(), ")"),
                    StandingText(number.others())});
  }
  if (rows.empty()) return {"numbers", "Where you stand", ""};
  return {"numbers", "Where you stand",
          Table("Where you stand", "Each number, your site beside all that are counted",
                {"Number", "Your site", "Median of all", "Other sites"}, rows)};
}

Section Unlike(const SiteFeedback& feedback) {
  std::map<absl::string_view, absl::string_view> names;
  for (const metrics::v1::TypeStanding& type : feedback.partner_types()) {
    names.emplace(type.partner_type(), type.display_name());
  }
  const auto listed = [&](const auto& codes) {
    std::vector<std::string> texts;
    for (const std::string& code : codes) {
      const auto name = names.find(code);
      texts.emplace_back(name == names.end() ? absl::string_view(code) : name->second);
    }
    return texts;
  };
  std::string html;
  if (!feedback.common_elsewhere().empty()) {
    absl::StrAppend(&html,
                    TextElement("h3", "Engaged by half of the others or more, and not by you"),
                    Bullets(listed(feedback.common_elsewhere())));
  }
  if (!feedback.uncommon_elsewhere().empty()) {
    absl::StrAppend(&html,
                    TextElement("h3", "Engaged by you, and by fewer than half of the others"),
                    Bullets(listed(feedback.uncommon_elsewhere())));
  }
  return {"unlike", "What sets you apart", html};
}

// The registry's partnerships beside the answers.
Section Partners(const metrics::v1::SiteProfile& profile) {
  Section section{"partners", "Your partners in the registry", ""};
  const metrics::v1::TieCounts& ties = profile.ties();
  if (ties.tie_count() == 0) return section;
  std::vector<std::vector<std::string>> rows;
  const auto add = [&rows](const metrics::v1::TypeProfile& type) {
    if (type.ties().tie_count() == 0 && type.differences().empty()) return;
    rows.push_back({type.display_name(), absl::StrCat(type.ties().organization_count()),
                    RolledUpText(type), AnsweredCountText(type), AnsweredLevelText(type),
                    DifferencesText(type)});
  };
  for (const metrics::v1::TypeProfile& type : profile.types()) add(type);
  for (const metrics::v1::TypeProfile& type : profile.other_types()) add(type);
  const std::string lead = absl::StrCat(
      "On ", FormatDate(profile.effective_on()), " the registry has ",
      Counted(ties.tie_count(), "partnership", "partnerships"),
      " of your site, of which the partners have confirmed ", ties.confirmed(), " and disputed ",
      ties.disputed(),
      ". Where they differ from your answers, one of the two may be worth a look; neither is wrong "
      "by that.");
  section.html = absl::StrCat(
      TextElement("p", lead),
      Table("Your partners in the registry", "Partner types that are recorded, or differ",
            {"Partner type", "Partners", "Level recorded", "Partners answered", "Level answered",
             "Difference"},
            rows));
  return section;
}

Section HowSure(const SitePageInput& input, const SiteFeedback& feedback) {
  std::vector<std::string> texts(feedback.provenance().caveats().begin(),
                                 feedback.provenance().caveats().end());
  int unknown = 0;
  for (const metrics::v1::TypeStanding& type : feedback.partner_types()) {
    const bool engaged = type.cell().engagement() == metrics::v1::ENGAGEMENT_YES;
    const bool level_known = type.cell().level() != type::v1::INTERACTION_LEVEL_UNSPECIFIED;
    unknown +=
        type.cell().engagement() == metrics::v1::ENGAGEMENT_UNKNOWN || (engaged && !level_known)
            ? 1
            : 0;
  }
  if (feedback.counted()) {
    texts.push_back(unknown == 0
                        ? "Your answers leave no partner type open."
                        : absl::StrCat("Your answers leave ",
                                       Counted(unknown, "partner type", "partner types"),
                                       " open, wholly or in depth: the numbers above say between "
                                       "which values they could lie."));
  }
  texts.push_back(absl::StrCat("The others are the ",
                               feedback.sites() - (feedback.counted() ? 1 : 0), " sites of ",
                               input.summary.invited(),
                               " invited whose answers count; nobody knows where those stand that "
                               "did not answer. Missing answers are never counted as zero."));
  texts.push_back(
      "No other site is named or shown by itself here. Of few sites a count may still tell those "
      "who know them: share this page as you would share your own answers.");
  return {"how-sure", "How sure is this?", Bullets(texts)};
}

}  // namespace

std::string BuildSitePage(const SitePageInput& input) {
  const SiteFeedback& feedback = input.renderings.front().feedback();
  Page page;
  page.title = absl::StrCat(feedback.label(), ", ", input.summary.display_name());
  page.header = SiteHeader(input, feedback);
  page.footer = MadeFrom(feedback.name(), input.generated_at);
  page.sections.push_back(Keys(feedback));
  const int pictures = input.renderings.front().pictures_size();
  for (int i = 0; i < pictures; ++i) {
    std::vector<metrics::v1::Picture> widths;
    widths.reserve(input.renderings.size());
    for (const auto& rendering : input.renderings) widths.push_back(rendering.pictures(i));
    AddPicture(widths, page);
  }
  page.sections.push_back(Numbers(feedback));
  page.sections.push_back(Unlike(feedback));
  page.sections.push_back(Partners(input.profile));
  page.sections.push_back(HowSure(input, feedback));
  return BuildPage(page);
}

}  // namespace weft::report
