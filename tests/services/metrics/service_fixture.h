// The metrics service in the test's process, on each engine, beside a real registry and a real
// ingestion service, with helpers that call it over gRPC.
#ifndef WEFT_TESTS_SERVICES_METRICS_SERVICE_FIXTURE_H_
#define WEFT_TESTS_SERVICES_METRICS_SERVICE_FIXTURE_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/rpc/sync_client.h"
#include "common/storage/engine.h"
#include "google/type/date.pb.h"
#include "tests/services/ingestion/service_fixture.h"
#include "tests/testing/in_process_server.h"
#include "weft/metrics/v1/metrics.pb.h"
#include "weft/metrics/v1/metrics_service.pb.h"
#include "weft/registry/v1/partnership.pb.h"
#include "weft/type/v1/scale.pb.h"

namespace weft::metrics {

class MetricsTest : public ingestion::IngestionTest {
 protected:
  using Rows = std::vector<std::pair<std::string, std::string>>;

  MetricsTest() { StartMetrics(); }

  void StartMetrics();
  void StopMetrics() { metrics_.reset(); }
  // What a disk that was lost leaves: nothing.
  void DeleteReadModel();

  rpc::SyncClient& metrics() { return metrics_->client(); }

  // `method` is "GetWaveSummary".
  template <class Response, class Request>
  absl::StatusOr<Response> Ask(absl::string_view method, const Request& request,
                               const rpc::CallOptions& options = {}) {
    Response response;
    const absl::Status status = metrics().Call(
        absl::StrCat("weft.metrics.v1.MetricsService/", method), request, response, options);
    if (!status.ok()) return status;
    return response;
  }

  // Where both feeds stand now: what was written so far is in answers that have seen this.
  v1::Positions Now();
  absl::StatusOr<v1::WaveSummary> GetSummary(const v1::GetWaveSummaryRequest& request,
                                             const rpc::CallOptions& options = {}) {
    return Ask<v1::WaveSummary>("GetWaveSummary", request, options);
  }
  // waves/w1 as it is now.
  v1::WaveSummary Summary(const v1::Parameters& parameters = {});
  // The same without waiting for anything.
  absl::StatusOr<v1::WaveSummary> SummaryAsItIs();

  // A response of the site that counts as submitted: `text` as in MakeAnswers(), for the types cbo,
  // school_district and k12_school, with the rating that AnswersWith() gives if it has none.
  void AddResponse(const std::string& site, absl::string_view text, int students = 10,
                   const std::string& wave = "waves/w1");

  // waves/w1, before whose opening site-02 and site-03 of the Lab have got a place, in Missouri.
  void OpenWaveWithPlaces();

  // In the registry. An organization's id is in its name, "Organization of library".
  void AddOrganization(const std::string& id);
  // A tie of the site with the organization (ids) as a type; `days` is "", or its first and last
  // day, "2024-09-01/" or "2024-09-01/2025-01-31".
  registry::v1::Partnership AddTie(const std::string& site, const std::string& organization,
                                   const std::string& type, const std::string& days = "",
                                   bool is_self = false);
  // Ties of the site as "cbo" with `count` organizations that are made for it: p0, p1, ….
  void AddManyTies(const std::string& site, int count);
  // One side rates the tie, by its name, from a day on.
  void Rate(const std::string& tie, type::v1::InteractionLevel level, const std::string& day,
            bool as_organization = false);

  // What the read model keeps of the registry, of sites and aggregates. The metrics service must
  // run.
  Rows Dump();

  std::unique_ptr<testing::InProcessServer> metrics_;
};

// "2024-09-01".
google::type::Date ParseDay(absl::string_view text);

}  // namespace weft::metrics

#endif  // WEFT_TESTS_SERVICES_METRICS_SERVICE_FIXTURE_H_
