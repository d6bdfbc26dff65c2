#include "common/rpc/storage_report.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/auth/principal.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/rpc/waits.h"

namespace weft::rpc {
namespace {

using observability::Level;
using observability::LogLine;

constexpr absl::Duration kLookEvery = absl::Milliseconds(250);

Task<absl::Status> Report(CallContext& context, Server& server, const storage::Engine& engine,
                          observability::Logger& logger, std::string part) {
  bool serving = true;
  server.SetPartServing(part, serving);
  while (!context.stopping()) {
    const absl::Status health = engine.Health();
    if (health.ok() != serving) {
      serving = health.ok();
      server.SetPartServing(part, serving);
      LogLine line = serving ? LogLine(Level::kInfo, "storage_recovered")
                             : LogLine(Level::kError, "storage_failing");
      line.Add("part", part);
      if (!serving) line.Add(health);
      logger.Write(line);
    }
    co_await Sleep(context, kLookEvery);
  }
  co_return absl::OkStatus();
}

}  // namespace

void ReportStorageHealth(Server& server, const storage::Engine& engine,
                         observability::Logger& logger, std::string part) {
  server.Spawn("storage-health", auth::Principal{"services/storage-health"},
               [&, part = std::move(part)](CallContext& context) {
                 return Report(context, server, engine, logger, part);
               });
}

}  // namespace weft::rpc
