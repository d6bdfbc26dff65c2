// Instruments as forms of other tools, and how versions of an instrument differ.
#ifndef WEFT_TOOLS_CLI_FORMS_H_
#define WEFT_TOOLS_CLI_FORMS_H_

#include "CLI/App.hpp"
#include "absl/status/status.h"
#include "tools/cli/session.h"

namespace weft::cli {

void AddFormCommands(CLI::App& app, Session*& session, absl::Status& result);

}  // namespace weft::cli

#endif  // WEFT_TOOLS_CLI_FORMS_H_
