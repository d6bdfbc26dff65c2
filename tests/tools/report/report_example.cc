#include "tests/tools/report/report_example.h"

#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "services/metrics/domain/compute.h"
#include "services/metrics/domain/network/network_map.h"
#include "services/metrics/domain/vega.h"
#include "tests/services/metrics/expectation_example.h"
#include "tests/services/metrics/figure_example.h"
#include "tests/services/metrics/network/network_example.h"

namespace weft::report {
namespace {

using metrics::Expect;
using metrics::WaveBuilder;

// Everything that metrics answers about a wave, with these claims.
ReportInput InputOf(const WaveBuilder& wave, const std::vector<metrics::v1::Expectation>& claims) {
  const metrics::FigureData figures = metrics::InputOf(wave);
  ReportInput input;
  input.summary = figures.summary;
  for (const char* id : {"model", "partner-types", "interaction-levels", "networks"}) {
    for (const int width : kFigureWidths) {
      input.figures.push_back(metrics::Render(*metrics::Figure(figures, id), width));
    }
  }
  input.expectations =
      metrics::CheckExpectations(metrics::RequestOf(claims), figures.summary, figures.sites);
  input.items = *metrics::ComputeItems(wave.View(), {});
  input.generated_at =
      absl::FromCivil(absl::CivilSecond(2026, 6, 1, 12, 0, 0), absl::UTCTimeZone());
  input.notice = "The answers of this example are constructed.";
  return input;
}

// Twelve sites with their partners.
metrics::v1::Picture MapOfTwelveSites(int width) {
  metrics::Network network = metrics::RandomNetwork(12, 20, 44, 3);
  for (size_t i = 0; i < network.sites.size(); ++i) {
    network.sites[i].label = absl::StrCat("Site ", i < 9 ? "0" : "", i + 1);
  }
  metrics::NetworkLayout layout(network, 0, {});
  while (layout.Work()) {
  }
  const metrics::v1::RenderNetworkRequest request;
  metrics::NetworkComputation computation(network, metrics::OptionsOf(request));
  while (computation.Work()) {
  }
  return metrics::DrawNetworkMap(metrics::MakeNetworkMap(network, computation, layout.places()),
                                 width);
}

}  // namespace

ReportInput ExampleInput() {
  WaveBuilder wave = metrics::SmallWave();
  wave.records().frame.wave.set_display_name("Wave <one> & </title><script>alert(1)</script>");
  std::mt19937_64 random(7);
  for (int i = 0; i < 3; ++i) {
    wave.Add(metrics::RandomAnswers(wave.records().frame.instrument, random));
  }
  std::vector<metrics::v1::Expectation> claims = {
      Expect("id: 'H' statement: 'A claim that holds.' source: 'The <brief>' metric { metric: "
             "METRIC_RICHNESS_MEAN } number { comparison: COMPARISON_AT_LEAST value: 1 }"),
      Expect("id: 'F' statement: 'A claim </h3> that fails & \"quotes\".' metric { metric: "
             "METRIC_PRESENCE partner_types: ['t1', 't6'] } "
             "number { comparison: COMPARISON_EQUAL value: 1 }"),
      Expect("id: 'U' statement: 'A claim about a site that has not answered.' metric { metric: "
             "METRIC_SITE_RICHNESS site: 'sites/s008' } "
             "number { comparison: COMPARISON_EQUAL value: 1 }"),
      Expect("id: 'N' statement: 'A value without a claim.' metric { metric: METRIC_TYPE_COUNT }"),
      Expect("id: 'M' statement: 'A most frequent level.' metric { metric: METRIC_LEVEL_MODE "
             "partner_types: ['t1', 't2', 't6'] base: BASE_ENGAGED } "
             "mode { level: INTERACTION_LEVEL_COORDINATION }")};
  return InputOf(wave, claims);
}

ReportInput LabInput() {
  constexpr int kTypes = 18;
  WaveBuilder wave(kTypes);
  wave.records().frame.wave.set_display_name("Ecosystem Lab survey");
  const char* names[kTypes] = {"K-12 schools",
                               "School districts",
                               "Community-based organizations",
                               "Out-of-school programs",
                               "Local businesses",
                               "Food agencies",
                               "Higher education institutions",
                               "Cultural or recreation centers",
                               "Media and communication organizations",
                               "Transportation agencies",
                               "Public agencies",
                               "Healthcare providers",
                               "Faith-based organizations",
                               "Research and evaluation partners",
                               "Education technology providers",
                               "Family and caregiver groups",
                               "Funders",
                               "Libraries"};
  for (int i = 0; i < kTypes; ++i) {
    wave.records().frame.taxonomy.mutable_types(i)->set_display_name(names[i]);
  }
  std::mt19937_64 random(3);
  for (int site = 0; site < 10; ++site) {
    std::string answers;
    for (int type = 0; type < kTypes; ++type) {
      // The first types are engaged everywhere, the later ones by the later sites.
      const bool engaged = type < 8 || static_cast<int>(random() % 10) < 4 + site / 2;
      absl::StrAppend(&answers, engaged ? 1 + random() % 4 : 0, " ");
    }
    wave.Add(absl::StrCat(answers, "| ", 1 + (site + 2) / 4));
    wave.records().roster.back().set_neutral_label(
        absl::StrCat("Site ", site < 9 ? "0" : "", site + 1));
  }
  wave.Invite().Invite();
  ReportInput input =
      InputOf(wave, {Expect("id: 'F1' statement: 'Ten of twelve sites answered.' metric { metric: "
                            "METRIC_RESPONSE_RATE } number { comparison: COMPARISON_EQUAL value: "
                            "0.83 decimals: 2 n: 12 }")});
  for (const int width : kFigureWidths) input.network_map.push_back(MapOfTwelveSites(width));
  return input;
}

}  // namespace weft::report
