// org and partnership: the registry's partner organizations and sites' ties with them.
#ifndef WEFT_TOOLS_CLI_PARTNERS_H_
#define WEFT_TOOLS_CLI_PARTNERS_H_

#include "CLI/App.hpp"
#include "absl/status/status.h"
#include "tools/cli/session.h"

namespace weft::cli {

void AddPartnerCommands(CLI::App& app, Session*& session, absl::Status& result);

}  // namespace weft::cli

#endif  // WEFT_TOOLS_CLI_PARTNERS_H_
