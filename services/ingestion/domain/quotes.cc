#include "services/ingestion/domain/quotes.h"

#include <string>

#include "absl/strings/str_cat.h"

namespace weft::ingestion {
namespace {

std::string SpeakerWords(v1::OpenAnswer::Speaker speaker) {
  switch (speaker) {
    case v1::OpenAnswer::SPEAKER_LEARNER:
      return "Learner";
    case v1::OpenAnswer::SPEAKER_FAMILY:
      return "Family member";
    default:
      return "Cohort member";
  }
}

std::string AttributionLine(const v1::OpenAnswer& answer, absl::string_view site,
                            absl::string_view role) {
  std::string speaker = SpeakerWords(answer.speaker());
  if (site.empty()) return speaker;
  if (answer.attribution() == v1::OpenAnswer::ATTRIBUTION_ROLE && !role.empty()) {
    return absl::StrCat(role, ", ", site);
  }
  const bool of_the_site = answer.speaker() == v1::OpenAnswer::SPEAKER_UNSPECIFIED ||
                           answer.speaker() == v1::OpenAnswer::SPEAKER_MEMBER;
  return of_the_site ? std::string(site) : absl::StrCat(speaker, ", ", site);
}

}  // namespace

v1::Quote QuoteOf(const v1::OpenAnswer& answer, const v1::RosterEntry& site,
                  absl::string_view role) {
  v1::Quote quote;
  quote.set_question(answer.question());
  quote.set_text(answer.redacted_text());
  quote.set_speaker(answer.speaker());
  const bool writer_agrees = answer.attribution() == v1::OpenAnswer::ATTRIBUTION_SITE ||
                             answer.attribution() == v1::OpenAnswer::ATTRIBUTION_ROLE;
  const bool named = writer_agrees && site.naming() == registry::v1::Site::NAMING_NAMED;
  if (named) {
    quote.set_open_answer(answer.name());
    quote.set_site(site.site());
  }
  std::string label;
  if (writer_agrees) label = named ? site.display_name() : site.neutral_label();
  quote.set_attribution_line(AttributionLine(answer, label, role));
  return quote;
}

}  // namespace weft::ingestion
