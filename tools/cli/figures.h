// figure (terminal bars, data, Vega-Lite) and report.
#ifndef WEFT_TOOLS_CLI_FIGURES_H_
#define WEFT_TOOLS_CLI_FIGURES_H_

#include <string>

#include "CLI/App.hpp"
#include "absl/status/status.h"
#include "tools/cli/session.h"

namespace weft::cli {

// Draws a Vega-Lite specification into a file, by how its name ends: .svg, .png, .json.
absl::Status WritePicture(const std::string& file, const std::string& vega_lite);

void AddFigureCommands(CLI::App& app, Session*& session, absl::Status& result);

}  // namespace weft::cli

#endif  // WEFT_TOOLS_CLI_FIGURES_H_
