// Streams for tests that call handlers directly, without a server.
#ifndef WEFT_TESTS_TESTING_FAKE_STREAM_H_
#define WEFT_TESTS_TESTING_FAKE_STREAM_H_

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "common/rpc/stream.h"

namespace weft::testing {

// Hands out `messages`, then ends with `status`.
template <class T>
class FakeReader final : rpc::MessageSource {
 public:
  explicit FakeReader(std::vector<T> messages, absl::Status status = absl::OkStatus())
      : messages_(std::move(messages)), end_(std::move(status)) {}

  rpc::Reader<T>& reader() { return reader_; }

 private:
  void StartRead(google::protobuf::Message& message, rpc::StreamOperation& operation) override {
    const bool more = next_ < messages_.size();
    if (more) {
      message.CopyFrom(messages_[next_++]);
    } else {
      status_ = end_;
    }
    operation.Finish(more);
  }
  const absl::Status& status() const override { return status_; }
  bool ready() const override { return next_ < messages_.size(); }

  std::vector<T> messages_;
  absl::Status end_;
  absl::Status status_;
  size_t next_ = 0;
  rpc::Reader<T> reader_{*this};
};

// Keeps what is written, up to `limit` messages; then the caller is gone. While it is held, the
// caller reads nothing, and a write waits.
template <class T>
class FakeWriter final : rpc::MessageSink {
 public:
  explicit FakeWriter(size_t limit = static_cast<size_t>(-1)) : limit_(limit) {}

  rpc::Writer<T>& writer() { return writer_; }
  const std::vector<T>& written() const { return written_; }
  // Those of them that came in their wire form.
  const std::vector<std::shared_ptr<const std::string>>& shared() const { return shared_; }

  void Hold() { held_ = true; }
  void Release() {
    held_ = false;
    if (waiting_ != nullptr) std::exchange(waiting_, nullptr)->Finish(true);
  }

 private:
  void StartWrite(const google::protobuf::Message& message,
                  rpc::StreamOperation& operation) override {
    const bool taken = written_.size() < limit_;
    if (taken) written_.emplace_back().CopyFrom(message);
    End(taken, operation);
  }
  void StartWrite(std::shared_ptr<const std::string> serialized,
                  rpc::StreamOperation& operation) override {
    const bool taken = written_.size() < limit_;
    if (taken) written_.emplace_back().ParseFromString(*serialized);
    if (taken) shared_.push_back(std::move(serialized));
    End(taken, operation);
  }
  void End(bool taken, rpc::StreamOperation& operation) {
    if (held_ && taken) {
      waiting_ = &operation;
    } else {
      operation.Finish(taken);
    }
  }

  size_t limit_;
  std::vector<T> written_;
  std::vector<std::shared_ptr<const std::string>> shared_;
  bool held_ = false;
  rpc::StreamOperation* waiting_ = nullptr;
  rpc::Writer<T> writer_{*this};
};

}  // namespace weft::testing

#endif  // WEFT_TESTS_TESTING_FAKE_STREAM_H_
