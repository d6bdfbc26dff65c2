#include "common/observability/process_metrics.h"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <ctime>
#include <fstream>
#include <memory>
#include <string>

#include "common/base/task.h"

namespace weft::observability {
namespace {

double CpuSeconds() {
  rusage usage;
  if (getrusage(RUSAGE_SELF, &usage) != 0) return 0;
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// Pages, the second number of /proc/self/statm.
double ResidentBytes() {
  std::ifstream file("/proc/self/statm");
  int64_t total = 0;
  int64_t resident = 0;
  file >> total >> resident;
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

// The entries of a directory of /proc; 0 when it cannot be read, which happens when the process is
// out of descriptors.
double CountEntries(const char* path) {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(opendir(path), closedir);
  if (directory == nullptr) return 0;
  int count = 0;
  while (const dirent* const entry = readdir(directory.get())) {
    if (entry->d_name[0] != '.') ++count;
  }
  return count;
}

double MaxDescriptors() {
  rlimit limit;
  return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? static_cast<double>(limit.rlim_cur) : 0;
}

}  // namespace

ProcessMetrics::ProcessMetrics(Metrics& metrics, absl::string_view service,
                               absl::string_view version)
    : cpu_seconds_(metrics.AddCounter("process_cpu_seconds_total",
                                      "User and system CPU time that the process has used.")),
      resident_bytes_(metrics.AddGauge("process_resident_memory_bytes",
                                       "Memory of the process that is in RAM.")),
      open_descriptors_(metrics.AddGauge("process_open_fds", "Open file descriptors.")),
      max_descriptors_(
          metrics.AddGauge("process_max_fds", "File descriptors that may be open at a time.")),
      threads_(metrics.AddGauge("process_threads", "Threads of the process.")),
      coroutine_frames_(metrics.AddGauge(
          "weft_coroutine_frames", "Coroutine frames that are alive; returns to its idle value.")),
      on_collect_(metrics, [this] { Refresh(); }) {
  metrics.AddGauge("process_start_time_seconds", "When the process started, in seconds since 1970.")
      .Set(static_cast<double>(std::time(nullptr)));
  metrics
      .AddGauge("weft_build_info", "1, with the service and its version as labels.",
                {{"service", std::string(service)}, {"version", std::string(version)}})
      .Set(1);
}

void ProcessMetrics::Refresh() {
  cpu_seconds_.Increment(CpuSeconds() - cpu_seconds_.Value());
  resident_bytes_.Set(ResidentBytes());
  open_descriptors_.Set(CountEntries("/proc/self/fd"));
  max_descriptors_.Set(MaxDescriptors());
  threads_.Set(CountEntries("/proc/self/task"));
  coroutine_frames_.Set(static_cast<double>(LiveFrames::Count()));
}

}  // namespace weft::observability
