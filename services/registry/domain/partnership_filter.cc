#include "services/registry/domain/partnership_filter.h"

#include <vector>

#include "common/base/enum_word.h"

namespace weft::registry {
namespace {

using filter::FieldValues;
using v1::Partnership;
using weft::type::v1::InteractionLevel;

constexpr absl::string_view kLevelPrefix = "INTERACTION_LEVEL_";
constexpr absl::string_view kConfirmationPrefix = "CONFIRMATION_";

FieldValues LevelValues(InteractionLevel level) {
  if (level == weft::type::v1::INTERACTION_LEVEL_UNSPECIFIED) return {};
  return {EnumWord(weft::type::v1::InteractionLevel_Name(level), kLevelPrefix)};
}

filter::FieldRule LevelRule(absl::string_view name) {
  return {.name = name,
          .words = EnumWords<InteractionLevel>(kLevelPrefix),
          .ordered = true,
          .enum_prefix = kLevelPrefix};
}

FieldValues Truth(bool value) { return {value ? "true" : "false"}; }

template <class Texts>
FieldValues All(const Texts& texts) {
  return {texts.begin(), texts.end()};
}

const std::vector<filter::Field<Partnership>>& Fields() {
  static const auto& fields = *new std::vector<filter::Field<Partnership>>{
      {{.name = "agreement"},
       [](const Partnership& tie) {
         FieldValues kinds;
         for (const v1::Agreement& agreement : tie.agreements()) kinds.push_back(agreement.kind());
         return kinds;
       }},
      {{.name = "condition"},
       [](const Partnership& tie) {
         FieldValues codes;
         for (const v1::Condition& condition : tie.conditions()) codes.push_back(condition.code());
         return codes;
       }},
      {{.name = "confirmation",
        .words = EnumWords<Partnership::Confirmation>(kConfirmationPrefix),
        .enum_prefix = kConfirmationPrefix},
       [](const Partnership& tie) {
         return FieldValues{
             EnumWord(Partnership::Confirmation_Name(tie.confirmation()), kConfirmationPrefix)};
       }},
      {{.name = "is_self", .words = {"false", "true"}},
       [](const Partnership& tie) { return Truth(tie.is_self()); }},
      {LevelRule("level"), [](const Partnership& tie) { return LevelValues(tie.level()); }},
      {{.name = "mechanism"}, [](const Partnership& tie) { return All(tie.mechanisms()); }},
      {{.name = "open", .words = {"false", "true"}},
       [](const Partnership& tie) { return Truth(!tie.has_end_date()); }},
      {{.name = "organization", .prefix = "organizations/"},
       [](const Partnership& tie) { return FieldValues{tie.organization()}; }},
      {LevelRule("organization_level"),
       [](const Partnership& tie) { return LevelValues(tie.organization_level()); }},
      {{.name = "partner_type"},
       [](const Partnership& tie) { return FieldValues{tie.partner_type()}; }},
      {{.name = "role"}, [](const Partnership& tie) { return All(tie.roles()); }},
  };
  return fields;
}

}  // namespace

absl::StatusOr<PartnershipFilter> ParsePartnershipFilter(absl::string_view text) {
  return PartnershipFilter::Parse(text, "a partnership", Fields());
}

}  // namespace weft::registry
