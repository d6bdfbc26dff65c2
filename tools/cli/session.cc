#include "tools/cli/session.h"

#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/base/error.h"
#include "google/protobuf/util/json_util.h"

namespace weft::cli {

const std::string& Session::AddressFor(absl::string_view method) const {
  if (absl::StartsWith(method, "weft.ingestion.")) return options_.ingestion;
  if (absl::StartsWith(method, "weft.metrics.")) return options_.metrics;
  return options_.registry;
}

rpc::SyncClient& Session::ClientFor(absl::string_view method) {
  const std::string& address = AddressFor(method);
  std::unique_ptr<rpc::SyncClient>& client = clients_[address];
  if (client == nullptr) {
    rpc::SyncClientOptions options;
    options.principal = options_.principal;
    client = std::make_unique<rpc::SyncClient>(address, options);
  }
  return *client;
}

rpc::CallOptions Session::MakeOptions() const {
  rpc::CallOptions options;
  options.timeout = options_.timeout;
  return options;
}

void Session::NotePosition(absl::string_view method, const std::string& position) {
  // Reads wait for the two feeds that metrics follows; its own releases are in no feed.
  if (position.empty() || absl::StartsWith(method, "weft.metrics.")) return;
  positions_[absl::StartsWith(method, "weft.ingestion.") ? "ingestion" : "registry"] = position;
}

absl::Status Session::Call(absl::string_view method, const google::protobuf::Message& request,
                           google::protobuf::Message& response) {
  rpc::ResponseMetadata metadata;
  rpc::CallOptions options = MakeOptions();
  options.response_metadata = &metadata;
  absl::Status status = ClientFor(method).Call(method, request, response, options);
  if (absl::IsUnavailable(status) && ReasonOf(status).empty()) {
    return Error(absl::StatusCode::kUnavailable, "SERVER_UNREACHABLE",
                 absl::StrCat("no answer from ", AddressFor(method), " (", status.message(),
                              "); is the server running, and is the address right? See weft --help "
                              "for --registry, --ingestion and --metrics"));
  }
  if (status.ok()) NotePosition(method, metadata.position());
  return status;
}

std::string ToJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.always_print_primitive_fields = true;
  std::string text;
  const auto status = google::protobuf::util::MessageToJsonString(message, &text, options);
  if (!status.ok()) return absl::StrCat("{\"error\": \"", status.ToString(), "\"}\n");
  return text;
}

void PrintJson(const google::protobuf::Message& message) {
  const std::string text = ToJson(message);
  std::fwrite(text.data(), 1, text.size(), stdout);
}

absl::Status FromJson(absl::string_view json, absl::string_view what,
                      google::protobuf::Message& message) {
  const auto status = google::protobuf::util::JsonStringToMessage(std::string(json), &message);
  if (status.ok()) return absl::OkStatus();
  return Error(absl::StatusCode::kInvalidArgument, "INVALID_JSON",
               absl::StrCat(what, " is not the JSON of a ", message.GetDescriptor()->full_name(),
                            ": ", std::string(status.message())));
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  if (path == "-") {
    return std::string(std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>());
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return Error(absl::StatusCode::kNotFound, "FILE_NOT_FOUND",
                 absl::StrCat("cannot read \"", path, "\"; does it exist?"));
  }
  return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

absl::Status WriteFile(const std::string& path, absl::string_view content) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(content.data(), static_cast<std::streamsize>(content.size()));
  file.close();
  if (file) return absl::OkStatus();
  return Error(absl::StatusCode::kUnavailable, "FILE_NOT_WRITTEN",
               absl::StrCat("cannot write \"", path, "\"; is the directory there and writable?"));
}

std::string NewRequestId() {
  std::random_device random;
  std::string id;
  for (int i = 0; i < 4; ++i) absl::StrAppendFormat(&id, "%08x", random());
  return id;
}

}  // namespace weft::cli
