// The HTTP address at which Prometheus reads a process's metrics: GET /metrics.
#ifndef WEFT_COMMON_OBSERVABILITY_METRICS_ENDPOINT_H_
#define WEFT_COMMON_OBSERVABILITY_METRICS_ENDPOINT_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/observability/metrics.h"

namespace prometheus {
class Exposer;
}  // namespace prometheus

namespace weft::observability {

// Serves from threads of its own while it lives, so that a process whose loop is stuck still says
// so. Destroy it before what OnCollect functions look at.
class MetricsEndpoint {
 public:
  // `address` is host:port with an IP address; port 0 lets the system choose. Fails with
  // UNAVAILABLE, reason CANNOT_LISTEN, when it cannot be bound.
  static absl::StatusOr<std::unique_ptr<MetricsEndpoint>> Open(absl::string_view address,
                                                               const Metrics& metrics);
  ~MetricsEndpoint();
  MetricsEndpoint(const MetricsEndpoint&) = delete;
  MetricsEndpoint& operator=(const MetricsEndpoint&) = delete;

  // host:port, with the port that was bound.
  const std::string& address() const { return address_; }

 private:
  MetricsEndpoint(std::unique_ptr<prometheus::Exposer> exposer, std::string address);

  std::unique_ptr<prometheus::Exposer> exposer_;
  std::string address_;
};

}  // namespace weft::observability

#endif  // WEFT_COMMON_OBSERVABILITY_METRICS_ENDPOINT_H_
