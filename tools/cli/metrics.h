// summary, site-metrics, frequencies, check and metrics: the numbers of a wave, and what they mean.
#ifndef WEFT_TOOLS_CLI_METRICS_H_
#define WEFT_TOOLS_CLI_METRICS_H_

#include <memory>
#include <string>

#include "CLI/App.hpp"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tools/cli/session.h"
#include "weft/metrics/v1/metrics.pb.h"

namespace weft::cli {

// The wave and the parameters that every metrics command takes.
struct WaveOptions {
  std::string wave;
  std::string cohort;
  std::string floor;
  std::string rule;
  std::string self;
  std::string filter;
  std::string min_registry;
  std::string min_ingestion;
};

// Which of a wave's sites a command is about: those that options say, or those that it asks for
// itself.
enum class OfSites { kTheseOrAll, kItsOwn };

// Adds WAVE and the parameter options to `command`.
std::shared_ptr<WaveOptions> AddParameterOptions(CLI::App& command,
                                                 OfSites of_sites = OfSites::kTheseOrAll);
// The same, and how far the feeds must have been read.
std::shared_ptr<WaveOptions> AddWaveOptions(CLI::App& command,
                                            OfSites of_sites = OfSites::kTheseOrAll);
absl::StatusOr<metrics::v1::Parameters> ParseParameters(const WaveOptions& options);
metrics::v1::Positions MinPositions(const Session& session, const WaveOptions& options);
// "10 of 12 sites, submitted responses, engaged rule level first": what numbers rest on.
std::string BasisText(int counted, int invited, const metrics::v1::Parameters& parameters);

void AddMetricsCommands(CLI::App& app, Session*& session, absl::Status& result);

}  // namespace weft::cli

#endif  // WEFT_TOOLS_CLI_METRICS_H_
