// A service as it runs in its binary, in the test's process: server on a port of the system's
// choice, engine, blocking client. The test brings the clock.
#ifndef WEFT_TESTS_TESTING_IN_PROCESS_SERVER_H_
#define WEFT_TESTS_TESTING_IN_PROCESS_SERVER_H_

#include <functional>
#include <memory>

#include "common/base/clock.h"
#include "common/rpc/server.h"
#include "common/rpc/service_main.h"
#include "common/rpc/sync_client.h"
#include "common/storage/database.h"
#include "common/storage/open_engine.h"

namespace weft::testing {

class InProcessServer {
 public:
  // Makes the service, with its handlers bound to the server.
  using OpenService =
      std::function<std::unique_ptr<rpc::Service>(rpc::Server&, const storage::Database&)>;

  // Serves from here on; ends the process with a message when that fails.
  InProcessServer(const storage::EngineOptions& engine, const Clock& clock, const OpenService& open,
                  const rpc::ServerOptions& options = {});
  // Drains, then closes the engine.
  ~InProcessServer();

  rpc::Server& server() { return *server_; }
  rpc::SyncClient& client() { return *client_; }
  storage::Engine& engine() { return *engine_; }

 private:
  std::unique_ptr<rpc::Server> server_;
  std::unique_ptr<storage::Engine> engine_;
  std::unique_ptr<storage::Database> database_;
  std::unique_ptr<rpc::Service> service_;
  std::unique_ptr<rpc::SyncClient> client_;
};

}  // namespace weft::testing

#endif  // WEFT_TESTS_TESTING_IN_PROCESS_SERVER_H_
