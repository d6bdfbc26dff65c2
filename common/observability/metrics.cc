#include "common/observability/metrics.h"

#include <utility>

#include "common/observability/metrics_source.h"
#include "prometheus/text_serializer.h"

namespace weft::observability {

std::vector<double> DurationBuckets() {
  return {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
          0.05,   0.1,     0.25,   0.5,   1,      2.5,   5,    10};
}

Metrics::Metrics() : source_(std::make_shared<Source>()), registry_(source_->registry()) {}

Counter& Metrics::AddCounter(absl::string_view name, absl::string_view help,
                             const Labels& labels) noexcept {
  return prometheus::BuildCounter()
      .Name(std::string(name))
      .Help(std::string(help))
      .Register(registry_)
      .Add(labels);
}

Gauge& Metrics::AddGauge(absl::string_view name, absl::string_view help,
                         const Labels& labels) noexcept {
  return prometheus::BuildGauge()
      .Name(std::string(name))
      .Help(std::string(help))
      .Register(registry_)
      .Add(labels);
}

Histogram& Metrics::AddHistogram(absl::string_view name, absl::string_view help,
                                 const std::vector<double>& buckets,
                                 const Labels& labels) noexcept {
  return prometheus::BuildHistogram()
      .Name(std::string(name))
      .Help(std::string(help))
      .Register(registry_)
      .Add(labels, buckets);
}

std::string Metrics::Text() const {
  return prometheus::TextSerializer().Serialize(source_->Collect());
}

OnCollect::OnCollect(Metrics& metrics, std::function<void()> refresh)
    : source_(metrics.source_), place_(source_->Add(std::move(refresh))) {}

OnCollect::~OnCollect() { source_->Remove(place_); }

}  // namespace weft::observability
