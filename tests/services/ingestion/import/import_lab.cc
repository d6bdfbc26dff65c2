#include "tests/services/ingestion/import/import_lab.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/base/clock.h"
#include "common/base/status_macros.h"
#include "common/rpc/waits.h"
#include "common/storage/run_in_transaction.h"
#include "services/ingestion/service/import_job.h"
#include "tests/testing/fake_stream.h"

namespace weft::ingestion {
namespace {

constexpr char kWave[] = "waves/w1";

Detached Drive(ImportRunner& runner, rpc::CallContext& context, bool& running) {
  absl::Status status = co_await runner.Run(context);
  EXPECT_TRUE(status.ok()) << status;
  running = false;
}

v1::RosterEntry Entry(absl::string_view site, absl::string_view display_name) {
  v1::RosterEntry entry;
  entry.set_name(absl::StrCat(kWave, "/roster/", site));
  entry.set_site(absl::StrCat("sites/", site));
  entry.set_display_name(std::string(display_name));
  entry.set_active(true);
  return entry;
}

}  // namespace

Task<absl::StatusOr<storage::Position>> HookedEngine::Commit(storage::Batch batch) {
  const int commit = ++commits_;
  if (before_ != nullptr) {
    Task<absl::Status> before = before_(commit);
    absl::Status status = co_await std::move(before);
    WEFT_CO_RETURN_IF_ERROR(std::move(status));
  }
  absl::StatusOr<storage::Position> position = co_await engine_->Commit(std::move(batch));
  if (after_ != nullptr && position.ok()) {
    Task<absl::Status> after = after_(commit);
    absl::Status status = co_await std::move(after);
    WEFT_CO_RETURN_IF_ERROR(std::move(status));
  }
  co_return position;
}

namespace {

Task<absl::StatusOr<registry::v1::Crosswalk>> NoCrosswalks(rpc::CallContext&, std::string name) {
  co_return absl::NotFoundError(name);
}

}  // namespace

ImportLab::ImportLab(const std::string& kind, const std::string& directory) {
  storage::EngineOptions options;
  options.kind = kind;
  options.directory = directory;
  absl::StatusOr<std::unique_ptr<storage::Engine>> engine = storage::OpenEngine(options, executor_);
  EXPECT_TRUE(engine.ok()) << engine.status();
  engine_ = std::make_unique<HookedEngine>(*std::move(engine));
  database_.emplace(storage::Database{*engine_, clock_});
  inner_database_.emplace(storage::Database{engine_->inner(), clock_});
  runner_ = std::make_unique<ImportRunner>(*database_, tables_, waves_);
  import_handlers_ = std::make_unique<ImportHandlers>(*database_, tables_, waves_, *runner_,
                                                      NoCrosswalks, kLabMaxFileMiB << 20);
  export_handlers_ = std::make_unique<ExportHandlers>(*database_, tables_, waves_);
  ingest_handlers_ = std::make_unique<IngestHandlers>(*database_, tables_, waves_);
}

ImportLab::~ImportLab() { StopRunner(); }

void ImportLab::Seed(const v1::Instrument& instrument, int sites) {
  Write([&](storage::Transaction& txn) -> Task<absl::Status> {
    v1::Instrument stored = instrument;
    absl::Status inserted = co_await tables_.instruments.Insert(txn, stored);
    WEFT_CO_RETURN_IF_ERROR(std::move(inserted));
    v1::Wave wave;
    wave.set_name(kWave);
    wave.set_instrument(stored.name());
    wave.set_state(v1::Wave::STATE_OPEN);
    absl::Status opened = co_await tables_.waves.Insert(txn, wave);
    WEFT_CO_RETURN_IF_ERROR(std::move(opened));
    for (int i = 1; i <= sites; ++i) {
      v1::RosterEntry entry = Entry(LabSite(i), absl::StrCat("Place ", i));
      absl::Status added = co_await tables_.roster.Insert(txn, entry);
      WEFT_CO_RETURN_IF_ERROR(std::move(added));
    }
    co_return absl::OkStatus();
  });
}

void ImportLab::AddRosterEntry(absl::string_view site, absl::string_view display_name) {
  Write([&](storage::Transaction& txn) -> Task<absl::Status> {
    v1::RosterEntry entry = Entry(site, display_name);
    absl::Status inserted = co_await tables_.roster.Insert(txn, entry);
    co_return inserted;
  });
}

void ImportLab::StartRunner() {
  runner_context_ = std::make_unique<rpc::CallContext>(
      executor_, "imports", auth::Principal{"services/ingestion"}, absl::InfiniteFuture());
  running_ = true;
  Drive(*runner_, *runner_context_, running_);
}

void ImportLab::StopRunner() {
  if (!running_) return;
  runner_context_->Drain();
  executor_.RunUntil([this] { return !running_; });
}

void ImportLab::Drain() {
  runner_context_->Drain();
  if (call_context_ != nullptr) call_context_->Drain();
}

void ImportLab::WaitUntilIdle() {
  while (!All(tables_.progress, "waves/-/imports/-").empty() ||
         !All(tables_.spool, "waves/-/imports/-").empty()) {
    Await([](Executor& executor) -> Task<bool> {
      co_await rpc::SleepFor(executor, absl::Milliseconds(1));
      co_return true;
    }(executor_));
  }
}

absl::StatusOr<v1::Import> ImportLab::Send(absl::string_view file, const v1::ImportHeader& header,
                                           size_t step) {
  std::vector<v1::ImportResponsesRequest> messages(1);
  *messages[0].mutable_header() = header;
  messages[0].mutable_header()->set_parent(kWave);
  for (size_t at = 0; at < file.size(); at += step) {
    messages.emplace_back().set_chunk(std::string(file.substr(at, step)));
  }
  messages.emplace_back().mutable_end()->set_size_bytes(static_cast<int32_t>(file.size()));
  return SendMessages(std::move(messages));
}

absl::StatusOr<v1::Import> ImportLab::SendMessages(std::vector<v1::ImportResponsesRequest> messages,
                                                   absl::Status status) {
  rpc::CallContext context(executor_, "ImportResponses", auth::Principal{"users/amara"},
                           absl::InfiniteFuture());
  testing::FakeReader<v1::ImportResponsesRequest> reader(std::move(messages), std::move(status));
  v1::Import import;
  call_context_ = &context;
  const absl::Status done =
      Await(import_handlers_->ImportResponses(context, reader.reader(), import));
  call_context_ = nullptr;
  if (!done.ok()) return done;
  return import;
}

absl::Status ImportLab::Ingest(std::vector<v1::IngestResponsesRequest> messages,
                               std::vector<v1::IngestResponsesResponse>& acknowledgements) {
  rpc::CallContext context(executor_, "IngestResponses", auth::Principal{"users/amara"},
                           absl::InfiniteFuture());
  v1::IngestResponsesRequest header;
  header.mutable_header()->set_parent(kWave);
  messages.insert(messages.begin(), std::move(header));
  testing::FakeReader<v1::IngestResponsesRequest> reader(std::move(messages));
  testing::FakeWriter<v1::IngestResponsesResponse> writer;
  absl::Status done =
      Await(ingest_handlers_->IngestResponses(context, reader.reader(), writer.writer()));
  acknowledgements = writer.written();
  return done;
}

std::string ImportLab::Export(const v1::ExportResponsesRequest& request) {
  rpc::CallContext context(executor_, "ExportResponses", auth::Principal{"users/amara"},
                           absl::InfiniteFuture());
  testing::FakeWriter<v1::ExportResponsesResponse> writer;
  const absl::Status done =
      Await(export_handlers_->ExportResponses(context, request, writer.writer()));
  EXPECT_TRUE(done.ok()) << done;
  std::string file;
  for (const v1::ExportResponsesResponse& message : writer.written()) file += message.chunk();
  return file;
}

void ImportLab::Write(std::function<Task<absl::Status>(storage::Transaction&)> body) {
  const absl::Status written = Await(WriteTask(std::move(body)));
  EXPECT_TRUE(written.ok()) << written;
}

Task<absl::Status> ImportLab::WriteTask(
    std::function<Task<absl::Status>(storage::Transaction&)> body) {
  absl::StatusOr<storage::Position> position =
      co_await storage::RunInTransaction(*inner_database_, std::move(body));
  co_return position.status();
}

std::string LabSite(int number) { return absl::StrFormat("site-%04d", number); }

std::string LabFile(int sites, int students, size_t text_size) {
  std::string file = "site,setting,cbo.count,cbo.level,students,hopes\n";
  for (int i = 1; i <= sites; ++i) {
    absl::StrAppend(&file, LabSite(i), ",school,", i % 7, i % 7 == 0 ? ",0," : ",Cooperation,",
                    students + i, ",", std::string(text_size, 'x'), "\n");
  }
  return file;
}

}  // namespace weft::ingestion
