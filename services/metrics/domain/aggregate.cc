#include "services/metrics/domain/aggregate.h"

#include <algorithm>
#include <cstring>
#include <tuple>

#include "common/base/error.h"
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

absl::Status Corrupt(absl::string_view what) {
  return Error(absl::StatusCode::kDataLoss, "AGGREGATE_CORRUPT", what);
}

// Sorts, and merges increments of the same key.
void Normalize(std::vector<Increment>& increments) {
  std::sort(increments.begin(), increments.end(), Before);
  size_t kept = 0;
  for (size_t i = 0; i < increments.size(); ++i) {
    if (kept > 0 && !Before(increments[kept - 1], increments[i])) {
      increments[kept - 1].count += increments[i].count;
    } else {
      increments[kept++] = increments[i];
    }
  }
  increments.resize(kept);
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
  SiteCounts counts;
  for (const uint32_t code : answers.cells()) {
    const CountedCell cell = CellState(code).Count(variant);
    if (cell.engagement == v1::ENGAGEMENT_UNKNOWN) {
      ++counts.unknown;
    } else if (cell.engagement == v1::ENGAGEMENT_YES) {
      ++counts.engaged;
      if (!cell.depth.has_value()) {
        ++counts.missing_depth;
        continue;
      }
      counts.depth_sum += *cell.depth;
      counts.coordination += *cell.depth >= 3 ? 1 : 0;
      counts.collaboration += *cell.depth == 4 ? 1 : 0;
    }
  }
  return counts;
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

std::string EncodeHistogram(const Histogram& histogram) {
  store::v1::Histogram message;
  message.mutable_key_steps()->Reserve(static_cast<int>(histogram.size()));
  message.mutable_counts()->Reserve(static_cast<int>(histogram.size()));
  uint64_t previous = 0;
  for (const auto& [key, count] : histogram) {
    message.add_key_steps(key - previous);
    message.add_counts(count);
    previous = key;
  }
  return message.SerializeAsString();
}

absl::StatusOr<Histogram> DecodeHistogram(absl::string_view bytes) {
  store::v1::Histogram message;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) ||
      message.key_steps_size() != message.counts_size()) {
    return Corrupt("a stored histogram cannot be read");
  }
  Histogram histogram;
  uint64_t key = 0;
  for (int i = 0; i < message.counts_size(); ++i) {
    if (message.counts(i) == 0 || (i > 0 && message.key_steps(i) == 0)) {
      return Corrupt("a stored histogram is not in its one form");
    }
    key += message.key_steps(i);
    histogram.emplace_hint(histogram.end(), key, message.counts(i));
  }
  return histogram;
}

const Histogram& Aggregate::Part(uint32_t id) const {
  const auto found = parts_.find(id);
  return found == parts_.end() ? empty_ : found->second;
}

uint64_t Aggregate::Count(uint32_t id, uint64_t key) const {
  const Histogram& histogram = Part(id);
  const auto found = histogram.find(key);
  return found == histogram.end() ? 0 : found->second;
}

std::vector<Increment> Contribution(const SiteRecord& site, v1::ReviewFloor floor) {
  std::vector<Increment> increments;
  if (!site.invited()) return increments;
  increments.push_back({part::kTotals, part::kInvited, 1});
  const CountedAnswers* answers = AnswersAt(site, floor);
  if (answers == nullptr) return increments;

  increments.push_back({part::kTotals, part::kCounted, 1});
  increments.push_back({part::kTotals, part::kRating + answers->rating(), 1});
  int contradictions = 0;
  for (int type = 0; type < answers->cells_size(); ++type) {
    const CellState state(answers->cells(type));
    increments.push_back({part::kCells, part::CellKey(type, state), 1});
    contradictions += state.contradiction() ? 1 : 0;
  }
  if (contradictions > 0) {
    increments.push_back({part::kTotals, part::kContradictions, contradictions});
  }
  for (int i = 0; i < Variant::kCount; ++i) {
    const Variant variant = Variant::FromIndex(i);
    const SiteCounts counts = CountSite(*answers, variant);
    const SiteKey key{.engaged = counts.engaged,
                      .unknown = counts.unknown,
                      .missing_depth = counts.missing_depth,
                      .depth_sum = counts.depth_sum,
                      .rating = answers->rating()};
    increments.push_back({part::Sites(variant), key.Pack(), 1});
    DeepKey deep{.engaged_known = counts.engaged_known(),
                 .open = counts.open(),
                 .deep = counts.coordination};
    increments.push_back({part::Coordination(variant), deep.Pack(), 1});
    deep.deep = counts.collaboration;
    increments.push_back({part::Collaboration(variant), deep.Pack(), 1});
  }
  for (int i = 0; i < answers->items_size(); ++i) AddItem(i, answers->items(i), increments);
  Normalize(increments);
  return increments;
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
  const auto [place, inserted] = histogram.try_emplace(increment.key, 0);
  const int64_t count = static_cast<int64_t>(place->second) + increment.count;
  if (count < 0) return Corrupt("more was taken off an aggregate than was in it");
  if (count == 0) {
    histogram.erase(place);
  } else {
    place->second = static_cast<uint64_t>(count);
  }
  return absl::OkStatus();
}

std::vector<std::string> ScopesOf(const SiteRecord& site) {
  std::vector<std::string> scopes;
  if (!site.invited()) return scopes;
  scopes.push_back("");
  scopes.insert(scopes.end(), site.cohorts().begin(), site.cohorts().end());
  return scopes;
}

}  // namespace weft::metrics
