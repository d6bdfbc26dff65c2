// associations, intervals, turnover, feedback, groups and compare: how numbers go together within a
// wave, how much single sites weigh, where one site stands, how two groups of sites differ, and
// what changed between two waves.
#ifndef WEFT_TOOLS_CLI_COMPARISONS_H_
#define WEFT_TOOLS_CLI_COMPARISONS_H_

#include "CLI/App.hpp"
#include "absl/status/status.h"
#include "tools/cli/session.h"

namespace weft::cli {

void AddComparisonCommands(CLI::App& app, Session*& session, absl::Status& result);

}  // namespace weft::cli

#endif  // WEFT_TOOLS_CLI_COMPARISONS_H_
