// An open wave with a response of site-01, and helpers for its free text.
#ifndef WEFT_TESTS_SERVICES_INGESTION_OPEN_ANSWER_FIXTURE_H_
#define WEFT_TESTS_SERVICES_INGESTION_OPEN_ANSWER_FIXTURE_H_

#include <algorithm>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/services/ingestion/service_fixture.h"
#include "weft/ingestion/v1/open_answer_service.pb.h"

namespace weft::ingestion {

// Starts a coroutine on the server's thread.
struct OnExecutor final : Work {
  explicit OnExecutor(std::function<Detached()> start) : start_(std::move(start)) {}
  void Run() override { start_(); }
  std::function<Detached()> start_;
};

class OpenAnswerTest : public IngestionTest {
 protected:
  static constexpr char kName[] = "waves/w1/responses/site-01/openAnswers/barriers";

  OpenAnswerTest() {
    OpenLab();
    EXPECT_THAT(Create("site-01", AnswersWith(1)), testing::IsOk());
  }

  static v1::UpdateOpenAnswerRequest Text(const std::string& name, const std::string& text) {
    v1::UpdateOpenAnswerRequest request;
    request.mutable_open_answer()->set_name(name);
    request.mutable_open_answer()->set_text(text);
    request.set_allow_missing(true);
    return request;
  }
  absl::StatusOr<v1::OpenAnswer> Write(const v1::UpdateOpenAnswerRequest& request) {
    return Call<v1::OpenAnswer>("ResponseService/UpdateOpenAnswer", request);
  }
  absl::StatusOr<v1::OpenAnswer> Get(const std::string& name = kName) {
    v1::GetOpenAnswerRequest request;
    request.set_name(name);
    return Call<v1::OpenAnswer>("ResponseService/GetOpenAnswer", request);
  }

  // A text that its writer lets us quote.
  static v1::UpdateOpenAnswerRequest Quotable(
      const std::string& name, const std::string& text,
      v1::OpenAnswer::Attribution attribution = v1::OpenAnswer::ATTRIBUTION_ANONYMOUS) {
    v1::UpdateOpenAnswerRequest request = Text(name, text);
    request.mutable_open_answer()->set_consent(v1::OpenAnswer::CONSENT_QUOTE);
    request.mutable_open_answer()->set_attribution(attribution);
    return request;
  }
  // A review of the open answer as it is now.
  v1::ReviewOpenAnswerRequest ReviewOf(const std::string& name,
                                       v1::ReviewOpenAnswerRequest::Outcome outcome) {
    v1::ReviewOpenAnswerRequest request;
    request.set_name(name);
    request.set_etag(Must(Get(name), "GetOpenAnswer").etag());
    request.set_outcome(outcome);
    return request;
  }
  static v1::Redaction Redaction(int start, int length, const std::string& replacement) {
    v1::Redaction redaction;
    redaction.set_start(start);
    redaction.set_length(length);
    redaction.set_replacement(replacement);
    return redaction;
  }
  absl::StatusOr<v1::OpenAnswer> Review(const v1::ReviewOpenAnswerRequest& request,
                                        const std::string& reviewer = "users/amara") {
    rpc::CallOptions options;
    options.principal = reviewer;
    return Call<v1::OpenAnswer>("OpenAnswerService/ReviewOpenAnswer", request, options);
  }
  std::vector<v1::Quote> Quotes(const std::string& question = "") {
    v1::ListQuotesRequest request;
    request.set_parent("waves/w1");
    request.set_question(question);
    const auto page = Done<v1::ListQuotesResponse>("OpenAnswerService/ListQuotes", request);
    EXPECT_EQ(page.next_page_token(), "");
    return {page.quotes().begin(), page.quotes().end()};
  }

  // Stored values of any table that hold `word`.
  int CountRowsWith(const std::string& word) {
    std::promise<int> count;
    OnExecutor work{[&]() -> Detached {
      std::shared_ptr<storage::Snapshot> snapshot = engine().GetSnapshot();
      storage::KeyRange everything;
      const storage::ScanOptions options{.limit = 100'000};
      absl::StatusOr<std::vector<storage::Entry>> entries =
          co_await snapshot->Scan(std::move(everything), options);
      EXPECT_THAT(entries, testing::IsOk());
      count.set_value(static_cast<int>(
          std::count_if(entries->begin(), entries->end(), [&](const storage::Entry& entry) {
            return entry.key.find(word) != std::string::npos ||
                   entry.value.find(word) != std::string::npos;
          })));
    }};
    executor().Post(work);
    return count.get_future().get();
  }
};

}  // namespace weft::ingestion

#endif  // WEFT_TESTS_SERVICES_INGESTION_OPEN_ANSWER_FIXTURE_H_
