// What people do with responses together: contribute, see who said what, hand in, review, compare.
#ifndef WEFT_TOOLS_CLI_RESPONSES_H_
#define WEFT_TOOLS_CLI_RESPONSES_H_

#include <string>

#include "CLI/App.hpp"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tools/cli/session.h"
#include "weft/ingestion/v1/draft.pb.h"
#include "weft/ingestion/v1/response_service.pb.h"

namespace weft::cli {

// "cbo.level=cooperation", "cbo.count@3=12", "setting=school", "students=", with the version that
// was seen behind "@" (0 when there is none). A value is a number, an option or several joined by
// ";", a point of a scale, true or false, a kind of missing (dont_know, refused, not_asked,
// not_applicable), nothing at all to take the answer away, or a proto JSON AnswerValue. Errors:
// INVALID_ARGUMENT (USAGE).
absl::StatusOr<ingestion::v1::ContributedAnswer> ParseContribution(const std::string& text);
// The same for people: "cooperation", "10-15", "(refused)", "–" for no answer.
std::string ValueText(const ingestion::v1::AnswerValue& value);

void AddResponseCommands(CLI::App& app, Session*& session, absl::Status& result);

}  // namespace weft::cli

#endif  // WEFT_TOOLS_CLI_RESPONSES_H_
