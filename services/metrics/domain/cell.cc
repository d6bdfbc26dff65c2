#include "services/metrics/domain/cell.h"

namespace weft::metrics {
namespace {

using ingestion::v1::PartnerCell;
using type::v1::MissingReason;

// code = (level part * kCountParts + count part) * kSelfParts + self part.
//  level part: 0 to 4 the level, 5 to 9 why it is missing
//  count part: 0 to 2 the sign, 3 to 7 why it is missing
//  self part:  0 the site does not count itself; 1 to 3 it does, and the sign without it
constexpr uint32_t kLevels = 5;
constexpr uint32_t kSigns = 3;
constexpr uint32_t kCountParts = 8;
constexpr uint32_t kSelfParts = 4;

uint32_t ReasonOffset(MissingReason reason) {
  return static_cast<uint32_t>(NamedReason(reason)) - type::v1::MISSING_REASON_NOT_ANSWERED;
}

MissingReason ReasonAt(uint32_t offset) {
  return static_cast<MissingReason>(type::v1::MISSING_REASON_NOT_ANSWERED + offset);
}

// The sign of [min, max]; a negative max is an open end.
CountSign SignOf(int min, int max) {
  if (max == 0) return CountSign::kZero;
  return min > 0 ? CountSign::kPositive : CountSign::kUnclear;
}

int LessOne(int count) { return count > 0 ? count - 1 : 0; }

uint32_t Encode(uint32_t level_part, uint32_t count_part, uint32_t self_part) {
  return (level_part * kCountParts + count_part) * kSelfParts + self_part;
}

v1::Engagement Engaged(v1::EngagedRule rule, const std::optional<int>& level, CountSign sign) {
  const bool level_yes = level.has_value() && *level >= 1;
  const bool level_no = level.has_value() && *level == 0;
  bool yes = false;
  bool no = false;
  switch (rule) {
    case v1::ENGAGED_RULE_LEVEL_ONLY:
      yes = level_yes;
      no = level_no;
      break;
    case v1::ENGAGED_RULE_COUNT_ONLY:
      yes = sign == CountSign::kPositive;
      no = sign == CountSign::kZero;
      break;
    case v1::ENGAGED_RULE_EITHER:
      yes = level_yes || sign == CountSign::kPositive;
      no = level_no || sign == CountSign::kZero;
      break;
    default:
      yes = level_yes || (!level.has_value() && sign == CountSign::kPositive);
      no = level_no || (!level.has_value() && sign == CountSign::kZero);
      break;
  }
  if (yes) return v1::ENGAGEMENT_YES;
  return no ? v1::ENGAGEMENT_NO : v1::ENGAGEMENT_UNKNOWN;
}

}  // namespace

int Variant::index() const {
  const int rule = engaged_rule == v1::ENGAGED_RULE_UNSPECIFIED
                       ? 0
                       : engaged_rule - v1::ENGAGED_RULE_LEVEL_FIRST;
  return 2 * rule + (self_rule == v1::SELF_RULE_EXCLUDE ? 1 : 0);
}

Variant Variant::FromIndex(int index) {
  return Variant{
      .engaged_rule = static_cast<v1::EngagedRule>(v1::ENGAGED_RULE_LEVEL_FIRST + index / 2),
      .self_rule = index % 2 == 1 ? v1::SELF_RULE_EXCLUDE : v1::SELF_RULE_INCLUDE};
}

MissingReason NamedReason(MissingReason reason) {
  return reason > type::v1::MISSING_REASON_UNSPECIFIED &&
                 reason <= type::v1::MISSING_REASON_NOT_APPLICABLE
             ? reason
             : type::v1::MISSING_REASON_NOT_ANSWERED;
}

CellState::CellState() : CellState(FromAnswer(PartnerCell::default_instance())) {}

CellState CellState::FromAnswer(const PartnerCell& cell) {
  uint32_t level_part = kLevels + ReasonOffset(cell.level_missing());
  if (cell.has_level() && cell.level() >= type::v1::INTERACTION_LEVEL_NO_INTERACTION &&
      cell.level() <= type::v1::INTERACTION_LEVEL_COLLABORATION) {
    level_part = cell.level() - type::v1::INTERACTION_LEVEL_NO_INTERACTION;
  }
  uint32_t count_part = kSigns + ReasonOffset(cell.count_missing());
  CountSign without_self = CountSign::kUnclear;
  if (cell.has_partners()) {
    const int min = cell.partners().min();
    const int max = cell.partners().has_max() ? cell.partners().max() : -1;
    count_part = static_cast<uint32_t>(SignOf(min, max));
    without_self = SignOf(LessOne(min), max < 0 ? max : LessOne(max));
  }
  const uint32_t self_part = cell.includes_self() ? 1 + static_cast<uint32_t>(without_self) : 0;
  return CellState(Encode(level_part, count_part, self_part));
}

std::optional<int> CellState::level() const {
  const uint32_t level_part = code_ / (kCountParts * kSelfParts);
  if (level_part >= kLevels) return std::nullopt;
  return static_cast<int>(level_part);
}

MissingReason CellState::level_missing() const {
  const uint32_t level_part = code_ / (kCountParts * kSelfParts);
  return level_part < kLevels ? type::v1::MISSING_REASON_UNSPECIFIED
                              : ReasonAt(level_part - kLevels);
}

CountSign CellState::count_sign() const {
  const uint32_t count_part = code_ / kSelfParts % kCountParts;
  return count_part < kSigns ? static_cast<CountSign>(count_part) : CountSign::kUnclear;
}

MissingReason CellState::count_missing() const {
  const uint32_t count_part = code_ / kSelfParts % kCountParts;
  return count_part < kSigns ? type::v1::MISSING_REASON_UNSPECIFIED : ReasonAt(count_part - kSigns);
}

bool CellState::contradiction() const {
  const std::optional<int> given = level();
  if (!given.has_value()) return false;
  return count_sign() == (*given == 0 ? CountSign::kPositive : CountSign::kZero);
}

bool CellState::includes_self() const { return code_ % kSelfParts != 0; }

CountedCell CellState::Count(const Variant& variant) const {
  std::optional<int> counted_level = level();
  CountSign sign = count_sign();
  if (variant.self_rule == v1::SELF_RULE_EXCLUDE && includes_self()) {
    sign = static_cast<CountSign>(code_ % kSelfParts - 1);
    if (sign == CountSign::kZero) {
      counted_level = 0;
    } else if (sign == CountSign::kUnclear) {
      counted_level.reset();
    }
  }
  CountedCell cell;
  cell.engagement = Engaged(variant.engaged_rule, counted_level, sign);
  if (cell.engagement == v1::ENGAGEMENT_NO) {
    cell.depth = 0;
  } else if (cell.engagement == v1::ENGAGEMENT_YES) {
    cell.depth = counted_level;
  }
  return cell;
}

}  // namespace weft::metrics
