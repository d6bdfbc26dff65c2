// The process's own metrics, under the names that Prometheus' client libraries agree on:
// process_cpu_seconds_total and its like, from /proc; and weft_build_info.
#ifndef WEFT_COMMON_OBSERVABILITY_PROCESS_METRICS_H_
#define WEFT_COMMON_OBSERVABILITY_PROCESS_METRICS_H_

#include "absl/strings/string_view.h"
#include "common/observability/metrics.h"

namespace weft::observability {

class ProcessMetrics {
 public:
  ProcessMetrics(Metrics& metrics, absl::string_view service, absl::string_view version);

 private:
  void Refresh();

  Counter& cpu_seconds_;
  Gauge& resident_bytes_;
  Gauge& open_descriptors_;
  Gauge& max_descriptors_;
  Gauge& threads_;
  Gauge& coroutine_frames_;
  // Last: it refreshes the others.
  OnCollect on_collect_;
};

}  // namespace weft::observability

#endif  // WEFT_COMMON_OBSERVABILITY_PROCESS_METRICS_H_
