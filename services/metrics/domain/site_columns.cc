#include "services/metrics/domain/site_columns.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <numeric>
#include <utility>

#include "services/metrics/domain/site_record.h"

namespace weft::metrics {
namespace {

using store::v1::CountedAnswers;
using store::v1::SiteRecord;

// Varints: few of the numbers are large.
void PutVarint(uint64_t value, std::string& bytes) {
  while (value >= 0x80) {
    bytes.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  bytes.push_back(static_cast<char>(value));
}

uint64_t TakeVarint(absl::string_view& bytes) {
  uint64_t value = 0;
  for (int shift = 0;; shift += 7) {
    const auto byte = static_cast<uint8_t>(bytes.front());
    bytes.remove_prefix(1);
    value |= static_cast<uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return value;
  }
}

std::string PackItems(const CountedAnswers& answers) {
  std::vector<Increment> increments;
  ContributeItems(answers, increments);
  std::string bytes;
  for (const Increment& increment : increments) {
    PutVarint(increment.part, bytes);
    PutVarint(increment.key, bytes);
  }
  return bytes;
}

// Ratings and why there is none, as they are coded (CountedAnswers.rating).
constexpr size_t kRatingCodes = 16;
// Of more types there are too many ways to come out.
constexpr size_t kMostTypesByPlace = 64;

// Keys and how often they occurred, as a part of an aggregate.
using Occurrences = absl::flat_hash_map<uint64_t, int64_t>;

void MoveInto(const Occurrences& counts, uint32_t part, Aggregate& aggregate) {
  std::vector<KeyChange> changes;
  changes.reserve(counts.size());
  for (const auto& [key, count] : counts) changes.push_back({key, count});
  std::sort(changes.begin(), changes.end(),
            [](const KeyChange& a, const KeyChange& b) { return a.key < b.key; });
  // Only adds, so that no count can fall below 0.
  aggregate.MutablePart(part).Add(changes).IgnoreError();
}

}  // namespace

uint32_t SiteColumns::NewRow() {
  if (!free_rows_.empty()) {
    const uint32_t row = free_rows_.back();
    free_rows_.pop_back();
    return row;
  }
  const auto row = static_cast<uint32_t>(invited_.size());
  profile_.push_back(0);
  invited_.push_back(0);
  for (Answers& answers : answers_) {
    answers.cells.resize(answers.cells.size() + static_cast<size_t>(types_));
    answers.ratings.push_back(0);
    answers.items.emplace_back();
  }
  return row;
}

uint32_t SiteColumns::ProfileOf(const SiteRecord& site) {
  SiteRecord profile;
  *profile.mutable_cohorts() = site.cohorts();
  if (site.has_attributes()) *profile.mutable_attributes() = site.attributes();
  *profile.mutable_places() = site.places();
  const auto [found, is_new] = profiles_by_bytes_.try_emplace(
      profile.SerializeAsString(), static_cast<uint32_t>(profiles_.size()));
  if (is_new) profiles_.push_back(std::move(profile));
  return found->second;
}

void SiteColumns::SetAnswers(const CountedAnswers* answers, uint32_t row, Answers& column) {
  column.ratings[row] = 0;
  column.items[row].clear();
  if (answers == nullptr) return;
  column.ratings[row] = static_cast<uint8_t>(answers->rating());
  column.items[row] = PackItems(*answers);
  uint16_t* const cells = column.cells.data() + size_t{row} * static_cast<size_t>(types_);
  const int given = std::min(types_, answers->cells_size());
  for (int type = 0; type < given; ++type) {
    cells[type] = static_cast<uint16_t>(answers->cells(type));
  }
  const auto unsaid = static_cast<uint16_t>(CellState().code());
  std::fill(cells + given, cells + types_, unsaid);
}

void SiteColumns::Set(const SiteRecord& site) {
  const auto [found, is_new] = rows_by_site_.try_emplace(site.site(), 0);
  if (is_new) found->second = NewRow();
  const uint32_t row = found->second;
  profile_[row] = ProfileOf(site);
  invited_[row] = site.invited() ? 1 : 0;
  SetAnswers(AnswersAt(site, v1::REVIEW_FLOOR_SUBMITTED), row, answers_[0]);
  SetAnswers(AnswersAt(site, v1::REVIEW_FLOOR_APPROVED), row, answers_[1]);
}

void SiteColumns::Erase(absl::string_view site) {
  const auto found = rows_by_site_.find(site);
  if (found == rows_by_site_.end()) return;
  invited_[found->second] = 0;
  for (Answers& answers : answers_) SetAnswers(nullptr, found->second, answers);
  free_rows_.push_back(found->second);
  rows_by_site_.erase(found);
}

SiteColumns::Selection SiteColumns::Select(absl::string_view cohort,
                                           const AttributeFilter& filter) const {
  std::vector<uint8_t> wanted(profiles_.size());
  for (size_t i = 0; i < profiles_.size(); ++i) {
    const auto& cohorts = profiles_[i].cohorts();
    wanted[i] =
        (cohort.empty() || std::find(cohorts.begin(), cohorts.end(), cohort) != cohorts.end()) &&
                filter.Matches(profiles_[i])
            ? 1
            : 0;
  }
  Selection selection;
  selection.rows.reserve(invited_.size());
  for (size_t row = 0; row < invited_.size(); ++row) {
    if (invited_[row] != 0 && wanted[profile_[row]] != 0) {
      selection.rows.push_back(static_cast<uint32_t>(row));
    }
  }
  return selection;
}

SiteColumns::Selection SiteColumns::Without(const Selection& selection, const Selection& other) {
  Selection rest;
  std::set_difference(selection.rows.begin(), selection.rows.end(), other.rows.begin(),
                      other.rows.end(), std::back_inserter(rest.rows));
  return rest;
}

Aggregate SiteColumns::Tally(const Selection& selection, v1::ReviewFloor floor,
                             const Variant& variant, bool items) const {
  const Answers& answers = answers_[FloorIndex(floor)];
  const CellLookup& lookup = CellLookup::Of(variant);
  const auto types = static_cast<size_t>(types_);
  std::vector<uint32_t> cells(types * CellState::kCodes);
  std::array<int64_t, 256> ratings{};
  int64_t levels_given = 0;
  int64_t straight_lined = 0;
  // Sites of which every cell is known are most, and come out in few ways: they are counted by
  // place. The others by key.
  const size_t sums = 4 * types + 1;
  const bool by_place = types <= kMostTypesByPlace;
  std::vector<uint32_t> whole_sites(by_place ? (types + 1) * sums * kRatingCodes : 0);
  std::vector<uint32_t> whole_coordination(by_place ? (types + 1) * (types + 1) : 0);
  std::vector<uint32_t> whole_collaboration(whole_coordination.size());
  Occurrences sites;
  Occurrences coordination;
  Occurrences collaboration;
  absl::btree_map<uint32_t, Occurrences> by_item;
  for (const uint32_t row : selection.rows) {
    const uint8_t rating = answers.ratings[row];
    if (rating == 0) continue;
    const uint16_t* const of_site = answers.cells.data() + size_t{row} * types;
    uint64_t lanes = 0;
    uint64_t levels = 0;
    for (size_t type = 0; type < types; ++type) {
      const size_t code = of_site[type] % CellState::kCodes;
      const CellLookup::Entry& cell = lookup[code];
      ++cells[type * CellState::kCodes + code];
      lanes += cell.lanes;
      levels += cell.levels;
    }
    ++ratings[rating];
    const LevelSpread spread = CellLookup::Spread(levels);
    levels_given += spread != LevelSpread::kTooFew ? 1 : 0;
    straight_lined += spread == LevelSpread::kSame ? 1 : 0;
    const SiteCounts counts = CellLookup::Counts(lanes);
    if (by_place && counts.open() == 0 && rating < kRatingCodes) {
      const auto engaged = static_cast<size_t>(counts.engaged);
      ++whole_sites[(engaged * sums + static_cast<size_t>(counts.depth_sum)) * kRatingCodes +
                    rating];
      ++whole_coordination[engaged * (types + 1) + static_cast<size_t>(counts.coordination)];
      ++whole_collaboration[engaged * (types + 1) + static_cast<size_t>(counts.collaboration)];
    } else {
      ++sites[KeyOf(counts, rating).Pack()];
      ++coordination[DeepKeyOf(counts, counts.coordination).Pack()];
      ++collaboration[DeepKeyOf(counts, counts.collaboration).Pack()];
    }
    if (!items) continue;
    for (absl::string_view bytes = answers.items[row]; !bytes.empty();) {
      const auto item = static_cast<uint32_t>(TakeVarint(bytes));
      ++by_item[item][TakeVarint(bytes)];
    }
  }

  Aggregate aggregate;
  if (selection.rows.empty()) return aggregate;
  Occurrences totals;
  totals[part::kInvited] = static_cast<int64_t>(selection.rows.size());
  const auto add_total = [&totals](uint64_t key, int64_t count) {
    if (count > 0) totals[key] = count;
  };
  add_total(part::kCounted, std::accumulate(ratings.begin(), ratings.end(), int64_t{0}));
  int64_t contradictions = 0;
  for (uint32_t code = 0; code < CellState::kCodes; ++code) {
    if (!CellState(code).contradiction()) continue;
    for (size_t type = 0; type < types; ++type) {
      contradictions += cells[type * CellState::kCodes + code];
    }
  }
  add_total(part::kContradictions, contradictions);
  add_total(part::kLevelsGiven, levels_given);
  add_total(part::kStraightLined, straight_lined);
  for (size_t rating = 0; rating < ratings.size(); ++rating) {
    add_total(part::kRating + rating, ratings[rating]);
  }
  MoveInto(totals, part::kTotals, aggregate);
  if (aggregate.counted() == 0) return aggregate;
  Occurrences by_cell;
  for (size_t type = 0; type < types; ++type) {
    for (uint32_t code = 0; code < CellState::kCodes; ++code) {
      const uint32_t count = cells[type * CellState::kCodes + code];
      if (count > 0) by_cell[part::CellKey(static_cast<int>(type), CellState(code))] = count;
    }
  }
  for (size_t engaged = 0; by_place && engaged <= types; ++engaged) {
    SiteCounts counts;
    counts.engaged = static_cast<int>(engaged);
    for (size_t place = 0; place < sums * kRatingCodes; ++place) {
      const uint32_t count = whole_sites[engaged * sums * kRatingCodes + place];
      if (count == 0) continue;
      counts.depth_sum = static_cast<int>(place / kRatingCodes);
      sites[KeyOf(counts, static_cast<uint32_t>(place % kRatingCodes)).Pack()] += count;
    }
    for (size_t deep = 0; deep <= types; ++deep) {
      const size_t place = engaged * (types + 1) + deep;
      const uint64_t key = DeepKeyOf(counts, static_cast<int>(deep)).Pack();
      if (whole_coordination[place] > 0) coordination[key] += whole_coordination[place];
      if (whole_collaboration[place] > 0) collaboration[key] += whole_collaboration[place];
    }
  }
  if (!by_cell.empty()) MoveInto(by_cell, part::kCells, aggregate);
  MoveInto(sites, part::Sites(variant), aggregate);
  MoveInto(coordination, part::Coordination(variant), aggregate);
  MoveInto(collaboration, part::Collaboration(variant), aggregate);
  for (const auto& [item, counts] : by_item) MoveInto(counts, item, aggregate);
  return aggregate;
}

std::vector<SitePresence> SiteColumns::Presence(const Selection& selection, v1::ReviewFloor floor,
                                                const Variant& variant) const {
  const Answers& answers = answers_[FloorIndex(floor)];
  const auto types = static_cast<size_t>(types_);
  std::array<v1::Engagement, CellState::kCodes> engagement{};
  for (uint32_t code = 0; code < CellState::kCodes; ++code) {
    engagement[code] = CellState(code).Count(variant).engagement;
  }
  std::vector<uint8_t> wanted(invited_.size());
  for (const uint32_t row : selection.rows) wanted[row] = answers.ratings[row] != 0 ? 1 : 0;
  std::vector<SitePresence> presence;
  presence.reserve(selection.rows.size());
  for (const auto& [site, row] : rows_by_site_) {
    if (wanted[row] == 0) continue;
    SitePresence& of_site = presence.emplace_back();
    of_site.engaged.resize((types + 63) / 64);
    for (size_t type = 0; type < types; ++type) {
      switch (engagement[answers.cells[size_t{row} * types + type] % CellState::kCodes]) {
        case v1::ENGAGEMENT_YES:
          of_site.engaged[type / 64] |= uint64_t{1} << type % 64;
          break;
        case v1::ENGAGEMENT_NO:
          break;
        default:
          of_site.known = false;
      }
    }
  }
  return presence;
}

std::vector<std::string> SiteColumns::Names(const Selection& selection, v1::ReviewFloor counted_at,
                                            absl::string_view after, size_t most) const {
  std::vector<uint8_t> wanted(invited_.size());
  for (const uint32_t row : selection.rows) {
    const bool counts = counted_at == v1::REVIEW_FLOOR_UNSPECIFIED ||
                        answers_[FloorIndex(counted_at)].ratings[row] != 0;
    wanted[row] = counts ? 1 : 0;
  }
  std::vector<std::string> names;
  for (auto site = after.empty() ? rows_by_site_.begin() : rows_by_site_.upper_bound(after);
       site != rows_by_site_.end() && names.size() < most; ++site) {
    if (wanted[site->second] != 0) names.push_back(site->first);
  }
  return names;
}

size_t SiteColumns::bytes() const {
  constexpr size_t kPerSite = 96;
  size_t items = 0;
  for (const Answers& answers : answers_) {
    for (const std::string& packed : answers.items) items += sizeof(packed) + packed.capacity();
  }
  // Each kind of profile stands there parsed and as the key that it is found by.
  size_t profiles = 0;
  for (const auto& [bytes, place] : profiles_by_bytes_) {
    profiles += sizeof(bytes) + bytes.capacity() + profiles_[place].SpaceUsedLong();
  }
  return invited_.size() * (kPerSite + kFloors * static_cast<size_t>(types_) * sizeof(uint16_t)) +
         items + profiles;
}

}  // namespace weft::metrics
