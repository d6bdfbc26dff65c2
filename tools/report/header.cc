// The page's header, key numbers, caveats and footer.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/words/number_text.h"
#include "common/words/terms.h"
#include "tools/report/html.h"
#include "tools/report/sections.h"

namespace weft::report {
namespace {

using metrics::v1::WaveSummary;

// "11 to 18", or what is known of it.
std::string RangeText(const metrics::v1::SiteStatistic& statistic) {
  return absl::StrCat(NumberText(statistic.min(), 1), " to ", NumberText(statistic.max(), 1));
}

// Types that every site engages, as far as is known.
std::vector<std::string> Everywhere(const WaveSummary& summary) {
  std::vector<std::string> names;
  for (const metrics::v1::PartnerTypeSummary& type : summary.partner_types()) {
    if (type.presence().has_value() && type.presence().value() == 1) {
      names.push_back(type.display_name());
    }
  }
  return names;
}

}  // namespace

std::string Header(const ReportInput& input) {
  const WaveSummary& summary = input.summary;
  const metrics::v1::Provenance& provenance = summary.provenance();
  const metrics::v1::Parameters& parameters = provenance.parameters();
  const std::string lead =
      Element("p", {{"class", "lead"}},
              absl::StrCat("What ", summary.counted(), " of ", summary.invited(),
                           " invited sites say about their partners, how deeply they work "
                           "together, and how far responsibility for learning is shared."));
  std::string facts;
  absl::StrAppend(&facts, Fact("Wave", provenance.wave()));
  absl::StrAppend(&facts, Fact("Sites", parameters.cohort().empty()
                                            ? "All sites of the wave"
                                            : absl::StrCat("Those in ", parameters.cohort())));
  if (!parameters.filter().empty()) {
    absl::StrAppend(&facts, Fact("Only those where", parameters.filter()));
  }
  if (input.roster_size > 0 && input.roster_size != summary.invited()) {
    absl::StrAppend(&facts, Fact("On the roster", Counted(input.roster_size, "site", "sites")));
  }
  absl::StrAppend(&facts, CountedFacts(summary, provenance));
  absl::StrAppend(&facts,
                  Fact("Computed through",
                       absl::StrCat("registry ", provenance.computed_through().registry(),
                                    ", ingestion ", provenance.computed_through().ingestion())));
  return HeaderHtml(summary.display_name(), input.notice, lead, "How this was counted", facts);
}

std::string CountedFacts(const WaveSummary& summary, const metrics::v1::Provenance& provenance) {
  const metrics::v1::Parameters& parameters = provenance.parameters();
  return absl::StrCat(
      Fact("Counted (n of N)", absl::StrCat(summary.counted(), " of ", summary.invited(),
                                            " invited, with ", FloorWords(parameters.floor()))),
      Fact("A type is engaged when", std::string(EngagedRuleWords(parameters.engaged_rule()))),
      Fact("Own organization", SelfRuleWords(parameters.self_rule())),
      Fact("Asked with", absl::StrCat(provenance.instrument(), ", ", provenance.taxonomy())));
}

Section KeyNumbers(const ReportInput& input) {
  const WaveSummary& summary = input.summary;
  std::string keys;
  absl::StrAppend(
      &keys, Key(absl::StrCat(summary.counted(), " of ", summary.invited()),
                 absl::StrCat("invited sites answered (", Percent(summary.response_rate()), ").")));
  if (summary.richness().mean().has_value()) {
    absl::StrAppend(&keys, Key(Short(summary.richness().mean().value(), 1),
                               absl::StrCat("partner types, of ", summary.type_count(),
                                            ", are engaged by a site on average; the range is ",
                                            RangeText(summary.richness()), " (n\u00a0=\u00a0",
                                            summary.richness().mean().n(), ").")));
  }
  const std::vector<std::string> everywhere = Everywhere(summary);
  if (!everywhere.empty()) {
    absl::StrAppend(&keys,
                    Key(absl::StrCat(everywhere.size(), " of ", summary.type_count()),
                        absl::StrCat("partner types are engaged by every site whose answer is "
                                     "known: ",
                                     Listed(everywhere), ".")));
  }
  if (summary.mean_level_engaged().mean().has_value()) {
    absl::StrAppend(
        &keys,
        Key(Fixed(summary.mean_level_engaged().mean().value(), 1),
            absl::StrCat("is the mean depth of the partnerships that exist, from 0 (no "
                         "interaction) to 4 (collaboration); sites range from ",
                         Fixed(summary.mean_level_engaged().min().value(), 1), " to ",
                         Fixed(summary.mean_level_engaged().max().value(), 1), " (n\u00a0=\u00a0",
                         summary.mean_level_engaged().mean().n(), ").")));
  }
  const type::v1::Estimate& moderate = summary.shared_responsibility().at_least_moderate();
  if (moderate.has_value()) {
    absl::StrAppend(
        &keys,
        Key(absl::StrCat(moderate.numerator(), " of ", moderate.n()),
            absl::StrCat("sites with a rating call shared responsibility for learning at least "
                         "moderately evident (",
                         Percent(moderate), ").")));
  }
  if (input.expectations.has_value()) {
    const int stated = input.expectations->holds() + input.expectations->fails();
    absl::StrAppend(&keys, Key(absl::StrCat(input.expectations->holds(), " of ", stated),
                               "claims about this wave hold in these records."));
  }
  return {"key-numbers", "Key numbers", Element("ul", {{"class", "keys"}}, keys)};
}

Section Caveats(const WaveSummary& summary) {
  std::vector<std::string> texts(summary.provenance().caveats().begin(),
                                 summary.provenance().caveats().end());
  if (summary.contradictions() > 0) {
    texts.push_back(absl::StrCat(Counted(summary.contradictions(), "answer", "answers"),
                                 " contradict themselves: a level that says one thing and a count "
                                 "that says another."));
  }
  texts.emplace_back(
      "Missing answers are never counted as zero. n is the number of known answers, N the number "
      "of sites asked; where answers are missing, the tables show the lowest and the highest "
      "number that they could have made.");
  return {"caveats", "Read with care", Bullets(texts)};
}

std::string Footer(const ReportInput& input) {
  return MadeFrom(input.summary.name(), input.generated_at);
}

}  // namespace weft::report
