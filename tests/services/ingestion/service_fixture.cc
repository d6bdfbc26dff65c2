#include "tests/services/ingestion/service_fixture.h"

#include <fstream>
#include <iterator>
#include <utility>

#include "absl/strings/match.h"
#include "services/ingestion/service/ingestion_service.h"
#include "services/registry/service/registry_service.h"

namespace weft::ingestion {

IngestionTest::IngestionTest() {
  logger_ = observability::Logger::ToFunction(observability::Level::kDebug,
                                              [this](absl::string_view line) {
                                                std::lock_guard<std::mutex> lock(log_mutex_);
                                                absl::StrAppend(&log_, line, "\n");
                                              });
  storage::EngineOptions options;
  options.kind = "memory";
  registry_ = std::make_unique<testing::InProcessServer>(
      options, clock_, [](rpc::Server& server, const storage::Database& db) {
        return std::make_unique<registry::RegistryService>(server, db);
      });
  registry_address_ = registry_->server().address();
  Start();
}

void IngestionTest::Start() {
  storage::EngineOptions engine;
  engine.kind = GetParam();
  engine.directory = directory_ / "ingestion";
  rpc::ServerOptions options;
  if (!ingestion_address_.empty()) options.listen = ingestion_address_;
  options.logger = logger_.get();
  ingestion_ = std::make_unique<testing::InProcessServer>(
      engine, clock_,
      [this](rpc::Server& server, const storage::Database& db) {
        return std::make_unique<IngestionService>(server, db, registry_address_);
      },
      options);
  ingestion_address_ = ingestion_->server().address();
}

void IngestionTest::Restart() {
  Stop();
  Start();
}

void IngestionTest::AddSite(const std::string& id) {
  registry::v1::CreateSiteRequest request;
  request.set_site_id(id);
  request.mutable_site()->set_display_name("Community " + id);
  request.mutable_site()->set_neutral_label("Site " + id.substr(id.size() - 2));
  request.mutable_site()->set_naming(registry::v1::Site::NAMING_NEUTRAL);
  request.mutable_site()->add_attributes()->set_stage("starting");
  InRegistry<registry::v1::Site>("SiteService/CreateSite", request);
}

void IngestionTest::AddCohort(const std::string& id) {
  registry::v1::CreateCohortRequest request;
  request.set_cohort_id(id);
  request.mutable_cohort()->set_display_name("Cohort " + id);
  request.mutable_cohort()->set_lab("Learner-Centered Ecosystem Lab");
  request.mutable_cohort()->set_label(id);
  InRegistry<registry::v1::Cohort>("CohortService/CreateCohort", request);
}

void IngestionTest::AddMember(const std::string& cohort_id, const std::string& site_id) {
  registry::v1::CreateMembershipRequest request;
  request.set_parent("cohorts/" + cohort_id);
  request.set_membership_id(site_id);
  request.mutable_membership();
  InRegistry<registry::v1::Membership>("CohortService/CreateMembership", request);
}

void IngestionTest::AddLab() {
  registry::v1::CreateTaxonomyRequest create;
  create.set_taxonomy_id("lab-2025");
  *create.mutable_taxonomy() = ExampleTaxonomy();
  InRegistry<registry::v1::Taxonomy>("TaxonomyService/CreateTaxonomy", create);
  registry::v1::PublishTaxonomyRequest publish;
  publish.set_name("taxonomies/lab-2025");
  InRegistry<registry::v1::Taxonomy>("TaxonomyService/PublishTaxonomy", publish);
  AddCohort("legacy");
  AddCohort("new");
  for (const char* site : {"site-01", "site-02", "site-03", "site-04"}) AddSite(site);
  for (const char* site : {"site-01", "site-02", "site-03"}) AddMember("legacy", site);
  for (const char* site : {"site-03", "site-04"}) AddMember("new", site);
}

v1::Instrument IngestionTest::CreateInstrument(const std::string& id) {
  v1::CreateInstrumentRequest request;
  request.set_instrument_id(id);
  *request.mutable_instrument() = ExampleDraft();
  return Done<v1::Instrument>("InstrumentService/CreateInstrument", request);
}

v1::Instrument IngestionTest::PublishInstrument(const std::string& name) {
  v1::PublishInstrumentRequest request;
  request.set_name(name);
  return Done<v1::Instrument>("InstrumentService/PublishInstrument", request);
}

v1::Wave IngestionTest::CreateWave(const std::string& id) {
  v1::CreateWaveRequest request;
  request.set_wave_id(id);
  request.mutable_wave()->set_display_name("Winter 2025");
  request.mutable_wave()->set_instrument("instruments/lab-survey-2024");
  request.mutable_wave()->add_cohorts("cohorts/legacy");
  request.mutable_wave()->add_cohorts("cohorts/new");
  return Done<v1::Wave>("WaveService/CreateWave", request);
}

v1::Wave IngestionTest::OpenWave(const std::string& name) {
  v1::OpenWaveRequest request;
  request.set_name(name);
  return Done<v1::Wave>("WaveService/OpenWave", request);
}

void IngestionTest::OpenLab() {
  AddLab();
  CreateInstrument();
  PublishInstrument();
  CreateWave();
  OpenWave();
}

v1::Wave IngestionTest::GetWave(const std::string& name) {
  v1::GetWaveRequest request;
  request.set_name(name);
  return Done<v1::Wave>("WaveService/GetWave", request);
}

v1::Response IngestionTest::GetResponse(const std::string& id) {
  v1::GetResponseRequest request;
  request.set_name("waves/w1/responses/" + id);
  return Done<v1::Response>("ResponseService/GetResponse", request);
}

std::vector<v1::ResponseRevision> IngestionTest::Revisions(const std::string& response_id) {
  v1::ListResponseRevisionsRequest request;
  request.set_parent("waves/w1/responses/" + response_id);
  request.set_page_size(1000);
  const auto response =
      Done<v1::ListResponseRevisionsResponse>("ResponseService/ListResponseRevisions", request);
  return {response.revisions().begin(), response.revisions().end()};
}

v1::Answers IngestionTest::AnswersWith(int students) {
  v1::Answers answers = FromText<v1::Answers>(R"pb(
    partner_cells {
      partner_type: "cbo"
      partners { min: 3 max: 3 }
      level: INTERACTION_LEVEL_COOPERATION
    }
    items {
      question: "setting"
      choices { options: "school" }
    }
    items { question: "students" }
  )pb");
  answers.mutable_items(1)->set_number(students);
  return answers;
}

absl::StatusOr<v1::Response> IngestionTest::Create(const std::string& site_id,
                                                   const v1::Answers& answers) {
  v1::CreateResponseRequest request;
  request.set_parent("waves/w1");
  request.mutable_response()->set_respondent("sites/" + site_id);
  *request.mutable_response()->mutable_answers() = answers;
  return Call<v1::Response>("ResponseService/CreateResponse", request);
}

absl::StatusOr<v1::Response> IngestionTest::Update(const std::string& id,
                                                   const v1::Answers& answers,
                                                   const std::string& etag) {
  v1::UpdateResponseRequest request;
  request.mutable_response()->set_name("waves/w1/responses/" + id);
  request.mutable_response()->set_etag(etag);
  *request.mutable_response()->mutable_answers() = answers;
  return Call<v1::Response>("ResponseService/UpdateResponse", request);
}

absl::StatusOr<v1::Response> IngestionTest::Submit(const std::string& id) {
  v1::SubmitResponseRequest request;
  request.set_name("waves/w1/responses/" + id);
  return Call<v1::Response>("ResponseService/SubmitResponse", request);
}

absl::StatusOr<v1::Response> IngestionTest::Approve(const std::string& id) {
  v1::ApproveResponseRequest request;
  request.set_name("waves/w1/responses/" + id);
  return Call<v1::Response>("ResponseService/ApproveResponse", request);
}

absl::StatusOr<v1::Response> IngestionTest::Return(const std::string& id) {
  v1::ReturnResponseRequest request;
  request.set_name("waves/w1/responses/" + id);
  request.set_comment("please look at the districts again");
  return Call<v1::Response>("ResponseService/ReturnResponse", request);
}

absl::StatusOr<v1::Response> IngestionTest::Withdraw(const std::string& id) {
  v1::WithdrawResponseRequest request;
  request.set_name("waves/w1/responses/" + id);
  request.set_comment("we changed our mind");
  return Call<v1::Response>("ResponseService/WithdrawResponse", request);
}

absl::StatusOr<v1::Response> IngestionTest::Decline(const std::string& site_id) {
  v1::DeclineResponseRequest request;
  request.set_parent("waves/w1");
  request.set_respondent("sites/" + site_id);
  request.set_comment("no time");
  return Call<v1::Response>("ResponseService/DeclineResponse", request);
}

absl::StatusOr<v1::Wave> IngestionTest::Close() {
  v1::CloseWaveRequest request;
  request.set_name("waves/w1");
  return Call<v1::Wave>("WaveService/CloseWave", request);
}

std::vector<weft::type::v1::ChangeBatch> IngestionTest::Commits() {
  weft::type::v1::ListChangesRequest request;
  request.set_page_size(1000);
  const auto response =
      Done<weft::type::v1::ListChangesResponse>("ChangeService/ListChanges", request);
  EXPECT_TRUE(response.caught_up());
  return {response.batches().begin(), response.batches().end()};
}

std::vector<std::string> IngestionTest::Summaries(const weft::type::v1::ChangeBatch& commit) {
  std::vector<std::string> summaries;
  for (const weft::type::v1::Change& change : commit.changes()) {
    summaries.push_back(absl::StrCat(weft::type::v1::Change::Kind_Name(change.kind()).substr(5),
                                     " ", change.type(), " ", change.name()));
  }
  return summaries;
}

void IngestionTest::ExpectDocumented(const absl::Status& status) {
  static const auto& documented = *new std::string([] {
    std::ifstream file(WEFT_SOURCE_DIR "/docs/api.md");
    return std::string(std::istreambuf_iterator<char>(file), {});
  }());
  std::string reason = ReasonOf(status);
  // What the client finds by itself, without a server's answer, has none.
  if (reason.empty()) return;
  // Those that are put together from a resource's type stand there as their pattern.
  for (const char* made : {"_NOT_FOUND", "_EXISTS"}) {
    if (absl::EndsWith(reason, made)) reason = absl::StrCat("{TYPE}", made);
  }
  if (absl::EndsWith(reason, "_TAKEN")) reason = "{TYPE}_{INDEX}_TAKEN";
  EXPECT_TRUE(absl::StrContains(documented, absl::StrCat("\n| `", reason, "` |")))
      << "docs/api.md does not list " << reason << ": " << status;
}

std::string IngestionTest::Log() {
  logger_->Flush();
  std::lock_guard<std::mutex> lock(log_mutex_);
  return log_;
}

}  // namespace weft::ingestion
