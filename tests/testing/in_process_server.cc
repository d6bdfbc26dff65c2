#include "tests/testing/in_process_server.h"

#include <cstdlib>
#include <iostream>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace weft::testing {
namespace {

void OrDie(const absl::Status& status) {
  if (status.ok()) return;
  std::cerr << "the server under test does not start: " << status << std::endl;
  std::abort();
}

template <class T>
T OrDie(absl::StatusOr<T> result) {
  OrDie(result.status());
  return *std::move(result);
}

}  // namespace

InProcessServer::InProcessServer(const storage::EngineOptions& engine, const Clock& clock,
                                 const OpenService& open, const rpc::ServerOptions& options)
    : server_(OrDie(rpc::Server::Create(options))),
      engine_(OrDie(storage::OpenEngine(engine, server_->executor()))),
      database_(new storage::Database{*engine_, clock}),
      service_(open(*server_, *database_)) {
  OrDie(server_->Start());
  client_ = std::make_unique<rpc::SyncClient>(server_->address());
}

InProcessServer::~InProcessServer() {
  client_.reset();
  server_->Shutdown(absl::Seconds(5));
}

}  // namespace weft::testing
