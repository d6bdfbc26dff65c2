#include "tests/services/metrics/service_fixture.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "common/base/executor.h"
#include "common/storage/open_engine.h"
#include "services/metrics/service/metrics_service.h"
#include "services/metrics/store/keys.h"
#include "tests/services/metrics/wave_example.h"
#include "weft/registry/v1/organization.pb.h"

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

google::type::Date ParseDay(absl::string_view text) {
  google::type::Date date;
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '-');
  int year = 0;
  int month = 0;
  int day = 0;
  EXPECT_TRUE(parts.size() == 3 && absl::SimpleAtoi(parts[0], &year) &&
              absl::SimpleAtoi(parts[1], &month) && absl::SimpleAtoi(parts[2], &day))
      << text;
  date.set_year(year);
  date.set_month(month);
  date.set_day(day);
  return date;
}

void MetricsTest::AddOrganization(const std::string& id) {
  registry::v1::CreateOrganizationRequest request;
  request.set_organization_id(id);
  registry::v1::Organization& organization = *request.mutable_organization();
  organization.set_display_name("Organization of " + id);
  organization.add_contacts()->set_email("hidden@example.org");
  organization.add_locations()->set_region("MO");
  InRegistry<registry::v1::Organization>("OrganizationService/CreateOrganization", request);
}

registry::v1::Partnership MetricsTest::AddTie(const std::string& site,
                                              const std::string& organization,
                                              const std::string& type, const std::string& days,
                                              bool is_self) {
  registry::v1::CreatePartnershipRequest request;
  request.set_parent("sites/" + site);
  registry::v1::Partnership& tie = *request.mutable_partnership();
  tie.set_organization("organizations/" + organization);
  tie.set_partner_type(type);
  tie.set_is_self(is_self);
  const std::pair<std::string, std::string> both = absl::StrSplit(days, '/');
  if (!both.first.empty()) *tie.mutable_start_date() = ParseDay(both.first);
  if (!both.second.empty()) *tie.mutable_end_date() = ParseDay(both.second);
  return InRegistry<registry::v1::Partnership>("PartnershipService/CreatePartnership", request);
}

void MetricsTest::OpenWaveWithPlaces() {
  for (const char* site : {"site-02", "site-03"}) {
    registry::v1::UpdateSiteRequest update;
    update.mutable_site()->set_name(absl::StrCat("sites/", site));
    update.mutable_site()->add_places()->set_region("MO");
    update.mutable_update_mask()->add_paths("places");
    InRegistry<registry::v1::Site>("SiteService/UpdateSite", update);
  }
  CreateInstrument();
  PublishInstrument();
  CreateWave();
  OpenWave();
}

void MetricsTest::AddManyTies(const std::string& site, int count) {
  constexpr int kAtOnce = 500;
  for (int begin = 0; begin < count; begin += kAtOnce) {
    registry::v1::BatchCreateOrganizationsRequest organizations;
    registry::v1::BatchCreatePartnershipsRequest ties;
    ties.set_parent("sites/" + site);
    for (int i = begin; i < std::min(begin + kAtOnce, count); ++i) {
      const std::string id = absl::StrCat("p", i);
      registry::v1::CreateOrganizationRequest& organization = *organizations.add_requests();
      organization.set_organization_id(id);
      organization.mutable_organization()->set_display_name(id);
      registry::v1::CreatePartnershipRequest& tie = *ties.add_requests();
      tie.set_parent(ties.parent());
      tie.set_partnership_id(id);
      tie.mutable_partnership()->set_organization("organizations/" + id);
      tie.mutable_partnership()->set_partner_type("cbo");
    }
    InRegistry<registry::v1::BatchCreateOrganizationsResponse>(
        "OrganizationService/BatchCreateOrganizations", organizations);
    InRegistry<registry::v1::BatchCreatePartnershipsResponse>(
        "PartnershipService/BatchCreatePartnerships", ties);
  }
}

void MetricsTest::Rate(const std::string& tie, type::v1::InteractionLevel level,
                       const std::string& day, bool as_organization) {
  registry::v1::AssessPartnershipRequest request;
  request.set_name(tie);
  request.mutable_assessment()->set_level(level);
  *request.mutable_assessment()->mutable_effective_date() = ParseDay(day);
  request.mutable_assessment()->set_note("hidden");
  if (!as_organization) {
    InRegistry<registry::v1::Assessment>("PartnershipService/AssessPartnership", request);
    return;
  }
  registry::v1::AssessPartnershipAsOrganizationRequest other;
  other.set_name(tie);
  *other.mutable_assessment() = request.assessment();
  InRegistry<registry::v1::Assessment>("PartnershipService/AssessPartnershipAsOrganization", other);
}

MetricsTest::Rows MetricsTest::Dump() {
  Rows rows;
  ManualExecutor executor;
  for (const TableId table :
       {kTaxonomies, kCrosswalks, kSites, kAggregates, kOrganizations, kPartnerships, kAssessments,
        kCohorts, kMemberships, kRegistrySites}) {
    const auto snapshot = metrics_->engine().GetSnapshot();
    const auto entries = SyncWait(
        executor, snapshot->Scan(TableRange(table), storage::ScanOptions{.limit = 1'000'000}));
    EXPECT_THAT(entries, testing::IsOk());
    for (const storage::Entry& entry : *entries) rows.emplace_back(entry.key, entry.value);
  }
  return rows;
}

}  // namespace weft::metrics
