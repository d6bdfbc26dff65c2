// partnership propose, proposals, accept, decline and withdraw: ties that organizations propose.
#ifndef WEFT_TOOLS_CLI_PROPOSALS_H_
#define WEFT_TOOLS_CLI_PROPOSALS_H_

#include "CLI/App.hpp"
#include "absl/status/status.h"
#include "tools/cli/session.h"

namespace weft::cli {

// Adds them to the command "partnership".
void AddProposalCommands(CLI::App& partnership, Session*& session, absl::Status& result);

}  // namespace weft::cli

#endif  // WEFT_TOOLS_CLI_PROPOSALS_H_
