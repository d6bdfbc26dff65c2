#include "services/registry/domain/partnership_filter.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"
#include "common/base/status_macros.h"
#include "services/registry/domain/field_filter.h"

namespace weft::registry {
namespace {

using v1::Partnership;
using weft::type::v1::InteractionLevel;

constexpr absl::string_view kLevelPrefix = "INTERACTION_LEVEL_";
constexpr absl::string_view kConfirmationPrefix = "CONFIRMATION_";

std::string Word(absl::string_view name, absl::string_view prefix) {
  return absl::AsciiStrToLower(absl::StripPrefix(name, prefix));
}

FieldValues LevelValues(InteractionLevel level) {
  if (level == weft::type::v1::INTERACTION_LEVEL_UNSPECIFIED) return {};
  return {Word(weft::type::v1::InteractionLevel_Name(level), kLevelPrefix)};
}

std::vector<std::string> LevelWords() {
  std::vector<std::string> words;
  words.reserve(weft::type::v1::InteractionLevel_ARRAYSIZE);
  for (int i = 1; i < weft::type::v1::InteractionLevel_ARRAYSIZE; ++i) {
    words.push_back(LevelValues(static_cast<InteractionLevel>(i)).front());
  }
  return words;
}

const std::vector<FilterField>& FilterFields() {
  static const auto& fields = *new std::vector<FilterField>{
      {.name = "agreement"},
      {.name = "condition"},
      {.name = "confirmation", .words = {"unconfirmed", "confirmed", "disputed"}},
      {.name = "is_self", .words = {"false", "true"}},
      {.name = "level", .words = LevelWords(), .ordered = true},
      {.name = "mechanism"},
      {.name = "open", .words = {"false", "true"}},
      {.name = "organization", .prefix = "organizations/"},
      {.name = "organization_level", .words = LevelWords(), .ordered = true},
      {.name = "partner_type"},
      {.name = "role"},
  };
  return fields;
}

FieldValues Truth(bool value) { return {value ? "true" : "false"}; }

FieldValues ValuesOf(const Partnership& partnership, absl::string_view field) {
  if (field == "organization") return {partnership.organization()};
  if (field == "partner_type") return {partnership.partner_type()};
  if (field == "role") return {partnership.roles().begin(), partnership.roles().end()};
  if (field == "mechanism") {
    return {partnership.mechanisms().begin(), partnership.mechanisms().end()};
  }
  if (field == "is_self") return Truth(partnership.is_self());
  if (field == "open") return Truth(!partnership.has_end_date());
  if (field == "level") return LevelValues(partnership.level());
  if (field == "organization_level") return LevelValues(partnership.organization_level());
  if (field == "confirmation") {
    return {Word(Partnership::Confirmation_Name(partnership.confirmation()), kConfirmationPrefix)};
  }
  FieldValues values;
  if (field == "agreement") {
    values.reserve(partnership.agreements_size());
    for (const v1::Agreement& agreement : partnership.agreements()) {
      values.push_back(agreement.kind());
    }
  } else {
    values.reserve(partnership.conditions_size());
    for (const v1::Condition& condition : partnership.conditions()) {
      values.push_back(condition.code());
    }
  }
  return values;
}

}  // namespace

absl::StatusOr<PartnershipFilter> PartnershipFilter::Parse(absl::string_view text) {
  PartnershipFilter parsed;
  WEFT_ASSIGN_OR_RETURN(parsed.expression_, ParseFilter(text, "a partnership", FilterFields()));
  return parsed;
}

bool PartnershipFilter::Matches(const Partnership& partnership) const {
  return !expression_.has_value() ||
         FilterHolds(*expression_, FilterFields(),
                     [&](absl::string_view field) { return ValuesOf(partnership, field); });
}

std::string PartnershipFilter::RequiredOrganization() const {
  return expression_.has_value() ? RequiredValue(*expression_, "organization") : "";
}

}  // namespace weft::registry
