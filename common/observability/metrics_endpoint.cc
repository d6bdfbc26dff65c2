#include "common/observability/metrics_endpoint.h"

#include <exception>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/observability/metrics_source.h"
#include "prometheus/exposer.h"

namespace weft::observability {
namespace {

// Two scrapers at a time; more wait.
constexpr int kThreads = 2;

absl::Status CannotListen(absl::string_view address, absl::string_view why) {
  return Error(absl::StatusCode::kUnavailable, "CANNOT_LISTEN",
               absl::StrCat("cannot serve metrics on ", address, " (", why,
                            "); choose another address, or port 0 for any free one"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<MetricsEndpoint>> MetricsEndpoint::Open(absl::string_view address,
                                                                       const Metrics& metrics) {
  const absl::string_view host = address.substr(0, address.rfind(':'));
  try {
    auto exposer = std::make_unique<prometheus::Exposer>(std::string(address), kThreads);
    const std::vector<int> ports = exposer->GetListeningPorts();
    if (ports.empty()) return CannotListen(address, "no port");
    exposer->RegisterCollectable(metrics.source_);
    return std::unique_ptr<MetricsEndpoint>(
        new MetricsEndpoint(std::move(exposer), absl::StrCat(host, ":", ports.front())));
  } catch (const std::exception& error) {
    return CannotListen(address, error.what());
  }
}

MetricsEndpoint::MetricsEndpoint(std::unique_ptr<prometheus::Exposer> exposer, std::string address)
    : exposer_(std::move(exposer)), address_(std::move(address)) {}
MetricsEndpoint::~MetricsEndpoint() = default;

}  // namespace weft::observability
