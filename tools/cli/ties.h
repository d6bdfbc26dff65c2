// What the commands about sites' ties with organizations share.
#ifndef WEFT_TOOLS_CLI_TIES_H_
#define WEFT_TOOLS_CLI_TIES_H_

#include <string>
#include <vector>

#include "CLI/App.hpp"
#include "absl/status/status.h"
#include "google/type/date.pb.h"
#include "weft/registry/v1/partnership.pb.h"
#include "weft/type/v1/scale.pb.h"

namespace weft::cli {

inline constexpr char kVocabularyHelp[] =
    "the list that the codes are from, e.g. vocabularies/lab-roles-1; may be given several times";

std::string LevelWord(type::v1::InteractionLevel level);
std::string ConfirmationWord(registry::v1::Partnership::Confirmation confirmation);

// "2025-03-01" into `date`; USAGE for anything else.
absl::Status SetDay(const std::string& text, google::type::Date* date);

// An option that takes several values by being given several times.
void AddMany(CLI::App& command, const char* flag, std::vector<std::string>& values,
             const char* help);

void PrintPartnership(const registry::v1::Partnership& tie);

}  // namespace weft::cli

#endif  // WEFT_TOOLS_CLI_TIES_H_
