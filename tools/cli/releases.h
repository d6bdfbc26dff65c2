// release and finding: what is told of a wave for good, from the draft to the page that everybody
// reads, and what reviewers say about it on the way.
#ifndef WEFT_TOOLS_CLI_RELEASES_H_
#define WEFT_TOOLS_CLI_RELEASES_H_

#include "CLI/App.hpp"
#include "absl/status/status.h"
#include "tools/cli/session.h"

namespace weft::cli {

void AddReleaseCommands(CLI::App& app, Session*& session, absl::Status& result);

}  // namespace weft::cli

#endif  // WEFT_TOOLS_CLI_RELEASES_H_
