#include "common/rpc/service_main.h"

#include <sys/resource.h>

#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/base/task.h"
#include "common/observability/metrics_endpoint.h"
#include "common/observability/process_metrics.h"
#include "common/rpc/flags.h"
#include "common/rpc/listen_address.h"
#include "common/rpc/shutdown_signals.h"
#include "common/rpc/storage_report.h"
#include "common/storage/open_engine.h"

#if __has_include("google/protobuf/stubs/logging.h")
#include "google/protobuf/stubs/logging.h"
#define WEFT_PROTOBUF_HAS_LOG_HANDLER 1
#endif

ABSL_FLAG(
    std::string, listen, "",
    "Address to serve on, host:port. Only loopback addresses are allowed, because callers are "
    "not authenticated yet. Port 0 takes any free one; the ready line says which.");
ABSL_FLAG(std::string, data, "",
          "Directory that holds everything this service keeps. It is created when missing; one "
          "process at a time may use it.");
ABSL_FLAG(std::string, engine, "rocksdb",
          "Where records are kept: rocksdb (in --data, durable) or memory (gone at exit, for "
          "trials and tests).");
ABSL_FLAG(
    std::string, log_level, "info",
    "The least that is logged, as JSON lines on standard error: debug, info (a line per call), "
    "warning, error or off.");
ABSL_FLAG(std::string, listener, "own",
          "Who accepts connections: own (with limits, and it survives running out of file "
          "descriptors) or grpc (gRPC's own loop, without either).");
ABSL_FLAG(int, max_connections, weft::rpc::ConnectionLimits().in_all,
          "Connections at a time; more are closed at once. Never more than half of the open files "
          "that the process may have (ulimit -n), which leaves storage its own.");
ABSL_FLAG(int, max_connections_per_peer, weft::rpc::ConnectionLimits().per_peer,
          "Connections at a time from one address.");
ABSL_FLAG(std::string, metrics_listen, "",
          "Address for Prometheus to read metrics from, host:port, at /metrics over HTTP. Only "
          "loopback addresses are allowed; port 0 takes any free one, and the ready line says "
          "which. Empty: none is served, so that nothing listens that nobody asked for.");
ABSL_FLAG(
    absl::Duration, feed_age, absl::Hours(30 * 24),
    "How long change records are kept for followers. One that was away for longer starts with "
    "a snapshot.");
ABSL_FLAG(uint64_t, feed_mib, 8192, "How much of them is kept at most, in MiB.");
ABSL_FLAG(uint64_t, block_cache_mib, weft::storage::EngineOptions().block_cache_bytes >> 20,
          "Memory for what is read often, in MiB. More helps where a store is larger than this.");
ABSL_FLAG(absl::Duration, drain_time, absl::Seconds(10),
          "How long calls in progress may go on after SIGTERM before they are cancelled.");

// jemalloc reads this when the process starts. What a flood of large messages has taken goes back
// to the system within a second, by a thread of the allocator's own: by default it waits for ten,
// and for the allocations of those who took it, so that a server that has become idle keeps it
// (tests/fault/run --full hostile: 240 to 430 MiB more without, 11 with).
extern "C" {
extern const char* const malloc_conf;
const char* const malloc_conf = "background_thread:true,dirty_decay_ms:1000,muzzy_decay_ms:0";
}

namespace weft::rpc {
namespace {

enum ExitCode { kDrained = 0, kFailed = 1, kRefused = 2 };

struct Settings {
  std::string listen;
  std::string data;
  std::string engine;
  observability::Level log_level;
  // "" for none.
  std::string metrics_listen;
  Listener listener;
  ConnectionLimits connections;
};

std::string DefaultListen(const ServiceSpec& spec) {
  return absl::StrCat("127.0.0.1:", spec.default_port);
}
std::string DefaultData(const ServiceSpec& spec) { return absl::StrCat("./data/", spec.name); }

absl::StatusOr<Settings> ReadSettings(int argc, char** argv, const ServiceSpec& spec) {
  WEFT_RETURN_IF_ERROR(ReadFlags(argc, argv));
  Settings settings;
  settings.listen = absl::GetFlag(FLAGS_listen);
  if (settings.listen.empty()) settings.listen = DefaultListen(spec);
  settings.data = absl::GetFlag(FLAGS_data);
  if (settings.data.empty()) settings.data = DefaultData(spec);
  settings.engine = absl::GetFlag(FLAGS_engine);
  if (settings.engine != "rocksdb" && settings.engine != "memory") {
    return Error(absl::StatusCode::kInvalidArgument, "BAD_FLAG",
                 absl::StrCat("--engine=", settings.engine, ": it is rocksdb or memory"));
  }
  if (!observability::ParseLevel(absl::GetFlag(FLAGS_log_level), settings.log_level)) {
    return Error(absl::StatusCode::kInvalidArgument, "BAD_FLAG",
                 absl::StrCat("--log_level=", absl::GetFlag(FLAGS_log_level),
                              ": it is debug, info, warning, error or off"));
  }
  const std::string listener = absl::GetFlag(FLAGS_listener);
  if (listener != "own" && listener != "grpc") {
    return Error(absl::StatusCode::kInvalidArgument, "BAD_FLAG",
                 absl::StrCat("--listener=", listener, ": it is own or grpc"));
  }
  settings.listener = listener == "own" ? Listener::kOwn : Listener::kGrpc;
  settings.connections = {.in_all = absl::GetFlag(FLAGS_max_connections),
                          .per_peer = absl::GetFlag(FLAGS_max_connections_per_peer)};
  if (settings.connections.in_all < 1 || settings.connections.per_peer < 1) {
    return Error(absl::StatusCode::kInvalidArgument, "BAD_FLAG",
                 "--max_connections and --max_connections_per_peer are at least 1");
  }
  settings.metrics_listen = absl::GetFlag(FLAGS_metrics_listen);
  if (!settings.metrics_listen.empty()) {
    WEFT_ASSIGN_OR_RETURN(ListenAddress address, ParseListenAddress(settings.metrics_listen));
    settings.metrics_listen = address.ToString();
  }
  return settings;
}

void PrintHelp(const ServiceSpec& spec) {
  const std::string help = absl::StrCat(
      "weft-", spec.name, ": ", spec.summary, "\n\n", "Serves gRPC with reflection, so that ",
      "grpcurl -plaintext ", DefaultListen(spec), " list\nshows what there is to call. It runs ",
      "until SIGTERM or Ctrl-C, then drains.\n\nFlags, each also as an environment variable (the ",
      "command line wins):\n",
      FlagsHelp({{"listen", DefaultListen(spec)}, {"data", DefaultData(spec)}}),
      "  --version\n      Prints the version.\n\nExit codes: 0 drained, 1 failed while running, 2 "
      "refused to start.\n");
  std::fputs(help.c_str(), stdout);
}

int Refuse(const ServiceSpec& spec, const absl::Status& why) {
  const std::string text = absl::StrCat("weft-", spec.name, ": ", why.message(), "\n");
  std::fputs(text.c_str(), stderr);
  return kRefused;
}

// A listener that runs out of descriptors takes no connections any more, so take all we may have.
void RaiseDescriptorLimit() {
  rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// gRPC locks some ten absl::Mutexes in a call. Debian builds Abseil without NDEBUG, where each lock
// looks for cycles in the graph of all locks of the process.
void SkipDeadlockDetection() {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
}

// What a running service consists of, in the order in which it is made. Engines and services go
// before the server whose loop they use.
struct Process {
  SystemClock clock;
  observability::Metrics metrics;
  std::unique_ptr<observability::ProcessMetrics> process_metrics;
  std::unique_ptr<observability::Logger> logger;
  std::unique_ptr<Server> server;
  std::unique_ptr<storage::Engine> engine;
  std::unique_ptr<storage::Database> database;
  std::unique_ptr<Service> service;
  std::unique_ptr<observability::MetricsEndpoint> metrics_endpoint;
};

absl::Status Open(const Settings& settings, const ServiceSpec& spec, Process& process) {
  process.logger = observability::Logger::ToStderr(settings.log_level);
  process.process_metrics =
      std::make_unique<observability::ProcessMetrics>(process.metrics, spec.name, WEFT_VERSION);
  ServerOptions server_options;
  server_options.listen = settings.listen;
  server_options.logger = process.logger.get();
  server_options.metrics = &process.metrics;
  server_options.listener = settings.listener;
  server_options.connection_limits = settings.connections;
  WEFT_ASSIGN_OR_RETURN(process.server, Server::Create(std::move(server_options)));

  storage::EngineOptions engine_options;
  engine_options.kind = settings.engine;
  engine_options.directory = settings.data;
  engine_options.metrics = &process.metrics;
  engine_options.feed_kept.age = absl::GetFlag(FLAGS_feed_age);
  engine_options.feed_kept.bytes = absl::GetFlag(FLAGS_feed_mib) << 20;
  engine_options.block_cache_bytes = absl::GetFlag(FLAGS_block_cache_mib) << 20;
  WEFT_ASSIGN_OR_RETURN(process.engine,
                        storage::OpenEngine(engine_options, process.server->executor()));
  process.database =
      std::make_unique<storage::Database>(storage::Database{*process.engine, process.clock});

  ReportStorageHealth(*process.server, *process.engine, *process.logger);

  ServiceEnvironment environment{*process.server, *process.database, *process.logger,
                                 process.metrics, settings.data,     settings.engine};
  WEFT_ASSIGN_OR_RETURN(process.service, spec.open(environment));
  if (!settings.metrics_listen.empty()) {
    WEFT_ASSIGN_OR_RETURN(process.metrics_endpoint, observability::MetricsEndpoint::Open(
                                                        settings.metrics_listen, process.metrics));
  }
  return process.server->Start();
}

void PrintReady(const Settings& settings, const ServiceSpec& spec, const Process& process) {
  const std::string where =
      settings.engine == "memory" ? "in memory" : absl::StrCat("in ", settings.data);
  const std::string metrics =
      process.metrics_endpoint == nullptr
          ? ""
          : absl::StrCat(", metrics on ", process.metrics_endpoint->address(), "/metrics");
  const std::string text = absl::StrCat("weft-", spec.name, " ready on ", process.server->address(),
                                        ", data ", where, metrics, "\n");
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
}

int RunUntilSignal(const Settings& settings, const ServiceSpec& spec, ShutdownSignals& signals,
                   Process& process) {
  using observability::Level;
  using observability::LogLine;
  observability::Logger& logger = *process.logger;
  logger.Write(LogLine(Level::kInfo, "ready")
                   .Add("address", process.server->address())
                   .Add("data", settings.data)
                   .Add("engine", settings.engine));
  logger.Flush();
  PrintReady(settings, spec, process);

  const int signal = signals.Wait();
  signals.EndProcessOnNext();
  logger.Write(LogLine(Level::kInfo, "draining").Add("signal", signal));
  process.server->Shutdown(absl::GetFlag(FLAGS_drain_time));
  process.metrics_endpoint.reset();
  process.service.reset();
  process.engine.reset();
  process.server.reset();
  const int64_t frames = LiveFrames::Count();
  if (frames != 0) {
    logger.Write(LogLine(Level::kError, "coroutines_left").Add("frames", frames));
    logger.Flush();
    return kFailed;
  }
  logger.Write(LogLine(Level::kInfo, "stopped"));
  logger.Flush();
  return kDrained;
}

}  // namespace

int RunService(int argc, char** argv, const ServiceSpec& spec) {
  if (HasArgument(argc, argv, {"--help", "-help", "-h"})) {
    PrintHelp(spec);
    return kDrained;
  }
  if (HasArgument(argc, argv, {"--version", "-version"})) {
    const std::string text = absl::StrCat("weft-", spec.name, " ", WEFT_VERSION, "\n");
    std::fputs(text.c_str(), stdout);
    return kDrained;
  }
#ifdef WEFT_PROTOBUF_HAS_LOG_HANDLER
  // Malformed messages are their callers' business, and answered; not lines of text in our log.
  google::protobuf::SetLogHandler(nullptr);
#endif
  absl::StatusOr<Settings> settings = ReadSettings(argc, argv, spec);
  if (!settings.ok()) return Refuse(spec, settings.status());
  ShutdownSignals signals;
  RaiseDescriptorLimit();
  SkipDeadlockDetection();
  Process process;
  const absl::Status opened = Open(*settings, spec, process);
  if (!opened.ok()) return Refuse(spec, opened);
  return RunUntilSignal(*settings, spec, signals, process);
}

}  // namespace weft::rpc
