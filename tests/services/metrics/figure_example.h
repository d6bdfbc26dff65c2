// Small waves for figures and claims: one with everything that can go wrong in few answers, one
// without any answer.
#ifndef WEFT_TESTS_SERVICES_METRICS_FIGURE_EXAMPLE_H_
#define WEFT_TESTS_SERVICES_METRICS_FIGURE_EXAMPLE_H_

#include <string>

#include "absl/status/statusor.h"
#include "services/metrics/domain/figures.h"
#include "tests/services/metrics/wave_example.h"
#include "weft/metrics/v1/figure_service.pb.h"
#include "weft/metrics/v1/metrics.pb.h"

namespace weft::metrics {

// All that any figure is made from, with every site of the wave.
FigureData InputOf(const WaveBuilder& wave, const v1::Parameters& parameters = {});

// Six types, eight sites on the roster, seven responses: unknown engagement (t2 of s003, all of
// s004), engagement without a level (t6 of s002), a missing rating (s003), a site about which
// nothing is known (s004), two sites at one place in Figure 4 (s005, s006), a contradiction (t1 of
// s007), a named site (s002), a type whose name is full of markup (t6), ties everywhere.
WaveBuilder SmallWave();
// Two sites on the roster, nobody has answered.
WaveBuilder EmptyWave();

// BuildFigure() for `waves/w1/figures/{figure}`, with what else the request holds.
absl::StatusOr<v1::Figure> Figure(const FigureData& input, absl::string_view figure,
                                  v1::GetFigureRequest request = {});

}  // namespace weft::metrics

#endif  // WEFT_TESTS_SERVICES_METRICS_FIGURE_EXAMPLE_H_
