// What a server counts of its calls. Internal to common/rpc; for the loop's thread.
#ifndef WEFT_COMMON_RPC_SERVER_METRICS_H_
#define WEFT_COMMON_RPC_SERVER_METRICS_H_

#include <array>
#include <cstddef>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/observability/metrics.h"
#include "common/rpc/call_class.h"
#include "common/rpc/method_table.h"

namespace weft::rpc {

class ServerMetrics {
 public:
  explicit ServerMetrics(observability::Metrics& metrics);

  // A call was admitted; it ended.
  void Entered(CallClass call_class) { in_progress_[Index(call_class)]->Increment(); }
  void Left(CallClass call_class) { in_progress_[Index(call_class)]->Decrement(); }
  // A call was refused before its payload was read, by the reason of its error.
  void Refused(absl::string_view reason);
  // Any call has ended, refused ones too. `method` is null for one that does not exist.
  void Ended(const Method* method, absl::StatusCode code, absl::Duration duration,
             size_t bytes_received, size_t bytes_sent);

 private:
  // By status code, which has 17 values.
  using Durations = std::array<observability::Histogram*, 17>;

  static size_t Index(CallClass call_class) { return static_cast<size_t>(call_class); }

  observability::Metrics& metrics_;
  std::array<observability::Gauge*, kCallClasses.size()> in_progress_;
  observability::Counter& bytes_received_;
  observability::Counter& bytes_sent_;
  // Made when they are first needed, because most methods only ever end in a few ways.
  absl::flat_hash_map<const Method*, Durations> durations_;
  absl::flat_hash_map<std::string, observability::Counter*> refused_;
};

}  // namespace weft::rpc

#endif  // WEFT_COMMON_RPC_SERVER_METRICS_H_
