#include "common/words/terms.h"

#include "absl/strings/str_cat.h"

namespace weft {

using type::v1::InteractionLevel;

absl::string_view LevelWords(InteractionLevel level) {
  switch (level) {
    case type::v1::INTERACTION_LEVEL_NO_INTERACTION:
      return "no interaction";
    case type::v1::INTERACTION_LEVEL_NETWORKING:
      return "networking";
    case type::v1::INTERACTION_LEVEL_COOPERATION:
      return "cooperation";
    case type::v1::INTERACTION_LEVEL_COORDINATION:
      return "coordination";
    case type::v1::INTERACTION_LEVEL_COLLABORATION:
      return "collaboration";
    default:
      return "level not known";
  }
}

int LevelDepth(InteractionLevel level) {
  switch (level) {
    case type::v1::INTERACTION_LEVEL_NO_INTERACTION:
      return 0;
    case type::v1::INTERACTION_LEVEL_NETWORKING:
      return 1;
    case type::v1::INTERACTION_LEVEL_COOPERATION:
      return 2;
    case type::v1::INTERACTION_LEVEL_COORDINATION:
      return 3;
    case type::v1::INTERACTION_LEVEL_COLLABORATION:
      return 4;
    default:
      return -1;
  }
}

const std::vector<InteractionLevel>& AllLevels() {
  static const auto& levels = *new std::vector<InteractionLevel>{
      type::v1::INTERACTION_LEVEL_NO_INTERACTION, type::v1::INTERACTION_LEVEL_NETWORKING,
      type::v1::INTERACTION_LEVEL_COOPERATION, type::v1::INTERACTION_LEVEL_COORDINATION,
      type::v1::INTERACTION_LEVEL_COLLABORATION};
  return levels;
}

absl::string_view RatingWords(type::v1::SharedResponsibility rating) {
  switch (rating) {
    case type::v1::SHARED_RESPONSIBILITY_NOT_EVIDENT:
      return "not evident";
    case type::v1::SHARED_RESPONSIBILITY_MODERATELY_EVIDENT:
      return "moderately evident";
    case type::v1::SHARED_RESPONSIBILITY_SIGNIFICANTLY_EVIDENT:
      return "significantly evident";
    default:
      return "no rating";
  }
}

absl::string_view QuadrantWords(metrics::v1::Quadrant quadrant) {
  switch (quadrant) {
    case metrics::v1::QUADRANT_NARROW_SHALLOW:
      return "narrow and shallow";
    case metrics::v1::QUADRANT_BROAD_SHALLOW:
      return "broad and shallow";
    case metrics::v1::QUADRANT_NARROW_DEEP:
      return "narrow and deep";
    case metrics::v1::QUADRANT_BROAD_DEEP:
      return "broad and deep";
    default:
      return "not placed";
  }
}

absl::string_view FloorWords(metrics::v1::ReviewFloor floor) {
  return floor == metrics::v1::REVIEW_FLOOR_APPROVED ? "an approved response"
                                                     : "a submitted response";
}

absl::string_view EngagedRuleWords(metrics::v1::EngagedRule rule) {
  switch (rule) {
    case metrics::v1::ENGAGED_RULE_LEVEL_ONLY:
      return "its level is networking or deeper";
    case metrics::v1::ENGAGED_RULE_COUNT_ONLY:
      return "its count of partners is above 0";
    case metrics::v1::ENGAGED_RULE_EITHER:
      return "its level is networking or deeper or its count of partners is above 0";
    default:
      return "its level is networking or deeper or, where the level is missing, its count of "
             "partners is above 0";
  }
}

int LowestEngagedDepth(metrics::v1::EngagedRule rule) {
  return rule == metrics::v1::ENGAGED_RULE_COUNT_ONLY || rule == metrics::v1::ENGAGED_RULE_EITHER
             ? 0
             : 1;
}

absl::string_view SelfRuleWords(metrics::v1::SelfRule rule) {
  return rule == metrics::v1::SELF_RULE_EXCLUDE
             ? "a site's own organization is left out of its counts"
             : "a site's own organization counts as reported";
}

std::string Counted(int count, absl::string_view one, absl::string_view many) {
  return absl::StrCat(count, " ", count == 1 ? one : many);
}

std::string Listed(const std::vector<std::string>& items) {
  std::string text;
  for (size_t i = 0; i < items.size(); ++i) {
    absl::StrAppend(&text, i == 0 ? "" : i + 1 == items.size() ? " and " : ", ", items[i]);
  }
  return text;
}

absl::string_view IdOf(absl::string_view name) {
  const size_t slash = name.rfind('/');
  return slash == absl::string_view::npos ? name : name.substr(slash + 1);
}

}  // namespace weft
