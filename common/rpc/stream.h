// The streams of a call as handlers see them: co_await reader.Read(message), co_await
// writer.Write(message). No gRPC type stands here; a test gives handlers streams of its own
// (tests/testing/fake_stream.h).
#ifndef WEFT_COMMON_RPC_STREAM_H_
#define WEFT_COMMON_RPC_STREAM_H_

#include <coroutine>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "common/base/running.h"
#include "google/protobuf/message.h"

namespace weft::rpc {

// One read or write under way: the awaitable of both. It lives in the suspended frame.
class StreamOperation {
 public:
  StreamOperation(const StreamOperation&) = delete;
  StreamOperation& operator=(const StreamOperation&) = delete;

  // For sources and sinks: the operation has ended. Called once, on the executor's thread, possibly
  // before the call that started the operation returns.
  void Finish(bool ok) {
    ok_ = ok;
    finished_ = true;
    if (!starting_) waiting_.resume();
  }

 protected:
  StreamOperation() = default;
  ~StreamOperation() = default;

  // Runs `start`; true when the caller stays suspended until Finish().
  template <class Start>
  bool Suspend(std::coroutine_handle<> waiting, Start start) {
    waiting_ = waiting;
    starting_ = true;
    start();
    starting_ = false;
    return !finished_;
  }
  bool ok() const { return ok_; }

 private:
  std::coroutine_handle<> waiting_;
  bool starting_ = false;
  bool finished_ = false;
  bool ok_ = false;
};

// Where a Reader gets its messages from.
class MessageSource {
 public:
  // Fills `message` and finishes `operation` with true; with false at the end of the stream, after
  // which status() says why it ended.
  virtual void StartRead(google::protobuf::Message& message, StreamOperation& operation) = 0;
  virtual const absl::Status& status() const = 0;
  // Whether a message is there already, so that reading it does not wait.
  virtual bool ready() const { return false; }
  // Resumes `waiting` when that becomes so, unless it is taken back with null before. A source need
  // not know, and then does not.
  virtual void ResumeWhenReady(std::coroutine_handle<> waiting) {}

 protected:
  ~MessageSource() = default;
};

// Where a Writer puts its messages.
class MessageSink {
 public:
  // Finishes `operation` with true once the transport has taken the message (which is the flow
  // control: a slow caller suspends the writer), with false when the caller is gone.
  virtual void StartWrite(const google::protobuf::Message& message, StreamOperation& operation) = 0;
  virtual void StartWrite(std::shared_ptr<const std::string> serialized,
                          StreamOperation& operation) = 0;

 protected:
  ~MessageSink() = default;
};

// A message in its wire form: made once and sent to many callers without copies, or passed on as it
// was stored. Made without an argument it is an empty message.
template <class T>
class Serialized {
 public:
  Serialized() = default;
  explicit Serialized(const T& message)
      : bytes_(std::make_shared<const std::string>(message.SerializeAsString())) {}
  // `bytes` are a serialized T.
  static Serialized FromBytes(std::string bytes) {
    return FromBytes(std::make_shared<const std::string>(std::move(bytes)));
  }
  static Serialized FromBytes(std::shared_ptr<const std::string> bytes) {
    Serialized serialized;
    serialized.bytes_ = std::move(bytes);
    return serialized;
  }

  // Null for the empty message.
  const std::shared_ptr<const std::string>& bytes() const { return bytes_; }

 private:
  std::shared_ptr<const std::string> bytes_;
};

// The messages that the caller sends.
template <class T>
class Reader {
 public:
  explicit Reader(MessageSource& source) : source_(source) {}

  class [[nodiscard]] ReadOperation final : public StreamOperation {
   public:
    ReadOperation(MessageSource& source, T& message) : source_(source), message_(message) {}
    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> waiting) {
      return Suspend(waiting, [this] { source_.StartRead(message_, *this); });
    }
    bool await_resume() const noexcept { return ok(); }

   private:
    MessageSource& source_;
    T& message_;
  };

  // bool more = co_await reader.Read(message);
  // False at the end of the stream, whatever its cause: look at status() before you trust it.
  ReadOperation Read(T& message) { return ReadOperation(source_, message); }

  // Whether a message is there already, so that Read() does not wait.
  bool ready() const { return source_.ready(); }

  // bool ready = co_await reader.ReadyBefore(task);
  // Waits until a message is there or the task has ended, whichever comes first; true for the
  // former. The task goes on.
  template <class U>
  class [[nodiscard]] ReadyBeforeEnd {
   public:
    ReadyBeforeEnd(MessageSource& source, Running<U>& task) : source_(source), task_(task) {}
    bool await_ready() const noexcept { return source_.ready() || task_.ended(); }
    void await_suspend(std::coroutine_handle<> waiting) {
      source_.ResumeWhenReady(waiting);
      task_.ResumeAtEnd(waiting);
    }
    bool await_resume() {
      source_.ResumeWhenReady(nullptr);
      task_.ResumeAtEnd(nullptr);
      return source_.ready();
    }

   private:
    MessageSource& source_;
    Running<U>& task_;
  };
  template <class U>
  ReadyBeforeEnd<U> ReadyBefore(Running<U>& task) {
    return ReadyBeforeEnd<U>(source_, task);
  }

  // Why the stream ended. OK only when the caller closed its side; CANCELLED when the call was cut
  // (a connection lost in mid-stream looks like this), INVALID_ARGUMENT for a message that cannot
  // be parsed, RESOURCE_EXHAUSTED for one too large, UNAVAILABLE when the server drains. Once the
  // answer's first message has been written a cut can no longer be told from a close with
  // certainty: streams with acknowledgements end with an explicit last message that states the
  // count.
  const absl::Status& status() const { return source_.status(); }

 private:
  MessageSource& source_;
};

// The messages that the caller receives.
template <class T>
class Writer {
 public:
  explicit Writer(MessageSink& sink) : sink_(sink) {}

  class [[nodiscard]] WriteOperation final : public StreamOperation {
   public:
    WriteOperation(MessageSink& sink, const T& message) : sink_(sink), message_(&message) {}
    WriteOperation(MessageSink& sink, std::shared_ptr<const std::string> bytes)
        : sink_(sink), bytes_(std::move(bytes)) {}
    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> waiting) {
      return Suspend(waiting, [this] {
        if (message_ != nullptr) {
          sink_.StartWrite(*message_, *this);
        } else {
          sink_.StartWrite(std::move(bytes_), *this);
        }
      });
    }
    bool await_resume() const noexcept { return ok(); }

   private:
    MessageSink& sink_;
    const T* message_ = nullptr;
    std::shared_ptr<const std::string> bytes_;
  };

  // bool sent = co_await writer.Write(message);
  // False when the caller is gone: end the handler, its status is lost.
  WriteOperation Write(const T& message) { return WriteOperation(sink_, message); }
  WriteOperation Write(const Serialized<T>& message) {
    return WriteOperation(sink_, message.bytes());
  }

 private:
  MessageSink& sink_;
};

}  // namespace weft::rpc

#endif  // WEFT_COMMON_RPC_STREAM_H_
