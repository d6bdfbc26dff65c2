// What belongs to a wave and is no plain resource: who answered, who declined, who is on the
// roster.
#ifndef WEFT_TOOLS_CLI_WAVES_H_
#define WEFT_TOOLS_CLI_WAVES_H_

#include "CLI/App.hpp"
#include "absl/status/status.h"
#include "tools/cli/session.h"

namespace weft::cli {

void AddWaveCommands(CLI::App& app, Session*& session, absl::Status& result);

}  // namespace weft::cli

#endif  // WEFT_TOOLS_CLI_WAVES_H_
