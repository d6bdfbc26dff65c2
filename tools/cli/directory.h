// directory import and export: organizations in the Human Services Data Specification.
#ifndef WEFT_TOOLS_CLI_DIRECTORY_H_
#define WEFT_TOOLS_CLI_DIRECTORY_H_

#include "CLI/App.hpp"
#include "absl/status/status.h"
#include "tools/cli/session.h"

namespace weft::cli {

void AddDirectoryCommands(CLI::App& app, Session*& session, absl::Status& result);

}  // namespace weft::cli

#endif  // WEFT_TOOLS_CLI_DIRECTORY_H_
