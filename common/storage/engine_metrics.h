// What an engine counts.
#ifndef WEFT_COMMON_STORAGE_ENGINE_METRICS_H_
#define WEFT_COMMON_STORAGE_ENGINE_METRICS_H_

#include <cstddef>
#include <functional>
#include <memory>

#include "absl/time/time.h"
#include "common/observability/metrics.h"

namespace weft::storage {

// How the engine stands at the moment of a reading.
struct EngineState {
  bool healthy = true;
  size_t queued_commits = 0;
  size_t queued_bytes = 0;
  size_t feed_tail_bytes = 0;
};

class EngineMetrics {
 public:
  explicit EngineMetrics(observability::Metrics& metrics);

  // A group of so many commits has been written.
  void CountGroup(size_t commits, absl::Duration taken);
  void CountRefusedGroup() { refused_groups_.Increment(); }
  void CountFeedRead(bool from_memory) { (from_memory ? tail_reads_ : disk_reads_).Increment(); }

 private:
  observability::Histogram& group_commits_;
  observability::Histogram& group_seconds_;
  observability::Counter& refused_groups_;
  observability::Counter& tail_reads_;
  observability::Counter& disk_reads_;
};

// Shows how an engine stands while the result lives; `state` is called from any thread.
std::unique_ptr<observability::OnCollect> ReportState(observability::Metrics& metrics,
                                                      std::function<EngineState()> state);

}  // namespace weft::storage

#endif  // WEFT_COMMON_STORAGE_ENGINE_METRICS_H_
