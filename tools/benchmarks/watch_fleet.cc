#include "tools/benchmarks/watch_fleet.h"

#include <grpcpp/client_context.h>
#include <grpcpp/generic/generic_stub.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tools/benchmarks/client_calls.h"

namespace weft::bench {
namespace {

constexpr std::chrono::seconds kPatience(60);

}  // namespace

struct WatchFleet::Stream {
  enum class Step { kStart, kRequest, kRead, kEnded };

  Handler on_event;
  grpc::ClientContext context;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> call;
  Step step = Step::kStart;
  bool first = true;
  grpc::ByteBuffer message;
};

// Unary calls beside the streams, on their queue.
class WatchFleet::Writer {
 public:
  Writer(WatchFleet& fleet, const CallKind& kind, const std::string& target, uint64_t writes,
         int in_flight, Latencies& write, Latencies& delivery)
      : fleet_(fleet),
        kind_(kind),
        stub_(Connect(target)),
        writes_(writes),
        calls_(in_flight),
        write_(write),
        delivery_(delivery),
        delivered_before_(fleet.delivered_) {
    for (Call& call : calls_) call.on_event = [this, &call](bool) { OnAnswer(call); };
  }
  // Waits for the calls in flight, which point here.
  ~Writer() {
    begin_no_more_ = true;
    while (ended_ < begun_ && fleet_.HandleEvent()) {
    }
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void Begin() {
    for (Call& call : calls_) BeginNext(call);
  }
  // After every event: with one call in flight, the next waits until its change is everywhere.
  void Step() {
    if (calls_.size() > 1 || !waiting_ || !answered_) return;
    if (fleet_.delivered_ - delivered_before_ < begun_ * fleet_.streams_.size()) return;
    waiting_ = false;
    BeginNext(calls_.front());
  }
  void NoteDelivery() {
    if (calls_.size() > 1 || delivered_noted_ >= begun_) return;
    if (fleet_.delivered_ - delivered_before_ < begun_ * fleet_.streams_.size()) return;
    delivered_noted_ = begun_;
    delivery_.Add(Clock::now() - calls_.front().begun);
  }
  bool done() const {
    return ended_ == writes_ &&
           fleet_.delivered_ - delivered_before_ >= writes_ * fleet_.streams_.size();
  }

 private:
  struct Call {
    Handler on_event;
    std::optional<grpc::ClientContext> context;
    std::unique_ptr<grpc::GenericClientAsyncResponseReader> reader;
    grpc::ByteBuffer answer;
    grpc::Status status;
    Clock::time_point begun;
  };

  void BeginNext(Call& call) {
    if (begun_ == writes_ || begin_no_more_) return;
    answered_ = false;
    waiting_ = true;
    call.context.emplace();
    call.begun = Clock::now();
    call.reader =
        stub_.PrepareUnaryCall(&*call.context, kind_.method, kind_.next(begun_++), &fleet_.queue_);
    call.reader->StartCall();
    call.reader->Finish(&call.answer, &call.status, &call.on_event);
  }
  void OnAnswer(Call& call) {
    ++ended_;
    if (!call.status.ok()) return fleet_.Fail(call.status.error_message());
    write_.Add(Clock::now() - call.begun);
    answered_ = true;
    if (calls_.size() > 1) BeginNext(call);
  }

  WatchFleet& fleet_;
  const CallKind& kind_;
  grpc::GenericStub stub_;
  const uint64_t writes_;
  std::vector<Call> calls_;
  Latencies& write_;
  Latencies& delivery_;
  const uint64_t delivered_before_;
  uint64_t begun_ = 0;
  uint64_t ended_ = 0;
  uint64_t delivered_noted_ = 0;
  bool answered_ = false;
  bool waiting_ = false;
  bool begin_no_more_ = false;
};

WatchFleet::WatchFleet(const std::string& target, const WatchKind& kind, int streams,
                       int connections)
    : kind_(kind) {
  std::vector<std::unique_ptr<grpc::GenericStub>> stubs;
  for (int i = 0; i < connections; ++i) {
    stubs.push_back(std::make_unique<grpc::GenericStub>(Connect(target)));
  }
  for (int i = 0; i < streams; ++i) {
    Stream& stream = *streams_.emplace_back(std::make_unique<Stream>());
    stream.on_event = [this, &stream](bool ok) { OnEvent(stream, ok); };
    stream.call = stubs[static_cast<size_t>(i) % stubs.size()]->PrepareCall(&stream.context,
                                                                            kind_.method, &queue_);
    stream.call->StartCall(&stream.on_event);
  }
}

WatchFleet::~WatchFleet() {
  closing_ = true;
  for (auto& stream : streams_) stream->context.TryCancel();
  const auto over = [&](const auto& s) { return s->step == Stream::Step::kEnded; };
  while (!std::all_of(streams_.begin(), streams_.end(), over) && HandleEvent()) {
  }
  queue_.Shutdown();
}

bool WatchFleet::HandleEvent() {
  void* tag = nullptr;
  bool ok = false;
  const auto patience = std::chrono::system_clock::now() + kPatience;
  if (queue_.AsyncNext(&tag, &ok, patience) != grpc::CompletionQueue::GOT_EVENT) return false;
  (*static_cast<Handler*>(tag))(ok);
  return true;
}

void WatchFleet::OnEvent(Stream& stream, bool ok) {
  using Step = Stream::Step;
  if (!ok || closing_) {
    stream.step = Step::kEnded;
    if (!closing_ && !kind_.ends) Fail("a stream has ended");
    return;
  }
  if (stream.step == Step::kStart) {
    stream.step = Step::kRequest;
    if (kind_.half_close) {
      stream.call->WriteLast(kind_.request, grpc::WriteOptions(), &stream.on_event);
    } else {
      stream.call->Write(kind_.request, &stream.on_event);
    }
    return;
  }
  if (stream.step == Step::kRead) {
    const std::optional<uint64_t> changes = kind_.count(stream.message);
    if (!changes.has_value()) {
      stream.step = Step::kEnded;
      return Fail("a message cannot be read");
    }
    open_ += stream.first ? 1 : 0;
    stream.first = false;
    delivered_ += *changes;
  }
  stream.step = Step::kRead;
  stream.call->Read(&stream.message, &stream.on_event);
}

void WatchFleet::Fail(const std::string& message) {
  if (status_.ok()) status_ = absl::UnavailableError(message);
}

absl::Status WatchFleet::Until(const std::function<bool()>& done) {
  while (status_.ok() && !done()) {
    if (!HandleEvent()) {
      return absl::UnavailableError(absl::StrCat("nothing came for a minute, after ", delivered_,
                                                 " changes on ", open_, " open streams"));
    }
  }
  return status_;
}

absl::Status WatchFleet::UntilOpen() {
  return Until([this] { return open_ == streams_.size(); });
}

absl::Status WatchFleet::UntilDelivered(uint64_t changes) {
  return Until([this, all = changes * streams_.size()] { return delivered_ >= all; });
}

absl::Status WatchFleet::WriteAndWatch(const CallKind& writer, const std::string& target,
                                       uint64_t writes, int in_flight, Latencies& write,
                                       Latencies& delivery) {
  Writer calls(*this, writer, target, writes, in_flight, write, delivery);
  calls.Begin();
  return Until([&] {
    calls.NoteDelivery();
    calls.Step();
    return calls.done();
  });
}

}  // namespace weft::bench
