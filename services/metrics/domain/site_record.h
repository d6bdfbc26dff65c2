// What one site has said, reduced to what the numbers need.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_SITE_RECORD_H_
#define WEFT_SERVICES_METRICS_DOMAIN_SITE_RECORD_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "weft/ingestion/v1/instrument.pb.h"
#include "weft/ingestion/v1/response.pb.h"
#include "weft/ingestion/v1/wave.pb.h"
#include "weft/metrics/store/v1/read_model.pb.h"
#include "weft/metrics/v1/metrics.pb.h"
#include "weft/type/v1/scale.pb.h"

namespace weft::metrics {

// Whether anything of it counts: not when it is withdrawn or declined.
bool TakesPart(const ingestion::v1::Response& response);
// The revision that counts at a floor if the response takes part; 0 when none does.
int RevisionAt(const ingestion::v1::Response& response, v1::ReviewFloor floor);
// The revision of a response that counts at a floor; 0 when none does.
int CountedRevision(const ingestion::v1::Response& response, v1::ReviewFloor floor);

// The structured items of an instrument that have frequencies, in its order: all but free text and
// the partner matrix. They point into `instrument`.
struct StructuredItem {
  const ingestion::v1::Section* section = nullptr;
  const ingestion::v1::Question* question = nullptr;
};
std::vector<StructuredItem> StructuredItems(const ingestion::v1::Instrument& instrument);

// The answers by position in the instrument. For many answers, make Questions once.
store::v1::CountedAnswers CountAnswers(const ingestion::v1::Instrument& instrument, int revision,
                                       const ingestion::v1::Answers& answers);

// CountedAnswers.rating.
uint32_t RatingCode(const ingestion::v1::Answers& answers);
type::v1::SharedResponsibility RatingOf(uint32_t code);
type::v1::MissingReason RatingMissing(uint32_t code);

// What a record says of the roster; without an entry the site is not invited.
void SetRosterEntry(const ingestion::v1::RosterEntry* entry, store::v1::SiteRecord& record);

// What a site's record is made of. Nothing is null that exists.
struct SiteSources {
  const ingestion::v1::RosterEntry* entry = nullptr;
  const ingestion::v1::Response* response = nullptr;
  // The answers of the revisions that count at each floor.
  const ingestion::v1::Answers* submitted = nullptr;
  const ingestion::v1::Answers* approved = nullptr;
};
// `site` is `sites/{site}`.
store::v1::SiteRecord MakeSiteRecord(const ingestion::v1::Instrument& instrument,
                                     absl::string_view site, const SiteSources& sources);

// The answers that count for the site at a floor; null when there are none.
const store::v1::CountedAnswers* AnswersAt(const store::v1::SiteRecord& site,
                                           v1::ReviewFloor floor);

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_SITE_RECORD_H_
