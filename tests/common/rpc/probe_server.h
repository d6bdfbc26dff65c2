// A server for the runtime's own tests: ProbeService on a port of the system's choice.
#ifndef WEFT_TESTS_COMMON_RPC_PROBE_SERVER_H_
#define WEFT_TESTS_COMMON_RPC_PROBE_SERVER_H_

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "common/observability/log.h"
#include "common/rpc/server.h"
#include "common/rpc/sync_client.h"
#include "tests/common/rpc/test.pb.h"

namespace weft::rpc {

namespace v1 = ::weft::rpctest::v1;

inline constexpr char kEcho[] = "weft.rpctest.v1.ProbeService/Echo";
inline constexpr char kSleep[] = "weft.rpctest.v1.ProbeService/Sleep";
inline constexpr char kCount[] = "weft.rpctest.v1.ProbeService/Count";
inline constexpr char kWatch[] = "weft.rpctest.v1.ProbeService/Watch";
inline constexpr char kSum[] = "weft.rpctest.v1.ProbeService/Sum";
inline constexpr char kRunningSum[] = "weft.rpctest.v1.ProbeService/RunningSum";

class ProbeHandlers {
 public:
  Task<absl::Status> Echo(CallContext&, const v1::EchoRequest&, v1::EchoResponse&);
  Task<absl::Status> Sleep(CallContext&, const v1::SleepRequest&, v1::EchoResponse&);
  Task<absl::Status> Count(CallContext&, const v1::CountRequest&, Writer<v1::Number>&);
  Task<absl::Status> Watch(CallContext&, const v1::WatchRequest&, Writer<v1::Number>&);
  Task<absl::Status> Sum(CallContext&, Reader<v1::Number>&, v1::SumResponse&);
  Task<absl::Status> RunningSum(CallContext&, Reader<v1::Number>&, Writer<v1::SumResponse>&);

  // What handlers saw of their calls, one line each: "sleep interrupted", "sum OK".
  std::vector<std::string> Seen() const;
  // Waits until `count` lines are there.
  bool WaitForSeen(size_t count) const;

 private:
  void See(std::string what);

  mutable std::mutex mutex_;
  std::vector<std::string> seen_;
};

// Serves while it lives.
class ProbeServer {
 public:
  explicit ProbeServer(ServerOptions options = {});
  ~ProbeServer();

  ProbeHandlers& handlers() { return handlers_; }
  Server& server() { return *server_; }
  SyncClient& client() { return *client_; }
  std::vector<std::string> LogLines() const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> log_lines_;
  std::unique_ptr<observability::Logger> logger_;
  ProbeHandlers handlers_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<SyncClient> client_;
};

// Waits, five seconds at most.
bool WaitUntil(const std::function<bool()>& condition);

v1::Number MakeNumber(int64_t value);

}  // namespace weft::rpc

#endif  // WEFT_TESTS_COMMON_RPC_PROBE_SERVER_H_
