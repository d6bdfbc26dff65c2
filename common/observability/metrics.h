// What a process counts, for Prometheus to read: counters, gauges and histograms in a registry that
// is passed to whoever counts, like the logger.
//
//   class Committer {
//    public:
//     explicit Committer(observability::Metrics& metrics)
//         : groups_(metrics.AddCounter("weft_storage_commit_groups_total",
//                                      "Groups of batches that shared one synced write.")) {}
//     void Commit() { groups_.Increment(); }
//    private:
//     observability::Counter& groups_;
//   };
//
// A series is looked up once, where its owner is made, because the look-up locks and allocates;
// counting costs some ten nanoseconds and may happen on any thread. Names follow Prometheus: a unit
// as suffix (_seconds, _bytes), _total for counters. Labels have few, known values: never a name
// that a caller chooses, never what people answered.
#ifndef WEFT_COMMON_OBSERVABILITY_METRICS_H_
#define WEFT_COMMON_OBSERVABILITY_METRICS_H_

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "prometheus/counter.h"
#include "prometheus/gauge.h"
#include "prometheus/histogram.h"
#include "prometheus/registry.h"

namespace weft::observability {

// Increment(), or Increment(double) with a value that is not negative.
using Counter = prometheus::Counter;
// Set(double), Increment(), Decrement().
using Gauge = prometheus::Gauge;
// Observe(double).
using Histogram = prometheus::Histogram;

using Labels = std::map<std::string, std::string>;

// Upper bounds in seconds, from 100 us to 10 s: a call, a commit, a synced write.
std::vector<double> DurationBuckets();

// Thread-safe. A name or label that Prometheus does not allow, and one name with two types, end the
// process: they are mistakes of the program.
class Metrics {
 public:
  Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // The series of this name and these labels, made when it is new. It lives as long as the
  // registry.
  Counter& AddCounter(absl::string_view name, absl::string_view help,
                      const Labels& labels = {}) noexcept;
  Gauge& AddGauge(absl::string_view name, absl::string_view help,
                  const Labels& labels = {}) noexcept;
  Histogram& AddHistogram(absl::string_view name, absl::string_view help,
                          const std::vector<double>& buckets, const Labels& labels = {}) noexcept;

  // Every series in Prometheus' text format. Runs what OnCollect holds first.
  std::string Text() const;

 private:
  friend class OnCollect;
  class Source;
  friend class MetricsEndpoint;

  // What the endpoint reads.
  std::shared_ptr<Source> source_;
  prometheus::Registry& registry_;
};

// Runs a function before each reading of the registry, while it lives: for gauges whose value
// stands elsewhere (an engine's properties, a queue's length). From the reader's thread; the
// destructor waits for a run that is under way.
class OnCollect {
 public:
  OnCollect(Metrics& metrics, std::function<void()> refresh);
  ~OnCollect();
  OnCollect(const OnCollect&) = delete;
  OnCollect& operator=(const OnCollect&) = delete;

 private:
  std::shared_ptr<Metrics::Source> source_;
  std::list<std::function<void()>>::iterator place_;
};

}  // namespace weft::observability

#endif  // WEFT_COMMON_OBSERVABILITY_METRICS_H_
