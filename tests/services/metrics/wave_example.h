// Waves in a notation that fits on a line, and random ones.
#ifndef WEFT_TESTS_SERVICES_METRICS_WAVE_EXAMPLE_H_
#define WEFT_TESTS_SERVICES_METRICS_WAVE_EXAMPLE_H_

#include <random>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/metrics/domain/view_builder.h"
#include "services/metrics/domain/wave_view.h"
#include "weft/ingestion/v1/instrument.pb.h"
#include "weft/ingestion/v1/response.pb.h"
#include "weft/ingestion/v1/wave.pb.h"
#include "weft/metrics/v1/metrics.pb.h"

namespace weft::metrics {

// One cell: level and count, "4/12", then "s" when the site counts itself.
//   level: 0 to 4, or why it is missing
//   count: "12", "~12", "10-15", "20+", or why it is missing; left out with its slash: not answered
//   missing: "-" not answered, "a" not asked, "k" don't know, "r" refused, "p" not applicable, "?"
//   for no reason
ingestion::v1::PartnerCell Cell(absl::string_view text);

// Answers with one cell for each type "t1", "t2" ...: cells apart by spaces, "." for a type that is
// not mentioned; then the rating after a bar: 1 to 3 or why it is missing, nothing for no answer.
//   Answers("4/12 3 . k/2s | 3")
ingestion::v1::Answers MakeAnswers(absl::string_view text);

// Types "t1" to "tK", and questions "stage" (choice a, b, c), "barriers" (multi-choice x, y, z),
// "students" (number), "story" (text), "matrix" and "shared" in two sections.
ingestion::v1::Instrument MakeInstrument(int types);

// A wave of "cohorts/one" and "cohorts/two" with sites "sites/s001" ...
class WaveBuilder {
 public:
  explicit WaveBuilder(int types);

  // On the roster, without a response.
  WaveBuilder& Invite(const std::vector<std::string>& cohorts = {"cohorts/one"});
  // On the roster, with a submitted response.
  WaveBuilder& Add(const ingestion::v1::Answers& answers,
                   const std::vector<std::string>& cohorts = {"cohorts/one"});
  WaveBuilder& Add(absl::string_view answers,
                   const std::vector<std::string>& cohorts = {"cohorts/one"}) {
    return Add(MakeAnswers(answers), cohorts);
  }

  WaveRecords& records() { return records_; }
  WaveView View(const v1::Parameters& parameters = {}) const {
    return BuildWaveView(records_, parameters);
  }

 private:
  WaveRecords records_;
};

// The last response becomes approved at its current revision.
void Approve(ingestion::v1::Response& response);

v1::Parameters With(v1::EngagedRule rule, v1::SelfRule self = v1::SELF_RULE_INCLUDE);

// Answers in which everything occurs: every kind of missing, contradictions, every form of a count.
ingestion::v1::Answers RandomAnswers(const ingestion::v1::Instrument& instrument,
                                     std::mt19937_64& random);

}  // namespace weft::metrics

#endif  // WEFT_TESTS_SERVICES_METRICS_WAVE_EXAMPLE_H_
