// How often each key occurs, in ascending order of keys: one part of an aggregate. What is stored
// of one content is always the same bytes.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_HISTOGRAM_H_
#define WEFT_SERVICES_METRICS_DOMAIN_HISTOGRAM_H_

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace weft::metrics {

// `count` more (or fewer) of a key.
struct KeyChange {
  uint64_t key = 0;
  int64_t count = 0;

  friend bool operator==(const KeyChange&, const KeyChange&) = default;
};

// Entries lie in one piece of memory: they are read in order, and changed many at a time.
class Histogram {
 public:
  // A key and how often it occurs, which is never 0.
  using value_type = std::pair<uint64_t, uint64_t>;
  using const_iterator = std::vector<value_type>::const_iterator;
  using const_reverse_iterator = std::vector<value_type>::const_reverse_iterator;

  Histogram() = default;
  // In any order, each key once.
  Histogram(std::initializer_list<value_type> entries);

  const_iterator begin() const { return entries_.begin(); }
  const_iterator end() const { return entries_.end(); }
  const_reverse_iterator rbegin() const { return entries_.rbegin(); }
  bool empty() const { return entries_.empty(); }
  size_t size() const { return entries_.size(); }
  // 0 for a key that does not occur.
  uint64_t Count(uint64_t key) const;

  // `changes` are ascending, each key once. DATA_LOSS (AGGREGATE_CORRUPT) when a count would fall
  // below 0: what was taken off was not in it. Then the histogram is good for nothing.
  absl::Status Add(absl::Span<const KeyChange> changes);

  friend bool operator==(const Histogram&, const Histogram&) = default;

 private:
  friend absl::StatusOr<Histogram> DecodeHistogram(absl::string_view bytes);

  std::vector<value_type> entries_;
};

// A serialized store.v1.Histogram.
std::string EncodeHistogram(const Histogram& histogram);
// DATA_LOSS (AGGREGATE_CORRUPT) when it is none that EncodeHistogram made.
absl::StatusOr<Histogram> DecodeHistogram(absl::string_view bytes);

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_HISTOGRAM_H_
