#include "services/metrics/domain/aggregate.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <optional>
#include <tuple>
#include <utility>

#include "services/metrics/domain/site_record.h"

namespace weft::metrics {
namespace {

using store::v1::CountedAnswers;
using store::v1::SiteRecord;

// Fields of packed keys. A taxonomy has at most 200 types; 12 bits leave room.
constexpr int kCountBits = 12;
constexpr int kSumBits = 14;
constexpr int kRatingBits = 4;

constexpr uint64_t kSignBit = uint64_t{1} << 63;

// Takes the lowest bits off `packed`.
int TakeBits(uint64_t& packed, int bits) {
  const int value = static_cast<int>(packed & ((uint64_t{1} << bits) - 1));
  packed >>= bits;
  return value;
}

bool Before(const Increment& a, const Increment& b) {
  return std::tie(a.part, a.key) < std::tie(b.part, b.key);
}

void AddItem(int index, const store::v1::ItemAnswer& item, std::vector<Increment>& increments) {
  if (item.missing() != 0) {
    increments.push_back({part::Item(index), item.missing(), 1});
    return;
  }
  increments.push_back({part::Item(index), part::kAnswered, 1});
  for (const uint32_t option : item.options()) {
    increments.push_back({part::Item(index), part::kOption + option, 1});
  }
  if (item.has_number()) {
    increments.push_back({part::ItemNumbers(index), part::NumberKey(item.number()), 1});
  }
}

// How many increments answers make, or a few more.
size_t IncrementsOf(const CountedAnswers& answers) {
  size_t count = 6 + 3 * Variant::kCount + static_cast<size_t>(answers.cells_size());
  for (const auto& item : answers.items()) count += 2 + static_cast<size_t>(item.options_size());
  return count;
}

// A cell's share in SiteCounts of one variant, all six counts in one word, so that a cell is one
// addition for each variant.
constexpr int kLaneBits = 10;
// Σ needs more than the others: a cell adds up to 4.
constexpr int kSumLaneBits = 12;
// So many cells fit into a word without running over.
constexpr int kCellsPerWord = 1000;
static_assert(kCellsPerWord < 1 << kLaneBits && 4 * kCellsPerWord < 1 << kSumLaneBits);

uint64_t PackCell(const CountedCell& cell) {
  const bool engaged = cell.engagement == v1::ENGAGEMENT_YES;
  const int depth = engaged && cell.depth.has_value() ? *cell.depth : 0;
  uint64_t packed = engaged ? 1 : 0;
  packed = packed << kLaneBits | (cell.engagement == v1::ENGAGEMENT_UNKNOWN ? 1U : 0U);
  packed = packed << kLaneBits | (engaged && !cell.depth.has_value() ? 1U : 0U);
  packed = packed << kLaneBits | (depth >= 3 ? 1U : 0U);
  packed = packed << kLaneBits | (depth == 4 ? 1U : 0U);
  return packed << kSumLaneBits | static_cast<uint64_t>(depth);
}

void AddPacked(uint64_t packed, SiteCounts& counts) {
  counts.depth_sum += TakeBits(packed, kSumLaneBits);
  counts.collaboration += TakeBits(packed, kLaneBits);
  counts.coordination += TakeBits(packed, kLaneBits);
  counts.missing_depth += TakeBits(packed, kLaneBits);
  counts.unknown += TakeBits(packed, kLaneBits);
  counts.engaged += TakeBits(packed, kLaneBits);
}

using PackedCell = std::array<uint64_t, Variant::kCount>;

// Every cell state in every variant.
const std::array<PackedCell, CellState::kCodes>& PackedCells() {
  static const auto* const cells = [] {
    auto* const made = new std::array<PackedCell, CellState::kCodes>();
    for (uint32_t code = 0; code < CellState::kCodes; ++code) {
      for (int i = 0; i < Variant::kCount; ++i) {
        (*made)[code][i] = PackCell(CellState(code).Count(Variant::FromIndex(i)));
      }
    }
    return made;
  }();
  return *cells;
}

}  // namespace

namespace part {

uint64_t NumberKey(double number) {
  if (number == 0) number = 0;
  uint64_t bits;
  std::memcpy(&bits, &number, sizeof(bits));
  return (bits & kSignBit) != 0 ? ~bits : bits | kSignBit;
}

double NumberOfKey(uint64_t key) {
  const uint64_t bits = (key & kSignBit) != 0 ? key & ~kSignBit : ~key;
  double number;
  std::memcpy(&number, &bits, sizeof(number));
  return number;
}

}  // namespace part

SiteCounts CountSite(const CountedAnswers& answers, const Variant& variant) {
  return CountSite(answers)[variant.index()];
}

std::array<SiteCounts, Variant::kCount> CountSite(const CountedAnswers& answers) {
  const std::array<PackedCell, CellState::kCodes>& cells = PackedCells();
  std::array<SiteCounts, Variant::kCount> counts;
  for (int begin = 0; begin < answers.cells_size(); begin += kCellsPerWord) {
    const int end = std::min(begin + kCellsPerWord, answers.cells_size());
    PackedCell sums{};
    for (int cell = begin; cell < end; ++cell) {
      // A code that no cell has is a damaged row; it must not be read past the table.
      const PackedCell& packed = cells[answers.cells(cell) % CellState::kCodes];
      for (int i = 0; i < Variant::kCount; ++i) sums[i] += packed[i];
    }
    for (int i = 0; i < Variant::kCount; ++i) AddPacked(sums[i], counts[i]);
  }
  return counts;
}

const CellLookup& CellLookup::Of(const Variant& variant) {
  static const auto* const lookups = [] {
    auto* const made = new std::array<CellLookup, Variant::kCount>();
    for (int i = 0; i < Variant::kCount; ++i) {
      for (uint32_t code = 0; code < CellState::kCodes; ++code) {
        const CellState state(code);
        const std::optional<int> level = state.level();
        Entry& entry = (*made)[i].entries_[code];
        entry.lanes = PackedCells()[code][i];
        if (level.has_value()) entry.levels = uint64_t{1} << (kLaneBits * *level);
      }
    }
    return made;
  }();
  return (*lookups)[variant.index()];
}

SiteCounts CellLookup::Counts(uint64_t lanes) {
  SiteCounts counts;
  AddPacked(lanes, counts);
  return counts;
}

LevelSpread CellLookup::Spread(uint64_t levels) {
  int given = 0;
  int different = 0;
  for (; levels != 0; levels >>= kLaneBits) {
    const auto count = static_cast<int>(levels & ((uint64_t{1} << kLaneBits) - 1));
    given += count;
    different += count > 0 ? 1 : 0;
  }
  if (given < kLeastLevels) return LevelSpread::kTooFew;
  return different == 1 ? LevelSpread::kSame : LevelSpread::kDifferent;
}

void LevelsGiven::Add(CellState cell) {
  const std::optional<int> level = cell.level();
  if (!level.has_value()) return;
  ++given_;
  seen_ |= 1U << *level;
}

LevelSpread LevelsGiven::spread() const {
  if (given_ < kLeastLevels) return LevelSpread::kTooFew;
  return (seen_ & (seen_ - 1)) == 0 ? LevelSpread::kSame : LevelSpread::kDifferent;
}

LevelSpread SpreadOf(const CountedAnswers& answers) {
  LevelsGiven given;
  for (const uint32_t cell : answers.cells()) given.Add(CellState(cell));
  return given.spread();
}

uint64_t SiteKey::Pack() const {
  uint64_t packed = engaged;
  packed = packed << kCountBits | static_cast<uint64_t>(unknown);
  packed = packed << kCountBits | static_cast<uint64_t>(missing_depth);
  packed = packed << kSumBits | static_cast<uint64_t>(depth_sum);
  return packed << kRatingBits | rating;
}

SiteKey SiteKey::Unpack(uint64_t packed) {
  SiteKey key;
  key.rating = static_cast<uint32_t>(TakeBits(packed, kRatingBits));
  key.depth_sum = TakeBits(packed, kSumBits);
  key.missing_depth = TakeBits(packed, kCountBits);
  key.unknown = TakeBits(packed, kCountBits);
  key.engaged = TakeBits(packed, kCountBits);
  return key;
}

uint64_t DeepKey::Pack() const {
  uint64_t packed = engaged_known;
  packed = packed << kCountBits | static_cast<uint64_t>(open);
  return packed << kCountBits | static_cast<uint64_t>(deep);
}

DeepKey DeepKey::Unpack(uint64_t packed) {
  DeepKey key;
  key.deep = TakeBits(packed, kCountBits);
  key.open = TakeBits(packed, kCountBits);
  key.engaged_known = TakeBits(packed, kCountBits);
  return key;
}

SiteKey KeyOf(const SiteCounts& counts, uint32_t rating) {
  return {.engaged = counts.engaged,
          .unknown = counts.unknown,
          .missing_depth = counts.missing_depth,
          .depth_sum = counts.depth_sum,
          .rating = rating};
}

DeepKey DeepKeyOf(const SiteCounts& counts, int deep) {
  return {.engaged_known = counts.engaged_known(), .open = counts.open(), .deep = deep};
}

const Histogram& Aggregate::Part(uint32_t id) const {
  const auto found = parts_.find(id);
  return found == parts_.end() ? empty_ : found->second;
}

uint64_t Aggregate::Count(uint32_t id, uint64_t key) const { return Part(id).Count(key); }

std::vector<Increment> Contribution(const SiteRecord& site, v1::ReviewFloor floor) {
  std::vector<Increment> increments;
  if (!site.invited()) return increments;
  const CountedAnswers* answers = AnswersAt(site, floor);
  // In the order that is promised, so that nothing needs sorting.
  if (answers != nullptr) increments.reserve(IncrementsOf(*answers));
  increments.push_back({part::kTotals, part::kInvited, 1});
  if (answers == nullptr) return increments;

  int contradictions = 0;
  for (const uint32_t cell : answers->cells()) {
    contradictions += CellState(cell).contradiction() ? 1 : 0;
  }
  increments.push_back({part::kTotals, part::kCounted, 1});
  if (contradictions > 0) {
    increments.push_back({part::kTotals, part::kContradictions, contradictions});
  }
  const LevelSpread spread = SpreadOf(*answers);
  if (spread != LevelSpread::kTooFew) {
    increments.push_back({part::kTotals, part::kLevelsGiven, 1});
  }
  if (spread == LevelSpread::kSame) {
    increments.push_back({part::kTotals, part::kStraightLined, 1});
  }
  increments.push_back({part::kTotals, part::kRating + answers->rating(), 1});
  for (int type = 0; type < answers->cells_size(); ++type) {
    const CellState state(answers->cells(type));
    increments.push_back({part::kCells, part::CellKey(type, state), 1});
  }
  const std::array<SiteCounts, Variant::kCount> variants = CountSite(*answers);
  for (int i = 0; i < Variant::kCount; ++i) {
    const SiteKey key = KeyOf(variants[i], answers->rating());
    increments.push_back({part::Sites(Variant::FromIndex(i)), key.Pack(), 1});
  }
  for (int i = 0; i < Variant::kCount; ++i) {
    const DeepKey key = DeepKeyOf(variants[i], variants[i].coordination);
    increments.push_back({part::Coordination(Variant::FromIndex(i)), key.Pack(), 1});
  }
  for (int i = 0; i < Variant::kCount; ++i) {
    const DeepKey key = DeepKeyOf(variants[i], variants[i].collaboration);
    increments.push_back({part::Collaboration(Variant::FromIndex(i)), key.Pack(), 1});
  }
  ContributeItems(*answers, increments);
  return increments;
}

void ContributeItems(const CountedAnswers& answers, std::vector<Increment>& increments) {
  for (int i = 0; i < answers.items_size(); ++i) AddItem(i, answers.items(i), increments);
}

std::vector<Increment> Difference(const std::vector<Increment>& before,
                                  const std::vector<Increment>& after) {
  std::vector<Increment> difference;
  auto a = before.begin();
  auto b = after.begin();
  while (a != before.end() || b != after.end()) {
    if (b == after.end() || (a != before.end() && Before(*a, *b))) {
      difference.push_back({a->part, a->key, -a->count});
      ++a;
    } else if (a == before.end() || Before(*b, *a)) {
      difference.push_back(*b);
      ++b;
    } else {
      if (a->count != b->count) difference.push_back({a->part, a->key, b->count - a->count});
      ++a;
      ++b;
    }
  }
  return difference;
}

absl::Status Apply(const Increment& increment, Histogram& histogram) {
  const KeyChange change{increment.key, increment.count};
  return histogram.Add({&change, 1});
}

void Delta::Add(const std::vector<Increment>& increments) {
  if (!increments.empty() && increments.back().part >= parts_.size()) {
    parts_.resize(increments.back().part + 1);
  }
  for (const Increment& increment : increments) {
    parts_[increment.part][increment.key] += increment.count;
  }
}

std::vector<Delta::Part> Delta::Parts() const {
  std::vector<Part> parts;
  for (size_t id = 0; id < parts_.size(); ++id) {
    Part part{.id = static_cast<uint32_t>(id), .changes = {}};
    for (const auto& [key, count] : parts_[id]) {
      if (count != 0) part.changes.push_back({key, count});
    }
    if (part.changes.empty()) continue;
    std::sort(part.changes.begin(), part.changes.end(),
              [](const KeyChange& a, const KeyChange& b) { return a.key < b.key; });
    parts.push_back(std::move(part));
  }
  return parts;
}

std::vector<std::string> ScopesOf(const SiteRecord& site) {
  std::vector<std::string> scopes;
  if (!site.invited()) return scopes;
  scopes.push_back("");
  scopes.insert(scopes.end(), site.cohorts().begin(), site.cohorts().end());
  return scopes;
}

}  // namespace weft::metrics
