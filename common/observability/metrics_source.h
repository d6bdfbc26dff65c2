// What stands behind a Metrics object and is shared with its endpoint. Internal to
// common/observability.
#ifndef WEFT_COMMON_OBSERVABILITY_METRICS_SOURCE_H_
#define WEFT_COMMON_OBSERVABILITY_METRICS_SOURCE_H_

#include <functional>
#include <list>
#include <mutex>
#include <vector>

#include "common/observability/metrics.h"
#include "prometheus/collectable.h"
#include "prometheus/metric_family.h"
#include "prometheus/registry.h"

namespace weft::observability {

class Metrics::Source final : public prometheus::Collectable {
 public:
  std::vector<prometheus::MetricFamily> Collect() const override {
    std::lock_guard<std::mutex> lock(mutex_);
    for (const std::function<void()>& refresh : refreshers_) refresh();
    return registry_.Collect();
  }

  prometheus::Registry& registry() { return registry_; }

  std::list<std::function<void()>>::iterator Add(std::function<void()> refresh) {
    std::lock_guard<std::mutex> lock(mutex_);
    return refreshers_.insert(refreshers_.end(), std::move(refresh));
  }
  void Remove(std::list<std::function<void()>>::iterator place) {
    std::lock_guard<std::mutex> lock(mutex_);
    refreshers_.erase(place);
  }

 private:
  prometheus::Registry registry_;
  mutable std::mutex mutex_;
  std::list<std::function<void()>> refreshers_;
};

}  // namespace weft::observability

#endif  // WEFT_COMMON_OBSERVABILITY_METRICS_SOURCE_H_
