// weft-bench-limit: what gRPC and RocksDB do when nothing stands between them: one completion
// queue, methods registered by path with their bytes untouched, one thread that commits what has
// come meanwhile with one sync. Our servers are measured beside it.
#include <grpcpp/completion_queue.h>
#include <grpcpp/impl/codegen/proto_buffer_reader.h>
#include <grpcpp/impl/codegen/rpc_method.h>
#include <grpcpp/impl/codegen/rpc_service_method.h>
#include <grpcpp/impl/service_type.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <grpcpp/support/async_stream.h>
#include <grpcpp/support/async_unary_call.h>
#include <rocksdb/db.h>

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/numbers.h"
#include "tools/benchmarks/bare_api.h"
#include "tools/benchmarks/client_calls.h"
#include "tools/benchmarks/measure.h"
#include "tools/benchmarks/raw_rocksdb.h"
#include "tools/benchmarks/world.h"

namespace weft::bench {
namespace {

// Enough that calls never wait for one to be armed.
constexpr int kArmed = 200;

class BareService final : public grpc::Service {
 public:
  enum Method { kEcho, kPut, kStream };

  BareService() {
    using grpc::internal::RpcMethod;
    Add(kEcho, kEchoMethod, RpcMethod::NORMAL_RPC);
    Add(kPut, kPutMethod, RpcMethod::NORMAL_RPC);
    Add(kStream, kStreamMethod, RpcMethod::SERVER_STREAMING);
  }
  // What generated code makes public under a name for each method.
  using grpc::Service::RequestAsyncServerStreaming;
  using grpc::Service::RequestAsyncUnary;

 private:
  void Add(int index, const char* path, grpc::internal::RpcMethod::RpcType type) {
    AddMethod(new grpc::internal::RpcServiceMethod(path, type, nullptr));
    MarkMethodRaw(index);
  }
};

class Tag {
 public:
  virtual void Complete(bool ok) = 0;

 protected:
  ~Tag() = default;
};

// What a call needs while it lasts.
struct CallState {
  grpc::ServerContext context;
  grpc::ServerAsyncResponseWriter<grpc::ByteBuffer> writer{&context};
  grpc::ByteBuffer request;
  bool asked = false;
};

// Answers site 0 to whatever is asked.
class EchoCall final : public Tag {
 public:
  EchoCall(BareService& service, grpc::ServerCompletionQueue& queue, const grpc::ByteBuffer& answer)
      : service_(service), queue_(queue), answer_(answer) {
    Arm();
  }

  void Complete(bool ok) override {
    if (state_->asked) return Arm();
    if (!ok) return;
    state_->asked = true;
    state_->writer.Finish(answer_, grpc::Status::OK, static_cast<Tag*>(this));
  }

 private:
  void Arm() {
    state_.emplace();
    service_.RequestAsyncUnary(BareService::kEcho, &state_->context, &state_->request,
                               &state_->writer, &queue_, &queue_, static_cast<Tag*>(this));
  }

  BareService& service_;
  grpc::ServerCompletionQueue& queue_;
  const grpc::ByteBuffer& answer_;
  std::optional<CallState> state_;
};

// Something to put, and to be told when it is durable.
class Put {
 public:
  virtual void AddTo(rocksdb::WriteBatch& batch) = 0;
  virtual void Done() = 0;

 protected:
  ~Put() = default;
};

class Committer {
 public:
  explicit Committer(rocksdb::DB& db) : db_(db), thread_([this] { Run(); }) {}

  void Add(Put& put) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      queue_.push_back(&put);
    }
    wake_.notify_one();
  }

 private:
  [[noreturn]] void Run() {
    for (std::vector<Put*> puts;; puts.clear()) {
      {
        std::unique_lock<std::mutex> lock(mutex_);
        wake_.wait(lock, [this] { return !queue_.empty(); });
        puts.swap(queue_);
      }
      rocksdb::WriteBatch batch;
      for (Put* put : puts) put->AddTo(batch);
      WriteSynced(db_, batch);
      for (Put* put : puts) put->Done();
    }
  }

  rocksdb::DB& db_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Put*> queue_;
  std::thread thread_;
};

class PutCall final : public Tag, public Put {
 public:
  PutCall(BareService& service, grpc::ServerCompletionQueue& queue, Committer& committer)
      : service_(service), queue_(queue), committer_(committer) {
    Arm();
  }

  void Complete(bool ok) override {
    if (state_->asked) return Arm();
    if (!ok) return;
    state_->asked = true;
    registry::v1::UpdateSiteRequest request;
    if (!FromBytes(state_->request, request)) std::abort();
    site_ = std::move(*request.mutable_site());
    value_ = site_.SerializeAsString();
    committer_.Add(*this);
  }
  void AddTo(rocksdb::WriteBatch& batch) override { batch.Put(site_.name(), value_); }
  void Done() override {
    state_->writer.Finish(ToBytes(site_), grpc::Status::OK, static_cast<Tag*>(this));
  }

 private:
  void Arm() {
    state_.emplace();
    service_.RequestAsyncUnary(BareService::kPut, &state_->context, &state_->request,
                               &state_->writer, &queue_, &queue_, static_cast<Tag*>(this));
  }

  BareService& service_;
  grpc::ServerCompletionQueue& queue_;
  Committer& committer_;
  std::optional<CallState> state_;
  registry::v1::Site site_;
  std::string value_;
};

// Sends the same message until the number of changes is reached; ends itself.
class StreamCall final : public Tag {
 public:
  static void Arm(BareService& service, grpc::ServerCompletionQueue& queue,
                  const grpc::ByteBuffer& message) {
    auto* call = new StreamCall(service, queue, message);
    service.RequestAsyncServerStreaming(BareService::kStream, &call->context_, &call->request_,
                                        &call->writer_, &queue, &queue, static_cast<Tag*>(call));
  }

  void Complete(bool ok) override {
    if (step_ == Step::kAsked && ok) {
      Arm(service_, queue_, message_);
      step_ = Step::kWriting;
      grpc::Slice digits;
      if (!request_.DumpToSingleSlice(&digits).ok()) std::abort();
      const absl::string_view text(reinterpret_cast<const char*>(digits.begin()), digits.size());
      if (!absl::SimpleAtoi(text, &left_)) std::abort();
    }
    if (step_ != Step::kWriting) {
      delete this;
    } else if (ok && left_ > 0) {
      left_ -= std::min<uint64_t>(left_, kChangesPerMessage);
      writer_.Write(message_, static_cast<Tag*>(this));
    } else {
      step_ = Step::kEnding;
      writer_.Finish(grpc::Status::OK, static_cast<Tag*>(this));
    }
  }

 private:
  enum class Step { kAsked, kWriting, kEnding };

  StreamCall(BareService& service, grpc::ServerCompletionQueue& queue,
             const grpc::ByteBuffer& message)
      : service_(service), queue_(queue), message_(message) {}
  ~StreamCall() = default;

  BareService& service_;
  grpc::ServerCompletionQueue& queue_;
  const grpc::ByteBuffer& message_;
  grpc::ServerContext context_;
  grpc::ServerAsyncWriter<grpc::ByteBuffer> writer_{&context_};
  grpc::ByteBuffer request_;
  Step step_ = Step::kAsked;
  uint64_t left_ = 0;
};

// Serves until the process is ended.
int Serve(const std::string& data) {
  std::unique_ptr<rocksdb::DB> db = OpenRaw(data);
  Committer committer(*db);
  BareService service;
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::ServerCompletionQueue> queue = builder.AddCompletionQueue();
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) return ExitCode(absl::UnavailableError("cannot listen"));

  const grpc::ByteBuffer site = ToBytes(StoredSite(0));
  const grpc::ByteBuffer changes = ToBytes(FeedMessage(kChangesPerMessage));
  std::vector<std::unique_ptr<EchoCall>> echoes;
  std::vector<std::unique_ptr<PutCall>> puts;
  for (int i = 0; i < kArmed; ++i) {
    echoes.push_back(std::make_unique<EchoCall>(service, *queue, site));
    puts.push_back(std::make_unique<PutCall>(service, *queue, committer));
    StreamCall::Arm(service, *queue, changes);
  }
  Tell({{"port", port}});
  void* tag = nullptr;
  for (bool ok = false; queue->Next(&tag, &ok);) static_cast<Tag*>(tag)->Complete(ok);
  return 0;
}

int Main(int argc, char** argv) {
  CLI::App app("A bare server, beside which Weft's are measured. Serves until it is killed.");
  std::string data;
  app.add_option("--data", data, "directory for its records")->required();
  CLI11_PARSE(app, argc, argv);
  return Serve(data);
}

}  // namespace
}  // namespace weft::bench

int main(int argc, char** argv) { return weft::bench::Main(argc, argv); }
