// Files that come as a stream of messages: a header, chunks, and an explicit end. What every such
// RPC asks of the stream, whatever becomes of the bytes.
#ifndef WEFT_COMMON_SERVICE_FILE_STREAM_H_
#define WEFT_COMMON_SERVICE_FILE_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/base/task.h"
#include "common/rpc/stream.h"

namespace weft::service {

inline constexpr size_t kMaxChunk = 1 << 20;

inline absl::Status Malformed(absl::string_view reason, absl::string_view message) {
  return Error(absl::StatusCode::kInvalidArgument, reason, message);
}

// Why a stream that ended without `end` counts as cut.
inline absl::Status Cut(const absl::Status& status) {
  if (!status.ok()) return status;
  return Malformed("STREAM_CUT",
                   "the stream ended without its last message, `end`; nothing was kept, send the "
                   "file again");
}

// Reads the first message, which must be a header. INVALID_ARGUMENT (HEADER_MISSING, STREAM_CUT).
template <class Message>
Task<absl::Status> ReadHeader(rpc::Reader<Message>& reader, Message& message) {
  bool more = co_await reader.Read(message);
  if (!more) co_return Cut(reader.status());
  if (message.has_header()) co_return absl::OkStatus();
  co_return Malformed("HEADER_MISSING", "the first message of the stream must be a header");
}

// Reads the next message after the header. INVALID_ARGUMENT (STREAM_CUT, CHUNK_TOO_LARGE).
template <class Message>
Task<absl::Status> ReadNext(rpc::Reader<Message>& reader, Message& message) {
  bool more = co_await reader.Read(message);
  if (!more) co_return Cut(reader.status());
  if (message.has_chunk() && message.chunk().size() > kMaxChunk) {
    co_return Malformed("CHUNK_TOO_LARGE", "a chunk holds at most 1 MiB");
  }
  co_return absl::OkStatus();
}

// Gives each chunk after the header to `append`, which answers a Task<absl::Status>; `message` is
// the end then. INVALID_ARGUMENT (STREAM_CUT, MESSAGE_UNEXPECTED, CHUNK_TOO_LARGE), and what
// `append` answers.
template <class Message, class Append>
Task<absl::Status> ReadChunks(rpc::Reader<Message>& reader, Append& append, Message& message) {
  while (true) {
    absl::Status read = co_await ReadNext(reader, message);
    WEFT_CO_RETURN_IF_ERROR(std::move(read));
    if (message.has_end()) co_return absl::OkStatus();
    if (!message.has_chunk()) {
      co_return Malformed("MESSAGE_UNEXPECTED",
                          "after the header the stream takes chunks, then `end`");
    }
    absl::Status appended = co_await append(message.chunk());
    WEFT_CO_RETURN_IF_ERROR(std::move(appended));
  }
}

// INVALID_ARGUMENT (SIZE_MISMATCH) unless as many bytes came as the end says.
inline absl::Status CheckSize(int64_t said, int64_t received) {
  if (said == received) return absl::OkStatus();
  return Error(absl::StatusCode::kInvalidArgument, "SIZE_MISMATCH",
               absl::StrCat("the stream's end says that the file has ", said, " bytes, but ",
                            received, " came; nothing was kept, send it again"),
               {{"size_bytes", absl::StrCat(said)}, {"received", absl::StrCat(received)}});
}

}  // namespace weft::service

#endif  // WEFT_COMMON_SERVICE_FILE_STREAM_H_
