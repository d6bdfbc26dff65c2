#include "common/rpc/server_metrics.h"

#include "absl/strings/str_cat.h"

namespace weft::rpc {
namespace {

// Callers choose the names of methods that do not exist, so all of these are one.
constexpr char kUnknown[] = "unknown";

}  // namespace

ServerMetrics::ServerMetrics(observability::Metrics& metrics)
    : metrics_(metrics),
      bytes_received_(metrics.AddCounter("rpc_server_received_bytes_total",
                                         "Bytes of request messages, without framing.")),
      bytes_sent_(metrics.AddCounter("rpc_server_sent_bytes_total",
                                     "Bytes of response messages, without framing.")) {
  for (const CallClass call_class : kCallClasses) {
    in_progress_[Index(call_class)] = &metrics.AddGauge(
        "rpc_server_calls_in_progress",
        "Calls that were admitted and have not ended: unary ones that read or write, and streams.",
        {{"class", NameOf(call_class)}});
  }
}

void ServerMetrics::Refused(absl::string_view reason) {
  observability::Counter*& counter = refused_[reason];
  if (counter == nullptr) {
    counter = &metrics_.AddCounter("rpc_server_calls_refused_total",
                                   "Calls refused before their payload was read, by the reason "
                                   "of the error.",
                                   {{"reason", std::string(reason)}});
  }
  counter->Increment();
}

void ServerMetrics::Ended(const Method* method, absl::StatusCode code, absl::Duration duration,
                          size_t bytes_received, size_t bytes_sent) {
  const auto number = static_cast<size_t>(code);
  Durations& durations = durations_[method];
  observability::Histogram*& histogram = durations[number < durations.size() ? number : 2];
  if (histogram == nullptr) {
    histogram = &metrics_.AddHistogram(
        "rpc_server_call_duration_seconds",
        "From a call's arrival to its last message's being taken by the transport.",
        observability::DurationBuckets(),
        {{"rpc_service", method == nullptr ? kUnknown : method->descriptor->service()->full_name()},
         {"rpc_method", method == nullptr ? kUnknown : method->descriptor->name()},
         {"rpc_response_status_code", absl::StatusCodeToString(code)}});
  }
  histogram->Observe(absl::ToDoubleSeconds(duration));
  bytes_received_.Increment(static_cast<double>(bytes_received));
  bytes_sent_.Increment(static_cast<double>(bytes_sent));
}

}  // namespace weft::rpc
