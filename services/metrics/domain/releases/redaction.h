// Taking out of a release what may no longer be shown.
//
// What was computed stays: structured answers outlast an erasure at ingestion too, and a count is
// of nobody. What shows one site alone (its rows in Figures 3 and 4), and words, go.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_RELEASES_REDACTION_H_
#define WEFT_SERVICES_METRICS_DOMAIN_RELEASES_REDACTION_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "weft/ingestion/v1/erasure.pb.h"
#include "weft/ingestion/v1/open_answer_service.pb.h"
#include "weft/metrics/store/v1/releases.pb.h"
#include "weft/metrics/v1/disclosure.pb.h"
#include "weft/metrics/v1/release.pb.h"

namespace weft::metrics {

// Whether `name` is `waves/{wave}/responses/{response}`.
bool IsResponseName(absl::string_view name);

// What is to be taken out, by name.
struct DueRedactions {
  // Responses of the manifest that were erased, with everybody who had a part in them.
  std::vector<std::string> responses;
  // Open answers that findings quote and that were erased.
  std::vector<std::string> erased_quotes;
  // Those that may no longer be quoted.
  std::vector<std::string> withdrawn_quotes;

  bool empty() const {
    return responses.empty() && erased_quotes.empty() && withdrawn_quotes.empty();
  }
};

// What ingestion says now: all erasures of the wave, all that may be quoted of it.
struct SourceWords {
  std::vector<ingestion::v1::Erasure> erasures;
  std::vector<ingestion::v1::Quote> quotes;
};
// The quote that ingestion gives of these words; null when they may not be quoted.
const ingestion::v1::Quote* FindQuote(const std::vector<ingestion::v1::Quote>& quotes,
                                      const v1::FindingQuote& quote);
// What of the release was not taken out before.
DueRedactions FindDue(const v1::Release& release, const std::vector<v1::Finding>& findings,
                      const SourceWords& words);

// Notes in the release what is taken out of it.
void NoteRedactions(const DueRedactions& due, absl::Time time, v1::Release& release);
// Takes quotes out of a finding; true when it had some of them.
bool RedactFinding(const DueRedactions& due, v1::Finding& finding);
// Rows of the sites of responses, which stand there by the labels that they were pinned with. Where
// two sites that are not named have the same label, both rows go: nobody can tell which is whose,
// and too little is better than too much. Answers how many rows it took out.
int RedactContent(const v1::Release& release, const store::v1::ReleasePin& pin,
                  const std::vector<std::string>& responses, v1::WaveContent& content);
// The responses among everything that was taken out so far.
std::vector<std::string> RedactedResponses(const v1::Release& release);

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_RELEASES_REDACTION_H_
