// figure (terminal bars, data, Vega-Lite) and report.
#ifndef WEFT_TOOLS_CLI_FIGURES_H_
#define WEFT_TOOLS_CLI_FIGURES_H_

#include "CLI/App.hpp"
#include "absl/status/status.h"
#include "tools/cli/session.h"

namespace weft::cli {

void AddFigureCommands(CLI::App& app, Session*& session, absl::Status& result);

}  // namespace weft::cli

#endif  // WEFT_TOOLS_CLI_FIGURES_H_
