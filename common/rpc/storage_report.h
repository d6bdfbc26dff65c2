// Tells the health service and the log how the engine does.
#ifndef WEFT_COMMON_RPC_STORAGE_REPORT_H_
#define WEFT_COMMON_RPC_STORAGE_REPORT_H_

#include <string>

#include "common/observability/log.h"
#include "common/rpc/server.h"
#include "common/storage/engine.h"

namespace weft::rpc {

// The name under which grpc.health.v1.Health answers whether writes are taken. The server as a
// whole stays SERVING while they are not, because reads go on.
inline constexpr char kStorageHealth[] = "storage";

// Looks at the engine a few times a second, so that a stall shows while the
// committer is in the middle of it. The engine must outlive the server's Shutdown(). `part` is the
// name that health knows it by: a service's further engines have others.
void ReportStorageHealth(Server& server, const storage::Engine& engine,
                         observability::Logger& logger, std::string part = kStorageHealth);

}  // namespace weft::rpc

#endif  // WEFT_COMMON_RPC_STORAGE_REPORT_H_
