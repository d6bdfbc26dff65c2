#include "common/storage/engine_metrics.h"

#include <utility>

namespace weft::storage {
namespace {

using observability::Counter;
using observability::Gauge;
using observability::Metrics;

Counter& FeedReads(Metrics& metrics, const char* source) {
  return metrics.AddCounter("weft_feed_reads_total",
                            "Pages read from the change feed, by where they were found.",
                            {{"source", source}});
}

}  // namespace

EngineMetrics::EngineMetrics(Metrics& metrics)
    : group_commits_(metrics.AddHistogram("weft_storage_group_commits",
                                          "Commits that shared one synced write.",
                                          {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024})),
      group_seconds_(metrics.AddHistogram("weft_storage_group_seconds",
                                          "How long a group's synced write took.",
                                          observability::DurationBuckets())),
      refused_groups_(metrics.AddCounter("weft_storage_refused_groups_total",
                                         "Groups that the disk did not take.")),
      tail_reads_(FeedReads(metrics, "memory")),
      disk_reads_(FeedReads(metrics, "disk")) {}

void EngineMetrics::CountGroup(size_t commits, absl::Duration taken) {
  group_commits_.Observe(static_cast<double>(commits));
  group_seconds_.Observe(absl::ToDoubleSeconds(taken));
}

std::unique_ptr<observability::OnCollect> ReportState(Metrics& metrics,
                                                      std::function<EngineState()> state) {
  Gauge& healthy = metrics.AddGauge(
      "weft_storage_healthy", "1 while commits are taken, 0 while they are refused or stall.");
  Gauge& commits =
      metrics.AddGauge("weft_storage_queued_commits", "Commits that wait for a group.");
  Gauge& bytes = metrics.AddGauge("weft_storage_queued_bytes", "What they hold.");
  Gauge& tail = metrics.AddGauge("weft_feed_tail_bytes", "The newest part of the feed, in memory.");
  return std::make_unique<observability::OnCollect>(
      metrics, [&healthy, &commits, &bytes, &tail, state = std::move(state)] {
        const EngineState now = state();
        healthy.Set(now.healthy ? 1 : 0);
        commits.Set(static_cast<double>(now.queued_commits));
        bytes.Set(static_cast<double>(now.queued_bytes));
        tail.Set(static_cast<double>(now.feed_tail_bytes));
      });
}

}  // namespace weft::storage
