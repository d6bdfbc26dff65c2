// One cell of a site's partner matrix: what a site said about one partner type, and what the
// engaged rule and the self rule make of it (docs/metrics.md, "Cells").
#ifndef WEFT_SERVICES_METRICS_DOMAIN_CELL_H_
#define WEFT_SERVICES_METRICS_DOMAIN_CELL_H_

#include <cstdint>
#include <optional>

#include "weft/ingestion/v1/response.pb.h"
#include "weft/metrics/v1/metrics.pb.h"
#include "weft/type/v1/scale.pb.h"

namespace weft::metrics {

enum class CountSign { kZero, kPositive, kUnclear };

// Which of the eight ways of reading a cell: an engaged rule with a self rule.
struct Variant {
  v1::EngagedRule engaged_rule = v1::ENGAGED_RULE_LEVEL_FIRST;
  v1::SelfRule self_rule = v1::SELF_RULE_INCLUDE;

  static constexpr int kCount = 8;
  // 0 to kCount - 1. On disk, as part of aggregate keys: never renumber.
  int index() const;
  static Variant FromIndex(int index);
  // The lowest depth that an engaged cell can have.
  int lowest_engaged_depth() const {
    return engaged_rule == v1::ENGAGED_RULE_COUNT_ONLY || engaged_rule == v1::ENGAGED_RULE_EITHER
               ? 0
               : 1;
  }
};

// A cell as it counts in one variant.
struct CountedCell {
  v1::Engagement engagement = v1::ENGAGEMENT_UNKNOWN;
  // 0 to 4; nullopt when missing.
  std::optional<int> depth;
};

// Everything about a cell that any variant needs, in one small number: aggregates count how often
// each one occurs. The code is on disk: never renumber.
class CellState {
 public:
  // A type that the response does not mention.
  CellState();
  static CellState FromAnswer(const ingestion::v1::PartnerCell& cell);
  // Codes come from code().
  explicit CellState(uint32_t code) : code_(code) {}

  uint32_t code() const { return code_; }
  // Every code is below this.
  static constexpr uint32_t kCodes = 512;

  // As given: the level 0 to 4, or nullopt and why.
  std::optional<int> level() const;
  type::v1::MissingReason level_missing() const;
  // As given: the sign of the count, kUnclear when it is missing, and why it is missing.
  CountSign count_sign() const;
  type::v1::MissingReason count_missing() const;
  // Whether level and count contradict each other, as given.
  bool contradiction() const;
  // Whether the site counts itself among its partners.
  bool includes_self() const;

  CountedCell Count(const Variant& variant) const;

 private:
  uint32_t code_;
};

// A reason as it is counted: NOT_ANSWERED where none is named.
type::v1::MissingReason NamedReason(type::v1::MissingReason reason);

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_CELL_H_
