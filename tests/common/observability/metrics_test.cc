#include "common/observability/metrics.h"

#include <memory>
#include <string>
#include <vector>

#include "common/observability/metrics_endpoint.h"
#include "common/observability/process_metrics.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace weft::observability {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::IsError;
using testing::IsOk;
using ::testing::Not;

TEST(Metrics, SeriesAppearWithTheirLabels) {
  Metrics metrics;
  metrics.AddCounter("things_total", "Things.", {{"kind", "new"}}).Increment();
  metrics.AddGauge("open_things", "Open ones.").Set(4);
  Histogram& durations = metrics.AddHistogram("thing_seconds", "How long.", {0.1, 1});
  durations.Observe(0.5);
  durations.Observe(50);
  EXPECT_THAT(metrics.Text(),
              AllOf(HasSubstr("# HELP things_total Things.\n# TYPE things_total counter\n"),
                    HasSubstr("things_total{kind=\"new\"} 1\n"), HasSubstr("open_things 4\n"),
                    HasSubstr("thing_seconds_bucket{le=\"0.1\"} 0\n"),
                    HasSubstr("thing_seconds_bucket{le=\"1\"} 1\n"),
                    HasSubstr("thing_seconds_bucket{le=\"+Inf\"} 2\n")));
}

TEST(Metrics, ASeriesIsMadeOnce) {
  Metrics metrics;
  Counter& first = metrics.AddCounter("things_total", "Things.", {{"kind", "new"}});
  EXPECT_EQ(&metrics.AddCounter("things_total", "Things.", {{"kind", "new"}}), &first);
  EXPECT_NE(&metrics.AddCounter("things_total", "Things.", {{"kind", "old"}}), &first);
}

TEST(MetricsDeathTest, OneNameWithTwoTypesEndsTheProcess) {
  Metrics metrics;
  metrics.AddCounter("things", "Things.");
  EXPECT_DEATH(metrics.AddGauge("things", "Things."), "");
}

TEST(Metrics, OnCollectRefreshesWhileItLives) {
  Metrics metrics;
  Gauge& gauge = metrics.AddGauge("length", "Length.");
  auto hook = std::make_unique<OnCollect>(metrics, [&] { gauge.Increment(); });
  EXPECT_THAT(metrics.Text(), HasSubstr("length 1\n"));
  EXPECT_THAT(metrics.Text(), HasSubstr("length 2\n"));
  hook.reset();
  EXPECT_THAT(metrics.Text(), HasSubstr("length 2\n"));
}

TEST(Metrics, BucketsGrow) {
  const std::vector<double> buckets = DurationBuckets();
  EXPECT_TRUE(std::is_sorted(buckets.begin(), buckets.end()));
  EXPECT_LE(buckets.front(), 0.0001);
  EXPECT_GE(buckets.back(), 10);
}

TEST(MetricsEndpoint, ATakenAddressIsAnError) {
  Metrics metrics;
  const auto first = MetricsEndpoint::Open("127.0.0.1:0", metrics);
  ASSERT_THAT(first, IsOk());
  EXPECT_THAT((*first)->address(), AllOf(HasSubstr("127.0.0.1:"), Not(HasSubstr(":0"))));
  const auto second = MetricsEndpoint::Open((*first)->address(), metrics);
  EXPECT_THAT(second.status(), IsError(absl::StatusCode::kUnavailable, "CANNOT_LISTEN"));
  EXPECT_THAT(second.status().message(), HasSubstr((*first)->address()));
}

TEST(ProcessMetrics, AreOfThisProcess) {
  Metrics metrics;
  const ProcessMetrics process(metrics, "registry", "1.2.3");
  const std::string text = metrics.Text();
  EXPECT_THAT(text, AllOf(HasSubstr("weft_build_info{service=\"registry\",version=\"1.2.3\"} 1\n"),
                          HasSubstr("# TYPE process_cpu_seconds_total counter\n"),
                          HasSubstr("weft_coroutine_frames 0\n")));
  for (const char* name : {"process_resident_memory_bytes", "process_open_fds", "process_max_fds",
                           "process_threads", "process_start_time_seconds"}) {
    EXPECT_THAT(text, HasSubstr(std::string("# TYPE ") + name + " gauge\n"));
    EXPECT_THAT(text, Not(HasSubstr(std::string("\n") + name + " 0\n"))) << name;
  }
}

}  // namespace
}  // namespace weft::observability
