#include "tools/cli/watch.h"

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "tools/cli/metrics.h"
#include "tools/cli/terminal.h"
#include "weft/metrics/v1/metrics_service.pb.h"
#include "weft/type/v1/change.pb.h"

namespace weft::cli {
namespace {

struct WatchOptions {
  std::string what = "ingestion";
  std::vector<std::string> types;
  std::string parent;
  std::string from;
  bool initial = false;
  // 0: until the server or the user ends it.
  int count = 0;
};

void PrintChange(const type::v1::Change& change) {
  std::printf(
      "%s  %s  %s\n",
      absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", FromProto(change.commit_time()), absl::UTCTimeZone())
          .c_str(),
      Fit(type::v1::Change::Kind_Name(change.kind()).substr(5), 8).c_str(), change.name().c_str());
}

int PrintStep(const type::v1::WatchResponse& step) {
  int printed = 0;
  for (const auto& batch : step.changes().batches()) {
    for (const auto& change : batch.changes()) {
      PrintChange(change);
      ++printed;
    }
  }
  for (const auto& change : step.snapshot().changes()) {
    PrintChange(change);
    ++printed;
  }
  if (step.has_snapshot_end())
    std::printf("-- %d records; changes follow\n", step.snapshot_end().count());
  return printed;
}

// A watch has no end of its own; the deadline is only the server's.
rpc::CallOptions Endless() { return rpc::CallOptions(); }

absl::Status WatchFeed(Session& session, const WatchOptions& options) {
  type::v1::WatchRequest request;
  request.set_parent(options.parent);
  for (const std::string& type : options.types) request.add_types(type);
  request.set_resume_position(options.from);
  request.set_send_initial(options.initial);
  const std::string method = absl::StrCat("weft.", options.what, ".v1.ChangeService/Watch");
  rpc::SyncStream stream = session.ClientFor(method).ServerStream(method, request, Endless());
  type::v1::WatchResponse step;
  std::string position;
  int seen = 0;
  while ((options.count == 0 || seen < options.count) && stream.Read(step)) {
    position = step.resume_position();
    if (session.json()) {
      PrintJson(step);
      seen += step.has_bookmark() ? 0 : 1;
    } else {
      seen += PrintStep(step);
    }
    std::fflush(stdout);
  }
  if (!session.json()) std::printf("go on with: --from %s\n", position.c_str());
  if (options.count != 0 && seen >= options.count) return absl::OkStatus();
  return stream.Finish();
}

absl::Status WatchSummary(Session& session, const WatchOptions& options) {
  metrics::v1::WatchSummaryRequest request;
  request.set_name(absl::StrCat(options.what, "/summary"));
  const std::string method = "weft.metrics.v1.MetricsService/WatchSummary";
  rpc::SyncStream stream = session.ClientFor(method).ServerStream(method, request, Endless());
  metrics::v1::WaveSummary summary;
  int seen = 0;
  while ((options.count == 0 || seen < options.count) && stream.Read(summary)) {
    ++seen;
    if (session.json()) {
      PrintJson(summary);
    } else {
      std::printf("%s  response rate %s, mean %s types\n", summary.name().c_str(),
                  ShareCell(summary.response_rate()).c_str(),
                  NumberCell(summary.richness().mean()).c_str());
    }
    std::fflush(stdout);
  }
  if (options.count != 0 && seen >= options.count) return absl::OkStatus();
  return stream.Finish();
}

absl::Status Watch(Session& session, const WatchOptions& options) {
  if (options.what == "registry" || options.what == "ingestion") return WatchFeed(session, options);
  if (options.what.rfind("waves/", 0) == 0) return WatchSummary(session, options);
  return Error(absl::StatusCode::kInvalidArgument, "USAGE",
               absl::StrCat("watch takes registry, ingestion or a wave such as waves/2025-winter, "
                            "not \"",
                            options.what, "\""));
}

// A watch from now on starts with a bookmark: where the feed stands.
absl::Status Position(Session& session, const std::string& service) {
  if (service != "registry" && service != "ingestion") {
    return Error(absl::StatusCode::kInvalidArgument, "USAGE",
                 absl::StrCat("position takes registry or ingestion, not \"", service, "\""));
  }
  const std::string method = absl::StrCat("weft.", service, ".v1.ChangeService/Watch");
  rpc::SyncStream stream = session.ClientFor(method).ServerStream(method, type::v1::WatchRequest(),
                                                                  session.MakeOptions());
  type::v1::WatchResponse step;
  if (!stream.Read(step)) return stream.Finish();
  std::printf("%s\n", step.resume_position().c_str());
  return absl::OkStatus();
}

}  // namespace

void AddWatchCommand(CLI::App& app, Session*& session, absl::Status& result) {
  auto options = std::make_shared<WatchOptions>();
  CLI::App* watch = app.add_subcommand(
      "watch", "Shows changes as they happen: of registry, of ingestion, or of a wave's summary");
  watch->add_option("WHAT", options->what, "registry, ingestion (default), or waves/{wave}");
  watch->add_option("--types", options->types, "only these types: site, response, …");
  watch->add_option("--parent", options->parent, "only at or below this name: waves/2025-winter");
  watch->add_option("--from", options->from, "go on from a position");
  watch->add_flag("--initial", options->initial, "first everything that exists");
  watch->add_option("--count", options->count, "end after so many (default: never)");
  watch->callback([&session, &result, options] { result = Watch(*session, *options); });

  auto service = std::make_shared<std::string>();
  CLI::App* position = app.add_subcommand(
      "position", "Prints where a service's feed stands, for --min-registry and --min-ingestion");
  position->add_option("SERVICE", *service, "registry or ingestion")->required();
  position->callback([&session, &result, service] { result = Position(*session, *service); });
}

}  // namespace weft::cli
