// The study's terms as people read them: in figures, tables, alt texts and claims. English, without
// regard to the process's locale.
#ifndef WEFT_COMMON_WORDS_TERMS_H_
#define WEFT_COMMON_WORDS_TERMS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "weft/metrics/v1/metrics.pb.h"
#include "weft/type/v1/estimate.pb.h"
#include "weft/type/v1/scale.pb.h"

namespace weft {

// "no interaction" to "collaboration"; "level not known" for anything else.
absl::string_view LevelWords(type::v1::InteractionLevel level);
// 0 to 4; -1 when no level is stated.
int LevelDepth(type::v1::InteractionLevel level);
// The five levels, "no interaction" first.
const std::vector<type::v1::InteractionLevel>& AllLevels();

// "not evident" to "significantly evident"; "no rating" for anything else.
absl::string_view RatingWords(type::v1::SharedResponsibility rating);

// "broad and deep" and so on; "not placed" for anything else.
absl::string_view QuadrantWords(metrics::v1::Quadrant quadrant);

// "a submitted response" or "an approved response".
absl::string_view FloorWords(metrics::v1::ReviewFloor floor);
// When a type counts as engaged: "its level is networking or deeper, or …".
absl::string_view EngagedRuleWords(metrics::v1::EngagedRule rule);
// The lowest depth that an engaged cell can have under the rule.
int LowestEngagedDepth(metrics::v1::EngagedRule rule);
// What is done about a site's own organization: "a site's own organization counts as reported".
absl::string_view SelfRuleWords(metrics::v1::SelfRule rule);

// "1 site", "2 sites", "0 sites".
std::string Counted(int count, absl::string_view one, absl::string_view many);
// "a", "a and b", "a, b and c".
std::string Listed(const std::vector<std::string>& items);
// The last segment of a resource name.
absl::string_view IdOf(absl::string_view name);

}  // namespace weft

#endif  // WEFT_COMMON_WORDS_TERMS_H_
