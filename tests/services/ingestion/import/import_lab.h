// The parts of the ingestion service that carry out imports, without a server: on an engine whose
// commits a test can watch, refuse or end the process at, and with a wave that is just there.
#ifndef WEFT_TESTS_SERVICES_INGESTION_IMPORT_IMPORT_LAB_H_
#define WEFT_TESTS_SERVICES_INGESTION_IMPORT_IMPORT_LAB_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/executor.h"
#include "common/rpc/call_context.h"
#include "common/storage/engine.h"
#include "common/storage/open_engine.h"
#include "gtest/gtest.h"
#include "services/ingestion/service/export_handlers.h"
#include "services/ingestion/service/import_handlers.h"
#include "services/ingestion/service/import_runner.h"
#include "services/ingestion/service/ingest_handlers.h"
#include "services/ingestion/service/wave_context.h"
#include "services/ingestion/store/tables.h"
#include "tests/testing/fake_clock.h"

namespace weft::ingestion {

// Passes everything on, and calls a test's hooks around each commit, which are counted from 1. A
// hook that answers an error gives it to whoever commits: before, nothing is written; after,
// everything is.
class HookedEngine final : public storage::Engine {
 public:
  using Hook = std::function<Task<absl::Status>(int commit)>;

  explicit HookedEngine(std::unique_ptr<storage::Engine> engine) : engine_(std::move(engine)) {}

  storage::Engine& inner() { return *engine_; }
  void Before(Hook hook) { before_ = std::move(hook); }
  void After(Hook hook) { after_ = std::move(hook); }
  int commits() const { return commits_; }

  std::shared_ptr<storage::Snapshot> GetSnapshot() override { return engine_->GetSnapshot(); }
  Task<absl::StatusOr<storage::Position>> Commit(storage::Batch batch) override;
  storage::Position head() const override { return engine_->head(); }
  storage::Position oldest() const override { return engine_->oldest(); }
  Task<absl::StatusOr<storage::FeedPage>> ReadFeed(storage::Position after,
                                                   storage::FeedLimits limits) override {
    return engine_->ReadFeed(after, limits);
  }
  storage::FeedSignal& feed_signal() override { return engine_->feed_signal(); }
  Task<absl::Status> TrimFeed(storage::Position through) override {
    return engine_->TrimFeed(through);
  }
  Task<absl::Status> Purge(std::vector<storage::KeyRange> ranges) override {
    return engine_->Purge(std::move(ranges));
  }
  absl::Status Health() const override { return engine_->Health(); }

 private:
  std::unique_ptr<storage::Engine> engine_;
  Hook before_;
  Hook after_;
  int commits_ = 0;
};

// The largest file that the lab takes.
inline constexpr int kLabMaxFileMiB = 4;

class ImportLab {
 public:
  // Opens the engine; `directory` is for "rocksdb".
  explicit ImportLab(const std::string& kind = "memory", const std::string& directory = "");
  ~ImportLab();

  // Stores `instrument` and the open wave waves/w1 with the sites site-0001 and so on.
  void Seed(const v1::Instrument& instrument, int sites);
  void AddRosterEntry(absl::string_view site, absl::string_view display_name);

  // The runner's loop, as the server would spawn and drain it.
  void StartRunner();
  void StopRunner();
  // What a drain of the server does first: the runner and the call under way are told.
  void Drain();
  // Runs until nothing is unfinished and nothing is spooled.
  void WaitUntilIdle();

  // A stream with the file in pieces of `step`, its end, and its answer.
  absl::StatusOr<v1::Import> Send(absl::string_view file, const v1::ImportHeader& header = {},
                                  size_t step = 100'000);
  // A stream of any messages, that ends with `status`.
  absl::StatusOr<v1::Import> SendMessages(std::vector<v1::ImportResponsesRequest> messages,
                                          absl::Status status = absl::OkStatus());
  std::string Export(const v1::ExportResponsesRequest& request);
  // A stream of IngestResponses: its header, these messages, and what was acknowledged.
  absl::Status Ingest(std::vector<v1::IngestResponsesRequest> messages,
                      std::vector<v1::IngestResponsesResponse>& acknowledgements);

  template <class T>
  T Await(Task<T> task) {
    return SyncWait(executor_, std::move(task));
  }
  // Every row of a table below the wave.
  template <class T>
  std::vector<T> All(const storage::Table<T>& table, const std::string& parent = "waves/w1") {
    std::vector<T> all;
    std::shared_ptr<storage::Snapshot> snapshot = engine_->GetSnapshot();
    storage::PageRequest page;
    page.limit = 1000;
    do {
      absl::StatusOr<storage::Page<T>> rows = Await(table.List(*snapshot, parent, page));
      EXPECT_TRUE(rows.ok()) << rows.status();
      if (!rows.ok()) break;
      for (T& row : rows->rows) all.push_back(std::move(row));
      page.after = rows->next_key;
    } while (!page.after.empty());
    return all;
  }
  // Runs `body` in a transaction that the hooks do not see; it must succeed.
  void Write(std::function<Task<absl::Status>(storage::Transaction&)> body);
  Task<absl::Status> WriteTask(std::function<Task<absl::Status>(storage::Transaction&)> body);

  HookedEngine& engine() { return *engine_; }
  const Tables& tables() const { return tables_; }
  ManualExecutor& executor() { return executor_; }
  testing::FakeClock& clock() { return clock_; }

 private:
  ManualExecutor executor_;
  testing::FakeClock clock_;
  std::unique_ptr<HookedEngine> engine_;
  std::optional<storage::Database> database_;
  std::optional<storage::Database> inner_database_;
  const Tables tables_;
  WaveLoader waves_{tables_};
  std::unique_ptr<ImportRunner> runner_;
  std::unique_ptr<ImportHandlers> import_handlers_;
  std::unique_ptr<ExportHandlers> export_handlers_;
  std::unique_ptr<IngestHandlers> ingest_handlers_;
  std::unique_ptr<rpc::CallContext> runner_context_;
  rpc::CallContext* call_context_ = nullptr;
  bool running_ = false;
};

// A wide file that answers for `sites` sites from site-0001 on: students = `students` + number, and
// a text of `text_size` bytes.
std::string LabFile(int sites, int students = 0, size_t text_size = 0);
// The name of the site with that number.
std::string LabSite(int number);

}  // namespace weft::ingestion

#endif  // WEFT_TESTS_SERVICES_INGESTION_IMPORT_IMPORT_LAB_H_
