// Where the sites of a roster stand: how complete and how fresh their answers are, who is due, and
// how the response rate came about, day by day.
#ifndef WEFT_SERVICES_INGESTION_DOMAIN_ROSTER_STATUS_H_
#define WEFT_SERVICES_INGESTION_DOMAIN_ROSTER_STATUS_H_

#include <map>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "services/ingestion/domain/instrument_index.h"
#include "weft/ingestion/v1/response.pb.h"
#include "weft/ingestion/v1/roster_status.pb.h"
#include "weft/ingestion/v1/wave.pb.h"

namespace weft::ingestion {

// Of canonical answers.
v1::Completeness CompletenessOf(const InstrumentIndex& instrument, const v1::Answers& answers);

// `response` is the entry's site's; null when it has none.
v1::RosterStatus StatusOf(const v1::Wave& wave, const InstrumentIndex& instrument,
                          const v1::RosterEntry& entry, const v1::Response* response,
                          absl::Time now);

// The days that a request asks for, of a wave that was opened. INVALID_ARGUMENT.
struct DayRange {
  absl::CivilDay first;
  absl::CivilDay last;
};
absl::StatusOr<DayRange> DaysOf(const v1::GetResponseRateSeriesRequest& request,
                                const v1::Wave& wave, absl::Time now);

// Adds up, from each site's changes of state and its amendments, what GetResponseRate would have
// answered at the end of each day.
class ResponseRateSeries {
 public:
  // `opened` is when the wave was.
  explicit ResponseRateSeries(absl::Time opened) : opened_(opened) {}

  // `response` is the entry's site's; null when it has none.
  void Add(const v1::RosterEntry& entry, const v1::Response* response);
  std::vector<v1::ResponseRateDay> Days(const DayRange& range) const;

 private:
  const absl::Time opened_;
  // What each day adds to the one before; counts may be negative.
  std::map<absl::CivilDay, v1::ResponseRateDay> changes_;
};

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_DOMAIN_ROSTER_STATUS_H_
