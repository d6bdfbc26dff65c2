// weft: Weft's API from a terminal.
#include <cstdio>
#include <optional>
#include <string>

#include "CLI/App.hpp"
#include "CLI/Config.hpp"
#include "CLI/Formatter.hpp"
#include "absl/status/status.h"
#include "common/base/error.h"
#include "tools/cli/comparisons.h"
#include "tools/cli/directory.h"
#include "tools/cli/error_text.h"
#include "tools/cli/figures.h"
#include "tools/cli/files.h"
#include "tools/cli/forms.h"
#include "tools/cli/load.h"
#include "tools/cli/metrics.h"
#include "tools/cli/networks.h"
#include "tools/cli/open_answers.h"
#include "tools/cli/partners.h"
#include "tools/cli/profiles.h"
#include "tools/cli/releases.h"
#include "tools/cli/resources.h"
#include "tools/cli/responses.h"
#include "tools/cli/session.h"
#include "tools/cli/watch.h"
#include "tools/cli/waves.h"

namespace {

constexpr char kFooter[] = R"(
Names are those of the API: sites/site-01, waves/2025-winter, waves/2025-winter/responses/site-01.
Examples:
  weft load examples/lab-2025
  weft summary waves/2025-winter
  weft figure waves/2025-winter partner-types
  weft check waves/2025-winter examples/lab-2025/expectations.json
  weft report waves/2025-winter --output report.html
  weft get sites/site-01
  weft import waves/2025-winter answers.csv --dry-run
Exit codes: 0 done, 1 refused or failed, 2 the command line is off.
)";

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Weft: records of learner-centered ecosystems, and the figures made from them.",
               "weft");
  app.footer(kFooter);
  app.require_subcommand(1);
  app.fallthrough();

  weft::cli::SessionOptions options;
  double timeout_seconds = 60;
  app.add_option("--registry", options.registry, "address of the registry")
      ->envname("WEFT_REGISTRY")
      ->capture_default_str();
  app.add_option("--ingestion", options.ingestion, "address of ingestion")
      ->envname("WEFT_INGESTION")
      ->capture_default_str();
  app.add_option("--metrics", options.metrics, "address of metrics")
      ->envname("WEFT_METRICS")
      ->capture_default_str();
  app.add_option("--principal", options.principal, "who you are: users/amara")
      ->envname("WEFT_PRINCIPAL");
  app.add_option("--timeout", timeout_seconds, "seconds to wait for an answer")
      ->capture_default_str();
  app.add_flag("--json", options.json, "print answers as proto JSON");

  // Commands run while the line is parsed, when the options before and after them are known.
  std::optional<weft::cli::Session> opened;
  weft::cli::Session* session = nullptr;
  absl::Status result;
  app.parse_complete_callback([&] {
    options.timeout = absl::Seconds(timeout_seconds);
    session = &opened.emplace(options);
  });
  weft::cli::AddLoadCommand(app, session, result);
  weft::cli::AddDirectoryCommands(app, session, result);
  weft::cli::AddFileCommands(app, session, result);
  weft::cli::AddFormCommands(app, session, result);
  weft::cli::AddMetricsCommands(app, session, result);
  weft::cli::AddComparisonCommands(app, session, result);
  weft::cli::AddFigureCommands(app, session, result);
  weft::cli::AddNetworkCommands(app, session, result);
  weft::cli::AddPartnerCommands(app, session, result);
  weft::cli::AddProfileCommand(app, session, result);
  weft::cli::AddReleaseCommands(app, session, result);
  weft::cli::AddResourceCommands(app, session, result);
  weft::cli::AddResponseCommands(app, session, result);
  weft::cli::AddOpenAnswerCommands(app, session, result);
  weft::cli::AddWaveCommands(app, session, result);
  weft::cli::AddWatchCommand(app, session, result);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : 2;
  }
  if (result.ok()) return 0;
  std::fputs(weft::cli::ErrorText(result).c_str(), stderr);
  return weft::ReasonOf(result) == "USAGE" ? 2 : 1;
}
