// What every command of the CLI works with: the servers' addresses, calls, and how answers are
// printed.
#ifndef WEFT_TOOLS_CLI_SESSION_H_
#define WEFT_TOOLS_CLI_SESSION_H_

#include <map>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/status_macros.h"
#include "common/rpc/sync_client.h"
#include "google/protobuf/message.h"

namespace weft::cli {

struct SessionOptions {
  std::string registry = "127.0.0.1:7401";
  std::string ingestion = "127.0.0.1:7402";
  std::string metrics = "127.0.0.1:7403";
  // `{kind}/{id}`, sent with every call; empty for none.
  std::string principal;
  // Print answers as proto JSON, unset numbers included.
  bool json = false;
  absl::Duration timeout = absl::Seconds(60);
};

class Session {
 public:
  explicit Session(SessionOptions options) : options_(std::move(options)) {}

  const SessionOptions& options() const { return options_; }
  bool json() const { return options_.json; }

  // The client of the server that has `method` ("weft.registry.v1.SiteService/GetSite").
  rpc::SyncClient& ClientFor(absl::string_view method);

  // One call with the session's timeout. Errors name the server that could not be reached.
  absl::Status Call(absl::string_view method, const google::protobuf::Message& request,
                    google::protobuf::Message& response);

  // The position of the last write to each service, so that reads of metrics can wait for it.
  const std::map<std::string, std::string>& positions() const { return positions_; }
  void NotePosition(absl::string_view method, const std::string& position);

  rpc::CallOptions MakeOptions() const;

 private:
  const std::string& AddressFor(absl::string_view method) const;

  SessionOptions options_;
  std::map<std::string, std::unique_ptr<rpc::SyncClient>> clients_;
  std::map<std::string, std::string> positions_;
};

// Proto JSON over several lines, fields that hold their default included.
std::string ToJson(const google::protobuf::Message& message);
void PrintJson(const google::protobuf::Message& message);
// INVALID_ARGUMENT naming `what` when the text is no JSON of that message.
absl::Status FromJson(absl::string_view json, absl::string_view what,
                      google::protobuf::Message& message);
// The whole file; "-" is standard input.
absl::StatusOr<std::string> ReadFile(const std::string& path);
absl::Status WriteFile(const std::string& path, absl::string_view content);
// A random request id, so that a retried write happens once.
std::string NewRequestId();

// One call, whose answer is printed: as JSON, or by `print`.
template <class Response, class Request>
absl::Status CallAndPrint(Session& session, absl::string_view method, const Request& request,
                          void (*print)(const Response&)) {
  Response response;
  WEFT_RETURN_IF_ERROR(session.Call(method, request, response));
  if (session.json()) {
    PrintJson(response);
  } else {
    print(response);
  }
  return absl::OkStatus();
}

// Every page of a list, as one answer, so that it is one JSON document, too.
template <class Response, class Request>
absl::StatusOr<Response> ReadAll(Session& session, absl::string_view method, Request request) {
  constexpr int kPageSize = 1000;
  request.set_page_size(kPageSize);
  Response all;
  do {
    Response page;
    WEFT_RETURN_IF_ERROR(session.Call(method, request, page));
    request.set_page_token(page.next_page_token());
    page.clear_next_page_token();
    all.MergeFrom(page);
  } while (!request.page_token().empty());
  return all;
}

}  // namespace weft::cli

#endif  // WEFT_TOOLS_CLI_SESSION_H_
