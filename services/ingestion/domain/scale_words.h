// Words for the points of the canonical scales, where no instrument says how they are labelled: in
// conditions, and as names of choices in forms.
#ifndef WEFT_SERVICES_INGESTION_DOMAIN_SCALE_WORDS_H_
#define WEFT_SERVICES_INGESTION_DOMAIN_SCALE_WORDS_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "weft/type/v1/scale.pb.h"

namespace weft::ingestion {

// "no_interaction", "moderately_evident": the value's name without the enum's, in lower case.
std::string WordOf(type::v1::InteractionLevel level);
std::string WordOf(type::v1::SharedResponsibility rating);
// The value whose word `name` is, without regard to case; nullopt for any other text.
std::optional<type::v1::InteractionLevel> LevelOf(absl::string_view name);
std::optional<type::v1::SharedResponsibility> ResponsibilityOf(absl::string_view name);

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_DOMAIN_SCALE_WORDS_H_
