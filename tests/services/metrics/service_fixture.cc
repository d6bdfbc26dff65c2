#include "tests/services/metrics/service_fixture.h"

#include <filesystem>
#include <utility>

#include "absl/strings/match.h"
#include "common/base/executor.h"
#include "common/storage/open_engine.h"
#include "services/metrics/service/metrics_service.h"
#include "services/metrics/store/keys.h"
#include "tests/services/metrics/wave_example.h"

namespace weft::metrics {

void MetricsTest::StartMetrics() {
  storage::EngineOptions engine;
  engine.kind = GetParam();
  engine.directory = directory_ / "metrics";
  metrics_ = std::make_unique<testing::InProcessServer>(
      engine, clock_, [this](rpc::Server& server, const storage::Database& db) {
        storage::EngineOptions options;
        options.kind = GetParam();
        options.directory = directory_ / "releases";
        auto releases = storage::OpenEngine(options, server.executor());
        EXPECT_THAT(releases, testing::IsOk());
        const Peers peers{.registry = registry_address(), .ingestion = ingestion_address()};
        return std::make_unique<MetricsService>(server, db, *std::move(releases), peers, nullptr);
      });
}

void MetricsTest::DeleteReadModel() { std::filesystem::remove_all(directory_ / "metrics"); }

v1::Positions MetricsTest::Now() {
  v1::Positions positions;
  weft::type::v1::ListChangesRequest request;
  request.set_page_size(1000);
  positions.set_registry(
      InRegistry<weft::type::v1::ListChangesResponse>("ChangeService/ListChanges", request)
          .resume_position());
  positions.set_ingestion(engine().head().ToString());
  return positions;
}

v1::WaveSummary MetricsTest::Summary(const v1::Parameters& parameters) {
  v1::GetWaveSummaryRequest request;
  request.set_name("waves/w1/summary");
  *request.mutable_parameters() = parameters;
  *request.mutable_min_positions() = Now();
  return Must(GetSummary(request), "GetWaveSummary");
}

absl::StatusOr<v1::WaveSummary> MetricsTest::SummaryAsItIs() {
  v1::GetWaveSummaryRequest request;
  request.set_name("waves/w1/summary");
  rpc::CallOptions options;
  options.timeout = absl::Seconds(2);
  return GetSummary(request, options);
}

void MetricsTest::AddResponse(const std::string& site, absl::string_view text, int students,
                              const std::string& wave) {
  ingestion::v1::CreateResponseRequest request;
  request.set_parent(wave);
  request.mutable_response()->set_respondent("sites/" + site);
  ingestion::v1::Answers& answers = *request.mutable_response()->mutable_answers();
  answers = AnswersWith(students);
  ingestion::v1::Answers given = MakeAnswers(text);
  *answers.mutable_partner_cells() = std::move(*given.mutable_partner_cells());
  if (absl::StrContains(text, "|")) {
    *answers.mutable_shared_responsibility() = given.shared_responsibility();
  }
  const char* codes[] = {"cbo", "school_district", "k12_school"};
  for (auto& cell : *answers.mutable_partner_cells()) {
    cell.set_partner_type(codes[cell.partner_type()[1] - '1']);
  }
  const auto made = Call<ingestion::v1::Response>("ResponseService/CreateResponse", request);
  ASSERT_THAT(made, testing::IsOk());
  ingestion::v1::SubmitResponseRequest submit;
  submit.set_name(made->name());
  EXPECT_THAT(Call<ingestion::v1::Response>("ResponseService/SubmitResponse", submit),
              testing::IsOk());
}

MetricsTest::Rows MetricsTest::Dump() {
  Rows rows;
  ManualExecutor executor;
  for (const TableId table : {kSites, kAggregates}) {
    const auto snapshot = metrics_->engine().GetSnapshot();
    const auto entries = SyncWait(
        executor, snapshot->Scan(TableRange(table), storage::ScanOptions{.limit = 1'000'000}));
    EXPECT_THAT(entries, testing::IsOk());
    for (const storage::Entry& entry : *entries) rows.emplace_back(entry.key, entry.value);
  }
  return rows;
}

}  // namespace weft::metrics
