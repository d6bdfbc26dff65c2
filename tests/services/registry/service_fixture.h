// The registry in the test's process, on each engine, with helpers that call it over gRPC.
#ifndef WEFT_TESTS_SERVICES_REGISTRY_SERVICE_FIXTURE_H_
#define WEFT_TESTS_SERVICES_REGISTRY_SERVICE_FIXTURE_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/rpc/sync_client.h"
#include "gmock/gmock.h"
#include "google/protobuf/empty.pb.h"
#include "gtest/gtest.h"
#include "services/registry/service/registry_service.h"
#include "tests/services/registry/examples.h"
#include "tests/testing/errors.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/in_process_server.h"
#include "tests/testing/proto_matchers.h"
#include "tests/testing/temp_dir.h"
#include "weft/type/v1/change.pb.h"

namespace weft::registry {

class RegistryTest : public ::testing::TestWithParam<std::string> {
 protected:
  using Empty = google::protobuf::Empty;

  RegistryTest() { Start(); }

  // Stops the server in good order and starts it on the same data.
  void Restart() {
    server_.reset();
    Start();
  }

  virtual rpc::SyncClient& client() { return server_->client(); }

  // `method` is "SiteService/GetSite".
  template <class Response, class Request>
  absl::StatusOr<Response> Call(absl::string_view method, const Request& request,
                                const rpc::CallOptions& options = {}) {
    Response response;
    const absl::Status status =
        client().Call(absl::StrCat("weft.registry.v1.", method), request, response, options);
    if (!status.ok()) return status;
    return response;
  }
  // The same for a call that must succeed.
  template <class Response, class Request>
  Response Done(absl::string_view method, const Request& request) {
    absl::StatusOr<Response> response = Call<Response>(method, request);
    EXPECT_TRUE(response.ok()) << method << ": " << response.status();
    return response.ok() ? *std::move(response) : Response();
  }
  // For reads and deletes, which take a name.
  template <class Response, class Request>
  absl::StatusOr<Response> CallNamed(absl::string_view method, absl::string_view name) {
    Request request;
    request.set_name(std::string(name));
    return Call<Response>(method, request);
  }

  absl::StatusOr<v1::Site> GetSite(absl::string_view name) {
    return CallNamed<v1::Site, v1::GetSiteRequest>("SiteService/GetSite", name);
  }
  absl::StatusOr<v1::Cohort> GetCohort(absl::string_view name) {
    return CallNamed<v1::Cohort, v1::GetCohortRequest>("CohortService/GetCohort", name);
  }
  absl::StatusOr<v1::Membership> GetMembership(absl::string_view name) {
    return CallNamed<v1::Membership, v1::GetMembershipRequest>("CohortService/GetMembership", name);
  }
  absl::StatusOr<v1::Taxonomy> GetTaxonomy(absl::string_view name) {
    return CallNamed<v1::Taxonomy, v1::GetTaxonomyRequest>("TaxonomyService/GetTaxonomy", name);
  }
  absl::StatusOr<v1::Crosswalk> GetCrosswalk(absl::string_view name) {
    return CallNamed<v1::Crosswalk, v1::GetCrosswalkRequest>("TaxonomyService/GetCrosswalk", name);
  }

  v1::Site AddSite(const std::string& id) {
    v1::CreateSiteRequest request;
    request.set_site_id(id);
    *request.mutable_site() = ExampleSite();
    return Done<v1::Site>("SiteService/CreateSite", request);
  }
  absl::StatusOr<v1::Organization> GetOrganization(absl::string_view name) {
    return CallNamed<v1::Organization, v1::GetOrganizationRequest>(
        "OrganizationService/GetOrganization", name);
  }
  // Without identifiers, so that there can be several.
  v1::Organization AddOrganization(const std::string& id, const std::string& parent = "") {
    v1::CreateOrganizationRequest request;
    request.set_organization_id(id);
    *request.mutable_organization() = ExampleOrganization();
    request.mutable_organization()->clear_identifiers();
    request.mutable_organization()->set_parent_organization(parent);
    return Done<v1::Organization>("OrganizationService/CreateOrganization", request);
  }
  absl::StatusOr<v1::Partnership> GetPartnership(absl::string_view name) {
    return CallNamed<v1::Partnership, v1::GetPartnershipRequest>(
        "PartnershipService/GetPartnership", name);
  }
  static v1::CreatePartnershipRequest PartnershipRequest(const std::string& site_id,
                                                         const std::string& id) {
    v1::CreatePartnershipRequest request;
    request.set_parent("sites/" + site_id);
    request.set_partnership_id(id);
    *request.mutable_partnership() = ExamplePartnership();
    return request;
  }
  v1::Cohort AddCohort(const std::string& id) {
    v1::CreateCohortRequest request;
    request.set_cohort_id(id);
    *request.mutable_cohort() = ExampleCohort();
    return Done<v1::Cohort>("CohortService/CreateCohort", request);
  }
  static v1::CreateMembershipRequest MembershipRequest(const std::string& cohort_id,
                                                       const std::string& site_id) {
    v1::CreateMembershipRequest request;
    request.set_parent("cohorts/" + cohort_id);
    request.set_membership_id(site_id);
    request.mutable_membership();
    return request;
  }
  v1::Membership AddMembership(const std::string& cohort_id, const std::string& site_id) {
    return Done<v1::Membership>("CohortService/CreateMembership",
                                MembershipRequest(cohort_id, site_id));
  }
  v1::Taxonomy AddTaxonomy(const std::string& id, int version,
                           const std::vector<std::string>& codes = {"cbo", "library"}) {
    v1::CreateTaxonomyRequest request;
    request.set_taxonomy_id(id);
    *request.mutable_taxonomy() = ExampleTaxonomy(version, codes);
    return Done<v1::Taxonomy>("TaxonomyService/CreateTaxonomy", request);
  }
  v1::Taxonomy Publish(const std::string& id) {
    v1::PublishTaxonomyRequest request;
    request.set_name("taxonomies/" + id);
    return Done<v1::Taxonomy>("TaxonomyService/PublishTaxonomy", request);
  }

  absl::StatusOr<v1::Vocabulary> GetVocabulary(absl::string_view name) {
    return CallNamed<v1::Vocabulary, v1::GetVocabularyRequest>("VocabularyService/GetVocabulary",
                                                               name);
  }
  v1::Vocabulary AddVocabulary(const std::string& id, v1::Vocabulary::Kind kind, int version,
                               const std::vector<std::string>& codes) {
    v1::CreateVocabularyRequest request;
    request.set_vocabulary_id(id);
    *request.mutable_vocabulary() = ExampleVocabulary(kind, version, codes);
    return Done<v1::Vocabulary>("VocabularyService/CreateVocabulary", request);
  }
  v1::Vocabulary PublishVocabulary(const std::string& id) {
    v1::PublishVocabularyRequest request;
    request.set_name("vocabularies/" + id);
    return Done<v1::Vocabulary>("VocabularyService/PublishVocabulary", request);
  }

  // Calls a write in each way that a careful caller may: checked only, done, repeated under its
  // request id, and (which is an error) with that id for something else. `other` is a valid request
  // of another content. Answers what the write did.
  template <class Response, class Request>
  Response Write(absl::string_view method, Request request, Request other) {
    const storage::Position before = server_->engine().head();
    request.set_validate_only(true);
    const absl::StatusOr<Response> checked = Call<Response>(method, request);
    EXPECT_THAT(checked, testing::IsOk()) << method << " with validate_only";
    EXPECT_EQ(server_->engine().head(), before) << method << " with validate_only wrote something";

    request.set_validate_only(false);
    request.set_request_id("2e4f8b1c-0000-4000-8000-000000000001");
    rpc::ResponseMetadata metadata;
    rpc::CallOptions options;
    options.response_metadata = &metadata;
    const absl::StatusOr<Response> done = Call<Response>(method, request, options);
    EXPECT_THAT(done, testing::IsOk()) << method;
    const storage::Position after = server_->engine().head();
    EXPECT_NE(after, before) << method << " wrote nothing";
    EXPECT_EQ(metadata.position(), after.ToString()) << method;

    clock_.Advance(absl::Hours(23));
    const absl::StatusOr<Response> repeated = Call<Response>(method, request);
    EXPECT_THAT(repeated, testing::IsOk()) << method << " repeated";
    EXPECT_EQ(server_->engine().head(), after) << method << " repeated wrote something";
    if (!done.ok() || !repeated.ok()) return Response();
    EXPECT_THAT(*repeated, testing::EqualsProto(*done)) << method << " repeated";

    other.set_request_id(request.request_id());
    EXPECT_THAT(Call<Response>(method, other),
                testing::IsError(absl::StatusCode::kInvalidArgument, "REQUEST_ID_REUSED"))
        << method;
    EXPECT_EQ(server_->engine().head(), after) << method << " refused and wrote something";
    return *done;
  }

  // Where the store stands.
  storage::Position Head() { return server_->engine().head(); }

  // Every change so far, in order.
  std::vector<weft::type::v1::Change> Changes() {
    weft::type::v1::ListChangesRequest request;
    request.set_page_size(1000);
    std::vector<weft::type::v1::Change> changes;
    const auto response =
        Done<weft::type::v1::ListChangesResponse>("ChangeService/ListChanges", request);
    EXPECT_TRUE(response.caught_up());
    for (const auto& batch : response.batches()) {
      changes.insert(changes.end(), batch.changes().begin(), batch.changes().end());
    }
    return changes;
  }

  testing::TempDir directory_;
  testing::FakeClock clock_;

 private:
  void Start() {
    storage::EngineOptions options;
    options.kind = GetParam();
    options.directory = directory_ / "registry";
    server_ = std::make_unique<testing::InProcessServer>(
        options, clock_, [](rpc::Server& server, const storage::Database& db) {
          return std::make_unique<RegistryService>(server, db);
        });
  }

  std::unique_ptr<testing::InProcessServer> server_;
};

inline std::string EngineName(const ::testing::TestParamInfo<std::string>& engine) {
  return engine.param;
}

#define WEFT_ON_EVERY_ENGINE(suite) \
  INSTANTIATE_TEST_SUITE_P(Engines, suite, ::testing::Values("memory", "rocksdb"), EngineName)

}  // namespace weft::registry

#endif  // WEFT_TESTS_SERVICES_REGISTRY_SERVICE_FIXTURE_H_
