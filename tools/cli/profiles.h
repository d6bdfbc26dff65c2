// profile: a site's partnerships beside its answers.
#ifndef WEFT_TOOLS_CLI_PROFILES_H_
#define WEFT_TOOLS_CLI_PROFILES_H_

#include "CLI/App.hpp"
#include "absl/status/status.h"
#include "tools/cli/session.h"

namespace weft::cli {

void AddProfileCommand(CLI::App& app, Session*& session, absl::Status& result);

}  // namespace weft::cli

#endif  // WEFT_TOOLS_CLI_PROFILES_H_
