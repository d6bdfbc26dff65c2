// watch: a service's change feed, or a wave's summary, as it happens.
#ifndef WEFT_TOOLS_CLI_WATCH_H_
#define WEFT_TOOLS_CLI_WATCH_H_

#include "CLI/App.hpp"
#include "absl/status/status.h"
#include "tools/cli/session.h"

namespace weft::cli {

void AddWatchCommand(CLI::App& app, Session*& session, absl::Status& result);

}  // namespace weft::cli

#endif  // WEFT_TOOLS_CLI_WATCH_H_
