#include "tests/services/metrics/service_fixture.h"

#include <filesystem>

#include "common/base/executor.h"
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
        const Peers peers{.registry = registry_address(), .ingestion = ingestion_address()};
        return std::make_unique<MetricsService>(server, db, peers, nullptr);
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

void MetricsTest::AddResponse(const std::string& site, absl::string_view text, int students) {
  ingestion::v1::Answers answers = AnswersWith(students);
  *answers.mutable_partner_cells() = MakeAnswers(text).partner_cells();
  const char* codes[] = {"cbo", "school_district", "k12_school"};
  for (auto& cell : *answers.mutable_partner_cells()) {
    cell.set_partner_type(codes[cell.partner_type()[1] - '1']);
  }
  EXPECT_THAT(Create(site, answers), testing::IsOk());
  EXPECT_THAT(Submit(site), testing::IsOk());
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
