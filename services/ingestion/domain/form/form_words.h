// The words of forms: XLSForm choice names of the canonical scales, names of partner questions.
#ifndef WEFT_SERVICES_INGESTION_DOMAIN_FORM_FORM_WORDS_H_
#define WEFT_SERVICES_INGESTION_DOMAIN_FORM_FORM_WORDS_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "weft/type/v1/scale.pb.h"

namespace weft::ingestion {

// The list of choices of levels in forms that we write.
inline constexpr absl::string_view kLevelList = "interaction_level";
// The name of the question of that kind and of its list.
inline constexpr absl::string_view kResponsibilityName = "shared_responsibility";
inline constexpr absl::string_view kSiteName = "site";
inline constexpr absl::string_view kCountSuffix = "_count";
inline constexpr absl::string_view kLevelSuffix = "_level";
// A note at the head of the matrix: what helps with it, and what the levels mean.
inline constexpr absl::string_view kHelpSuffix = "_help";

// Columns that XLSForm does not have, for what it has no place for. Tools pass over them.
inline constexpr absl::string_view kUnitColumn = "weft_unit";
// Of a partner matrix, which a form cannot require: its questions stand for themselves there.
inline constexpr absl::string_view kRequiredColumn = "weft_required";
inline constexpr absl::string_view kPerRaterColumn = "weft_per_rater";
inline constexpr absl::string_view kOrderedColumn = "weft_ordered";
inline constexpr absl::string_view kDefinitionColumn = "weft_definition";
inline constexpr absl::string_view kAliasesColumn = "weft_aliases";
inline constexpr absl::string_view kCodeColumn = "weft_code";
// Between several aliases in one cell.
inline constexpr char kAliasSeparator = '\n';

// "no_interaction", "moderately_evident": the value's name without the enum's, in lower case.
std::string WordOf(type::v1::InteractionLevel level);
std::string WordOf(type::v1::SharedResponsibility rating);
// The value whose word `name` is, without regard to case; nullopt for any other text.
std::optional<type::v1::InteractionLevel> LevelOf(absl::string_view name);
std::optional<type::v1::SharedResponsibility> ResponsibilityOf(absl::string_view name);

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_DOMAIN_FORM_FORM_WORDS_H_
