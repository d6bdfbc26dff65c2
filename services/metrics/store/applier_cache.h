// What the one writer of a feed's part of the read model keeps in memory from step to step, so that
// a step reads and decodes only what has not been needed before. Nothing else writes those rows, so
// it stays what is stored, unless a step was not committed: StepWriter clears it then.
#ifndef WEFT_SERVICES_METRICS_STORE_APPLIER_CACHE_H_
#define WEFT_SERVICES_METRICS_STORE_APPLIER_CACHE_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "services/metrics/domain/histogram.h"
#include "services/metrics/domain/questions.h"

namespace weft::metrics {

// What a wave's instrument asks.
struct WaveQuestions {
  Questions questions;
  // Whether wave and instrument are known; else there are no questions yet.
  bool known = false;
};

struct ApplierCache {
  // So many entries of histograms, 16 bytes each, are kept; one step may add to them.
  static constexpr size_t kMostEntries = size_t{2} << 20;

  void Clear() {
    questions.clear();
    parts.clear();
    entries = 0;
  }

  // By the wave's id.
  absl::flat_hash_map<std::string, std::unique_ptr<WaveQuestions>> questions;
  // Parts of aggregates, by key. An empty one is not stored.
  absl::flat_hash_map<std::string, std::unique_ptr<Histogram>> parts;
  // In all parts.
  size_t entries = 0;

  // Room that is used again: for a step's rows, and for one change that is looked at.
  std::vector<char> rows_block = std::vector<char>(size_t{256} << 10);
  std::vector<char> change_block = std::vector<char>(size_t{32} << 10);
};

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_STORE_APPLIER_CACHE_H_
