// The ingestion service in the test's process, on each engine, beside a real registry, with helpers
// that call both over gRPC.
#ifndef WEFT_TESTS_SERVICES_INGESTION_SERVICE_FIXTURE_H_
#define WEFT_TESTS_SERVICES_INGESTION_SERVICE_FIXTURE_H_

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/observability/log.h"
#include "common/rpc/sync_client.h"
#include "gmock/gmock.h"
#include "google/protobuf/empty.pb.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "tests/services/ingestion/example.h"
#include "tests/testing/errors.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/in_process_server.h"
#include "tests/testing/temp_dir.h"
#include "weft/ingestion/v1/response_service.pb.h"
#include "weft/ingestion/v1/wave.pb.h"
#include "weft/registry/v1/cohort.pb.h"
#include "weft/registry/v1/site.pb.h"
#include "weft/type/v1/change.pb.h"

namespace weft::ingestion {

// Two messages with the same content.
MATCHER_P(SameAs, expected, "") {
  *result_listener << "\n" << arg.DebugString();
  return google::protobuf::util::MessageDifferencer::Equals(arg, expected);
}

class IngestionTest : public ::testing::TestWithParam<std::string> {
 protected:
  using Empty = google::protobuf::Empty;

  IngestionTest();

  // Stops the ingestion server in good order and starts it on the same data, at the same address.
  void Restart();
  void Stop() { ingestion_.reset(); }
  // At the address that it had, if it was there before.
  void Start();
  void StopRegistry() { registry_.reset(); }

  const std::string& registry_address() const { return registry_address_; }
  const std::string& ingestion_address() const { return ingestion_address_; }

  rpc::SyncClient& client() { return ingestion_->client(); }
  storage::Engine& engine() { return ingestion_->engine(); }
  Executor& executor() { return ingestion_->server().executor(); }

  // `method` is "WaveService/GetWave".
  template <class Response, class Request>
  absl::StatusOr<Response> Call(absl::string_view method, const Request& request,
                                const rpc::CallOptions& options = {}) {
    Response response;
    const absl::Status status =
        client().Call(absl::StrCat("weft.ingestion.v1.", method), request, response, options);
    if (!status.ok()) {
      ExpectDocumented(status);
      return status;
    }
    return response;
  }
  // The same for a call that must succeed.
  template <class Response, class Request>
  Response Done(absl::string_view method, const Request& request) {
    return Must(Call<Response>(method, request), method);
  }
  // A call of the registry that must succeed.
  template <class Response, class Request>
  Response InRegistry(absl::string_view method, const Request& request) {
    Response response;
    const absl::Status status =
        registry_->client().Call(absl::StrCat("weft.registry.v1.", method), request, response);
    EXPECT_TRUE(status.ok()) << method << ": " << status;
    return response;
  }
  template <class Response>
  static Response Must(absl::StatusOr<Response> response, absl::string_view what) {
    EXPECT_TRUE(response.ok()) << what << ": " << response.status();
    return response.ok() ? *std::move(response) : Response();
  }

  // Calls a write as a careful caller may: checked only, done, repeated under its request id.
  // Answers what the write did.
  template <class Response, class Request>
  Response CarefulWrite(absl::string_view method, Request request) {
    const storage::Position before = engine().head();
    request.set_validate_only(true);
    EXPECT_THAT(Call<Response>(method, request), testing::IsOk()) << method;
    EXPECT_EQ(engine().head(), before) << method << " with validate_only wrote something";
    request.set_validate_only(false);
    request.set_request_id("00000000-0000-4000-8000-000000000001");
    rpc::ResponseMetadata metadata;
    rpc::CallOptions options;
    options.response_metadata = &metadata;
    Response done = Must(Call<Response>(method, request, options), method);
    const storage::Position after = engine().head();
    EXPECT_NE(after, before) << method << " wrote nothing";
    EXPECT_EQ(metadata.position(), after.ToString()) << method;
    EXPECT_THAT(Must(Call<Response>(method, request), method), SameAs(done)) << method;
    EXPECT_EQ(engine().head(), after) << method << " repeated wrote something";
    return done;
  }

  // In the registry.
  void AddSite(const std::string& id);
  void AddCohort(const std::string& id);
  void AddMember(const std::string& cohort_id, const std::string& site_id);
  // taxonomies/lab-2025, published; cohorts/legacy with site-01 to site-03 and cohorts/new with
  // site-03 and site-04.
  void AddLab();

  v1::Instrument CreateInstrument(const std::string& id = "lab-survey-2024");
  v1::Instrument PublishInstrument(const std::string& name = "instruments/lab-survey-2024");
  // A draft of instruments/lab-survey-2024 for both cohorts.
  v1::Wave CreateWave(const std::string& id = "w1");
  v1::Wave OpenWave(const std::string& name = "waves/w1");
  // Everything above: waves/w1 is open, with four sites.
  void OpenLab();

  v1::Wave GetWave(const std::string& name = "waves/w1");
  v1::Response GetResponse(const std::string& id);
  std::vector<v1::ResponseRevision> Revisions(const std::string& response_id);

  // Complete answers; `students` tells them apart.
  static v1::Answers AnswersWith(int students);
  absl::StatusOr<v1::Response> Create(const std::string& site_id, const v1::Answers& answers);
  absl::StatusOr<v1::Response> Update(const std::string& id, const v1::Answers& answers,
                                      const std::string& etag = "");
  absl::StatusOr<v1::Response> Submit(const std::string& id);
  absl::StatusOr<v1::Response> Approve(const std::string& id);
  absl::StatusOr<v1::Response> Return(const std::string& id);
  absl::StatusOr<v1::Response> Withdraw(const std::string& id);
  absl::StatusOr<v1::Response> Decline(const std::string& site_id);
  absl::StatusOr<v1::Wave> Close();

  // Every change so far, in order, as commits.
  std::vector<weft::type::v1::ChangeBatch> Commits();
  // "CREATED wave waves/w1" for each of them.
  static std::vector<std::string> Summaries(const weft::type::v1::ChangeBatch& commit);

  // Every error's reason stands in docs/api.md.
  static void ExpectDocumented(const absl::Status& status);

  // What the server has logged so far.
  std::string Log();

  testing::TempDir directory_;
  testing::FakeClock clock_;

 private:
  std::mutex log_mutex_;
  std::string log_;
  std::unique_ptr<observability::Logger> logger_;
  std::unique_ptr<testing::InProcessServer> registry_;
  std::string registry_address_;
  std::unique_ptr<testing::InProcessServer> ingestion_;
  std::string ingestion_address_;
};

inline std::string EngineName(const ::testing::TestParamInfo<std::string>& engine) {
  return engine.param;
}

#define WEFT_ON_EVERY_ENGINE(suite) \
  INSTANTIATE_TEST_SUITE_P(Engines, suite, ::testing::Values("memory", "rocksdb"), EngineName)

}  // namespace weft::ingestion

#endif  // WEFT_TESTS_SERVICES_INGESTION_SERVICE_FIXTURE_H_
