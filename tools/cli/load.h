// load: a directory of files, as in examples/lab-2025, into running servers.
#ifndef WEFT_TOOLS_CLI_LOAD_H_
#define WEFT_TOOLS_CLI_LOAD_H_

#include "CLI/App.hpp"
#include "absl/status/status.h"
#include "tools/cli/session.h"

namespace weft::cli {

void AddLoadCommand(CLI::App& app, Session*& session, absl::Status& result);

}  // namespace weft::cli

#endif  // WEFT_TOOLS_CLI_LOAD_H_
