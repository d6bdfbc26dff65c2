// A blocking client for the CLI, tools and tests:
//   rpc::SyncClient client("127.0.0.1:7401");
//   v1::Site site;
//   absl::Status status = client.Call("weft.registry.v1.SiteService/GetSite", request, site);
// Streams:
//   auto watch = client.ServerStream("weft.registry.v1.ChangeService/Watch", request);
//   while (watch.Read(response)) ...
//   absl::Status status = watch.Finish();
// Never to be used on a server's loop; there is client.h for that.
#ifndef WEFT_COMMON_RPC_SYNC_CLIENT_H_
#define WEFT_COMMON_RPC_SYNC_CLIENT_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/rpc/call_options.h"
#include "google/protobuf/message.h"

namespace weft::rpc {

struct SyncClientOptions {
  // `{kind}/{id}`; empty: the server's "users/anonymous".
  std::string principal = {};
  // Retry UNAVAILABLE: 4 attempts, from 50 ms, doubling, throttled.
  bool retry = true;
};

// One open stream of any shape. Reading and writing may happen on two threads. Destroying it
// cancels the call if it was not finished.
class SyncStream {
 public:
  SyncStream(SyncStream&&) noexcept;
  SyncStream& operator=(SyncStream&&) = delete;
  ~SyncStream();

  // False at the end of the answer, whatever its cause: Finish() tells.
  bool Read(google::protobuf::Message& response);
  // False when the call has ended already: Finish() tells why.
  bool Write(const google::protobuf::Message& request);
  // Half-closes: no more requests.
  bool WritesDone();
  // From any thread; reads and writes in progress return false.
  void Cancel();
  // The status. Half-closes first if that has not been done, and drops answers not yet read.
  absl::Status Finish();
  // The same for a client stream, with its one answer.
  absl::Status Finish(google::protobuf::Message& response);

 private:
  friend class SyncClient;
  class Impl;
  explicit SyncStream(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

// Thread-safe. Connects with the first call.
class SyncClient {
 public:
  explicit SyncClient(absl::string_view target, SyncClientOptions options = {});
  ~SyncClient();
  SyncClient(const SyncClient&) = delete;
  SyncClient& operator=(const SyncClient&) = delete;

  // `method` is "package.Service/Method".
  absl::Status Call(absl::string_view method, const google::protobuf::Message& request,
                    google::protobuf::Message& response, const CallOptions& options = {});

  // One request, many answers.
  SyncStream ServerStream(absl::string_view method, const google::protobuf::Message& request,
                          const CallOptions& options = {});
  // Many requests, one answer: Write()..., then Finish(response).
  SyncStream ClientStream(absl::string_view method, const CallOptions& options = {});
  SyncStream Bidi(absl::string_view method, const CallOptions& options = {});

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace weft::rpc

#endif  // WEFT_COMMON_RPC_SYNC_CLIENT_H_
