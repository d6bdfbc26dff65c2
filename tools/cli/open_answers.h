// Free text from the terminal: review, quotes, erasure, coded excerpts.
#ifndef WEFT_TOOLS_CLI_OPEN_ANSWERS_H_
#define WEFT_TOOLS_CLI_OPEN_ANSWERS_H_

#include <string>

#include "CLI/App.hpp"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tools/cli/session.h"
#include "weft/ingestion/v1/response.pb.h"

namespace weft::cli {

// "4:3:[name]": from the fifth character on, three characters, "[name]" in their place. Errors:
// INVALID_ARGUMENT (USAGE).
absl::StatusOr<ingestion::v1::Redaction> ParseRedaction(const std::string& text);

void AddOpenAnswerCommands(CLI::App& app, Session*& session, absl::Status& result);

}  // namespace weft::cli

#endif  // WEFT_TOOLS_CLI_OPEN_ANSWERS_H_
