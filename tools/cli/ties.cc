#include "tools/cli/ties.h"

#include <cstdio>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "common/base/status_macros.h"
#include "common/validation/dates.h"
#include "tools/cli/words.h"

namespace weft::cli {
namespace {

namespace v1 = ::weft::registry::v1;
using google::type::Date;
using v1::Partnership;

absl::StatusOr<Date> ParseDay(const std::string& text) {
  absl::CivilDay day;
  // ParseCivilTime takes "2025-3-1" and years of any length, too; only one form is a day here.
  if (text.size() != 10 || !absl::ParseCivilTime(text, &day)) {
    return UsageError(absl::StrCat("\"", text, "\" is no day; write it as 2025-03-01"));
  }
  Date date;
  date.set_year(static_cast<int>(day.year()));
  date.set_month(day.month());
  date.set_day(day.day());
  return date;
}

void PrintSide(absl::string_view who, type::v1::InteractionLevel level, bool dated,
               const Date& date) {
  std::printf("  %s: %s%s\n", std::string(who).c_str(), LevelWord(level).c_str(),
              dated ? absl::StrCat(" since ", FormatDate(date)).c_str() : "");
}

}  // namespace

std::string LevelWord(type::v1::InteractionLevel level) {
  return EnumWords(type::v1::InteractionLevel_Name(level), "INTERACTION_LEVEL_");
}
std::string ConfirmationWord(Partnership::Confirmation confirmation) {
  return EnumWords(Partnership::Confirmation_Name(confirmation), "CONFIRMATION_");
}

absl::Status SetDay(const std::string& text, Date* date) {
  WEFT_ASSIGN_OR_RETURN(*date, ParseDay(text));
  return absl::OkStatus();
}

void AddMany(CLI::App& command, const char* flag, std::vector<std::string>& values,
             const char* help) {
  command.add_option(flag, values, help)->allow_extra_args(false);
}

void PrintPartnership(const Partnership& tie) {
  std::printf("%s  with %s as %s%s%s\n", tie.name().c_str(), tie.organization().c_str(),
              tie.partner_type().c_str(), tie.is_self() ? ", the site's own" : "",
              tie.has_delete_time() ? "  (deleted)" : "");
  std::printf("  %s to %s, %s by the organization\n",
              tie.has_start_date() ? FormatDate(tie.start_date()).c_str() : "open",
              tie.has_end_date() ? FormatDate(tie.end_date()).c_str() : "open",
              ConfirmationWord(tie.confirmation()).c_str());
  PrintSide("site's rating", tie.level(), tie.has_level_effective_date(),
            tie.level_effective_date());
  PrintSide("organization's rating", tie.organization_level(),
            tie.has_organization_level_effective_date(), tie.organization_level_effective_date());
  if (!tie.roles().empty()) std::printf("  roles %s\n", absl::StrJoin(tie.roles(), ", ").c_str());
  if (!tie.mechanisms().empty()) {
    std::printf("  mechanisms %s\n", absl::StrJoin(tie.mechanisms(), ", ").c_str());
  }
  if (!tie.vocabularies().empty()) {
    std::printf("  in the words of %s\n", absl::StrJoin(tie.vocabularies(), ", ").c_str());
  }
  for (const v1::Agreement& agreement : tie.agreements()) {
    std::printf("  agreement %s%s\n", agreement.kind().c_str(),
                agreement.has_review_date()
                    ? absl::StrCat(", to be reviewed ", FormatDate(agreement.review_date())).c_str()
                    : "");
  }
  for (const v1::Condition& condition : tie.conditions()) {
    std::printf(
        "  %s %s%s%s\n", condition.code().c_str(),
        EnumWords(v1::Condition::Direction_Name(condition.direction()), "DIRECTION_").c_str(),
        condition.evidence().empty() ? "" : ": ", condition.evidence().c_str());
  }
}

}  // namespace weft::cli
