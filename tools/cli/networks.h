// network metrics, network export: the network of sites and organizations.
#ifndef WEFT_TOOLS_CLI_NETWORKS_H_
#define WEFT_TOOLS_CLI_NETWORKS_H_

#include "CLI/App.hpp"
#include "absl/status/status.h"
#include "tools/cli/session.h"

namespace weft::cli {

void AddNetworkCommands(CLI::App& app, Session*& session, absl::Status& result);

}  // namespace weft::cli

#endif  // WEFT_TOOLS_CLI_NETWORKS_H_
