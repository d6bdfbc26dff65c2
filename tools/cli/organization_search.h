// org search and org duplicates.
#ifndef WEFT_TOOLS_CLI_ORGANIZATION_SEARCH_H_
#define WEFT_TOOLS_CLI_ORGANIZATION_SEARCH_H_

#include "CLI/App.hpp"
#include "absl/status/status.h"
#include "tools/cli/session.h"

namespace weft::cli {

// `org` is the command that they belong to.
void AddOrganizationSearchCommands(CLI::App& org, Session*& session, absl::Status& result);

}  // namespace weft::cli

#endif  // WEFT_TOOLS_CLI_ORGANIZATION_SEARCH_H_
