#include "services/ingestion/domain/scale_words.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace weft::ingestion {
namespace {

constexpr absl::string_view kLevelPrefix = "INTERACTION_LEVEL_";
constexpr absl::string_view kResponsibilityPrefix = "SHARED_RESPONSIBILITY_";

std::string Word(absl::string_view value, absl::string_view prefix) {
  return absl::AsciiStrToLower(absl::StripPrefix(value, prefix));
}

std::string ValueName(absl::string_view word, absl::string_view prefix) {
  return absl::StrCat(prefix, absl::AsciiStrToUpper(word));
}

}  // namespace

std::string WordOf(type::v1::InteractionLevel level) {
  return Word(type::v1::InteractionLevel_Name(level), kLevelPrefix);
}

std::string WordOf(type::v1::SharedResponsibility rating) {
  return Word(type::v1::SharedResponsibility_Name(rating), kResponsibilityPrefix);
}

std::optional<type::v1::InteractionLevel> LevelOf(absl::string_view name) {
  type::v1::InteractionLevel level = type::v1::INTERACTION_LEVEL_UNSPECIFIED;
  const bool known = type::v1::InteractionLevel_Parse(ValueName(name, kLevelPrefix), &level);
  if (!known || level == type::v1::INTERACTION_LEVEL_UNSPECIFIED) return std::nullopt;
  return level;
}

std::optional<type::v1::SharedResponsibility> ResponsibilityOf(absl::string_view name) {
  type::v1::SharedResponsibility rating = type::v1::SHARED_RESPONSIBILITY_UNSPECIFIED;
  const bool known =
      type::v1::SharedResponsibility_Parse(ValueName(name, kResponsibilityPrefix), &rating);
  if (!known || rating == type::v1::SHARED_RESPONSIBILITY_UNSPECIFIED) return std::nullopt;
  return rating;
}

}  // namespace weft::ingestion
