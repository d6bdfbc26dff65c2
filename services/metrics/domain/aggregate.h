// What the counted sites of one scope (a wave, or one cohort in it, at one review floor) have said,
// as integers only. An aggregate is a set of parts; a part counts how often each key occurs. Adding
// a site and taking it off again leaves no trace, so an aggregate that is kept up to date by small
// changes equals, byte for byte, one that is built anew, whatever the order of the changes.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_AGGREGATE_H_
#define WEFT_SERVICES_METRICS_DOMAIN_AGGREGATE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "services/metrics/domain/cell.h"
#include "services/metrics/domain/histogram.h"
#include "weft/metrics/store/v1/read_model.pb.h"
#include "weft/metrics/v1/metrics.pb.h"

namespace weft::metrics {

// Part ids and their keys are on disk: never renumber.
namespace part {

// Keys: TotalKey, and kRating + CountedAnswers.rating.
inline constexpr uint32_t kTotals = 0;
enum TotalKey : uint64_t {
  kInvited = 1,
  kCounted = 2,
  kContradictions = 3,
  // Sites that gave a level to enough types, and those of them that gave one and the same.
  kLevelsGiven = 4,
  kStraightLined = 5,
  kRating = 16
};

// Keys: CellKey. How often each cell state occurs for each type.
inline constexpr uint32_t kCells = 1;
inline uint64_t CellKey(int type, CellState state) {
  return static_cast<uint64_t>(type) * CellState::kCodes + state.code();
}

// Keys: SiteKey. How often sites come out alike.
inline uint32_t Sites(const Variant& variant) { return 16 + variant.index(); }
// Keys: DeepKey. How many of a site's engaged cells are at coordination or deeper, and at
// collaboration.
inline uint32_t Coordination(const Variant& variant) { return 32 + variant.index(); }
inline uint32_t Collaboration(const Variant& variant) { return 48 + variant.index(); }

// Keys: ItemKey. What was answered to the i-th structured item; numbers by their value.
inline uint32_t Item(int item) { return 256 + 2 * static_cast<uint32_t>(item); }
inline uint32_t ItemNumbers(int item) { return Item(item) + 1; }
// A missing answer is counted under its reason, an answer under kAnswered, and each option that it
// chose under kOption + its place.
enum ItemKey : uint64_t { kAnswered = 8, kOption = 16 };
// Numbers as keys, in ascending order. -0 is 0.
uint64_t NumberKey(double number);
double NumberOfKey(uint64_t key);

}  // namespace part

// One site's cells in one variant, as docs/metrics.md names them.
struct SiteCounts {
  int engaged = 0;        // S
  int unknown = 0;        // u
  int missing_depth = 0;  // v
  int depth_sum = 0;      // Σ
  int coordination = 0;   // engaged cells with d >= 3
  int collaboration = 0;  // engaged cells with d = 4

  int open() const { return unknown + missing_depth; }           // m
  int known_depth(int types) const { return types - open(); }    // k
  int engaged_known() const { return engaged - missing_depth; }  // s
};
SiteCounts CountSite(const store::v1::CountedAnswers& answers, const Variant& variant);

// How the levels that a site gave differ, as given.
enum class LevelSpread { kTooFew, kSame, kDifferent };
// Sites that gave fewer levels are not looked at: two alike are nothing remarkable.
inline constexpr int kLeastLevels = 3;
// What each cell state adds to a site in one variant, for passes over many sites: the lanes of all
// cells are added up, and Counts() takes them apart.
class CellLookup {
 public:
  struct Entry {
    uint64_t lanes = 0;
    // One in the lane of the level that was given.
    uint64_t levels = 0;
  };
  // Kept for good.
  static const CellLookup& Of(const Variant& variant);

  // A code that no cell has is a damaged row; it must not be read past the table.
  const Entry& operator[](size_t code) const { return entries_[code % CellState::kCodes]; }
  // Of at most as many cells as a taxonomy has types, added up.
  static SiteCounts Counts(uint64_t lanes);
  static LevelSpread Spread(uint64_t levels);

 private:
  std::array<Entry, CellState::kCodes> entries_;
};
// In every variant, by Variant::index().
std::array<SiteCounts, Variant::kCount> CountSite(const store::v1::CountedAnswers& answers);

// The key of part::Sites: S, u, v, Σ and the rating.
struct SiteKey {
  int engaged = 0;
  int unknown = 0;
  int missing_depth = 0;
  int depth_sum = 0;
  uint32_t rating = 0;

  uint64_t Pack() const;
  static SiteKey Unpack(uint64_t packed);
};

// The key of part::Coordination and part::Collaboration: s, m and how many of the s are that deep.
struct DeepKey {
  int engaged_known = 0;
  int open = 0;
  int deep = 0;

  uint64_t Pack() const;
  static DeepKey Unpack(uint64_t packed);
};

class LevelsGiven {
 public:
  void Add(CellState cell);
  LevelSpread spread() const;

 private:
  // By level, whether it was given.
  uint32_t seen_ = 0;
  int given_ = 0;
};
LevelSpread SpreadOf(const store::v1::CountedAnswers& answers);

// As a site with such cells and this rating counts in part::Sites, and one of which so many engaged
// cells are deep in part::Coordination and part::Collaboration.
SiteKey KeyOf(const SiteCounts& counts, uint32_t rating);
DeepKey DeepKeyOf(const SiteCounts& counts, int deep);

class Aggregate {
 public:
  // An absent part is an empty one.
  const Histogram& Part(uint32_t id) const;
  uint64_t Count(uint32_t id, uint64_t key) const;
  Histogram& MutablePart(uint32_t id) { return parts_[id]; }
  const absl::btree_map<uint32_t, Histogram>& parts() const { return parts_; }

  int invited() const { return static_cast<int>(Count(part::kTotals, part::kInvited)); }
  int counted() const { return static_cast<int>(Count(part::kTotals, part::kCounted)); }

 private:
  absl::btree_map<uint32_t, Histogram> parts_;
  Histogram empty_;
};

// One step of change: `count` more (or fewer) of a key in a part.
struct Increment {
  uint32_t part = 0;
  uint64_t key = 0;
  int64_t count = 0;

  friend bool operator==(const Increment&, const Increment&) = default;
};

// What a site adds to each aggregate it belongs to at a floor, ascending by part and key, each key
// once. Nothing when the site is not invited.
std::vector<Increment> Contribution(const store::v1::SiteRecord& site, v1::ReviewFloor floor);
// The part of it that answers to structured items add, at the end of `increments`.
void ContributeItems(const store::v1::CountedAnswers& answers, std::vector<Increment>& increments);
// What turns the contribution `before` into `after`; nothing when they are equal.
std::vector<Increment> Difference(const std::vector<Increment>& before,
                                  const std::vector<Increment>& after);
// See Histogram::Add.
absl::Status Apply(const Increment& increment, Histogram& histogram);

// What many sites change in the same aggregates, summed up.
class Delta {
 public:
  struct Part {
    uint32_t id = 0;
    // Ascending, without zeros; never empty.
    std::vector<KeyChange> changes;
  };

  void Add(const std::vector<Increment>& increments);
  // Ascending. What has cancelled out is not in it.
  std::vector<Part> Parts() const;

 private:
  // By part id.
  std::vector<absl::flat_hash_map<uint64_t, int64_t>> parts_;
};

// The aggregates that a site belongs to: "" for the whole wave, and its cohorts. None when it is
// not invited.
std::vector<std::string> ScopesOf(const store::v1::SiteRecord& site);

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_AGGREGATE_H_
