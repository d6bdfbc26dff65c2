// weft-bench-client: puts load on a server and tells what came of it, as a line of JSON.
#include <cstdio>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tools/benchmarks/client_calls.h"
#include "tools/benchmarks/client_ingest.h"
#include "tools/benchmarks/etcd.pb.h"
#include "tools/benchmarks/measure.h"
#include "tools/benchmarks/targets.h"
#include "tools/benchmarks/watch_fleet.h"

namespace weft::bench {
namespace {

struct Arguments {
  std::string kind;
  CallsOptions calls;
  CallParameters parameters;
  std::string from;
  int streams = 1;
  int connections = 1;
  uint64_t changes = 1000;
  IngestOptions ingest;
};

absl::Status Calls(const Arguments& arguments) {
  std::optional<CallKind> kind = FindCallKind(arguments.kind, arguments.parameters);
  if (!kind.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--kind is one of ", absl::StrJoin(CallKinds(), ", "), ", not ", arguments.kind));
  }
  CallsOptions options = arguments.calls;
  options.method = kind->method;
  absl::StatusOr<CallsResult> result = RunCalls(options, kind->next);
  if (!result.ok()) return result.status();
  Tell({{"calls", result->calls},
        {"rate", static_cast<double>(result->calls) / result->seconds},
        {"p50_us", result->latencies.QuantileMicros(0.5)},
        {"p99_us", result->latencies.QuantileMicros(0.99)},
        {"answer_bytes", result->last_answer.Length()}});
  return absl::OkStatus();
}

// Where etcd's history ends, after a write of its own.
absl::Status Revision(const Arguments& arguments) {
  CallsOptions options = arguments.calls;
  const CallKind put = *FindCallKind("etcd-put", arguments.parameters);
  options.method = put.method;
  options.in_flight = 1;
  options.warm_up_seconds = 0;
  options.calls = 1;
  absl::StatusOr<CallsResult> result = RunCalls(options, put.next);
  if (!result.ok()) return result.status();
  etcdserverpb::PutResponse answer;
  if (!FromBytes(result->last_answer, answer)) return absl::InternalError("no answer of etcd");
  Tell({{"revision", answer.header().revision()}});
  return absl::OkStatus();
}

absl::StatusOr<WatchKind> WatchKindOf(const Arguments& arguments) {
  std::optional<WatchKind> kind = FindWatchKind(arguments.kind, arguments.from);
  if (kind.has_value()) return *std::move(kind);
  return absl::InvalidArgumentError(
      absl::StrCat("--kind is weft, bare or etcd, not ", arguments.kind));
}

// Changes that are there already, read by every stream.
absl::Status Backlog(const Arguments& arguments) {
  absl::StatusOr<WatchKind> kind = WatchKindOf(arguments);
  if (!kind.ok()) return kind.status();
  const Clock::time_point begun = Clock::now();
  WatchFleet fleet(arguments.calls.target, *kind, arguments.streams, arguments.connections);
  absl::Status delivered = fleet.UntilDelivered(arguments.changes);
  if (!delivered.ok()) return delivered;
  const double seconds = SecondsSince(begun);
  Tell({{"delivered", fleet.delivered()},
        {"rate", static_cast<double>(fleet.delivered()) / seconds}});
  return absl::OkStatus();
}

// Changes that are made while the streams wait for them.
absl::Status Live(const Arguments& arguments) {
  absl::StatusOr<WatchKind> kind = WatchKindOf(arguments);
  if (!kind.ok()) return kind.status();
  std::optional<CallKind> writer = FindCallKind(kind->write_kind, arguments.parameters);
  if (!writer.has_value()) return absl::InvalidArgumentError("nothing writes what this follows");
  WatchFleet fleet(arguments.calls.target, *kind, arguments.streams, arguments.connections);
  absl::Status open = fleet.UntilOpen();
  if (!open.ok()) return open;
  Latencies write;
  Latencies delivery;
  const Clock::time_point begun = Clock::now();
  absl::Status done = fleet.WriteAndWatch(*writer, arguments.calls.target, arguments.changes,
                                          arguments.calls.in_flight, write, delivery);
  if (!done.ok()) return done;
  const double seconds = SecondsSince(begun);
  Tell({{"delivered", fleet.delivered()},
        {"rate", static_cast<double>(fleet.delivered()) / seconds},
        {"write_p50_us", write.QuantileMicros(0.5)},
        {"delivery_p50_us", delivery.QuantileMicros(0.5)},
        {"delivery_p99_us", delivery.QuantileMicros(0.99)}});
  return absl::OkStatus();
}

// Holds the streams open until standard input ends.
absl::Status Idle(const Arguments& arguments) {
  absl::StatusOr<WatchKind> kind = WatchKindOf(arguments);
  if (!kind.ok()) return kind.status();
  WatchFleet fleet(arguments.calls.target, *kind, arguments.streams, arguments.connections);
  absl::Status open = fleet.UntilOpen();
  if (!open.ok()) return open;
  Tell({{"open", arguments.streams}});
  while (std::getchar() != EOF) {
  }
  return absl::OkStatus();
}

absl::Status SendResponses(const Arguments& arguments) {
  IngestOptions options = arguments.ingest;
  options.target = arguments.calls.target;
  absl::StatusOr<double> seconds = Ingest(options);
  if (!seconds.ok()) return seconds.status();
  Tell({{"rate", static_cast<double>(options.sites) / *seconds}});
  return absl::OkStatus();
}

int Main(int argc, char** argv) {
  CLI::App app("Puts load on a server and tells what came of it, as a line of JSON.");
  app.require_subcommand(1);
  Arguments arguments;
  std::function<absl::Status(const Arguments&)> run;
  const auto command = [&](const char* name, const char* what, auto body) {
    CLI::App* added = app.add_subcommand(name, what);
    added->callback([&run, body] { run = body; });
    added->add_option("--target", arguments.calls.target, "host:port")->required();
    return added;
  };
  const auto writes = [&](CLI::App* to) {
    to->add_option("--in-flight", arguments.calls.in_flight, "calls at a time");
    to->add_option("--keys", arguments.parameters.keys, "records to choose from");
    to->add_option("--salt", arguments.parameters.salt, "makes writes new");
  };
  CLI::App* calls = command("calls", "Unary calls of one kind", Calls);
  calls->add_option("--kind", arguments.kind)->required();
  calls->add_option("--seconds", arguments.calls.seconds);
  calls->add_option("--warm-up", arguments.calls.warm_up_seconds, "seconds before them");
  calls->add_option("--calls", arguments.calls.calls, "end after so many, not by time");
  calls->add_option("--rate", arguments.calls.rate, "begin so many a second");
  calls->add_option("--name", arguments.parameters.name, "resource to read");
  calls->add_flag("--in-order", arguments.parameters.in_order, "records one after the other");
  writes(calls);
  command("revision", "Where etcd's history ends", Revision);
  const auto watches = [&](CLI::App* to) {
    to->add_option("--kind", arguments.kind, "weft, bare or etcd")->required();
    to->add_option("--from", arguments.from, "where the streams start");
    to->add_option("--streams", arguments.streams);
    to->add_option("--connections", arguments.connections);
    to->add_option("--changes", arguments.changes, "for each stream");
  };
  watches(command("backlog", "Streams of changes that are there", Backlog));
  CLI::App* live = command("live", "Streams of changes that are made meanwhile", Live);
  watches(live);
  writes(live);
  watches(command("idle", "Streams that wait, until standard input ends", Idle));
  CLI::App* ingest = command("ingest", "One stream of responses", SendResponses);
  ingest->add_option("--wave", arguments.ingest.wave)->required();
  ingest->add_option("--first", arguments.ingest.first_site);
  ingest->add_option("--sites", arguments.ingest.sites);
  ingest->add_option("--variant", arguments.ingest.variant);
  CLI11_PARSE(app, argc, argv);
  return ExitCode(run(arguments));
}

}  // namespace
}  // namespace weft::bench

int main(int argc, char** argv) { return weft::bench::Main(argc, argv); }
