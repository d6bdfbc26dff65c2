// Releases through the API, beside a real registry and a real ingestion service.
#include <future>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "google/protobuf/empty.pb.h"
#include "gtest/gtest.h"
#include "services/ingestion/store/tables.h"
#include "tests/services/ingestion/open_answer_fixture.h"
#include "tests/services/metrics/service_fixture.h"
#include "tests/testing/empty_request_sweep.h"
#include "weft/ingestion/v1/open_answer_service.pb.h"
#include "weft/metrics/v1/release.pb.h"
#include "weft/metrics/v1/release_service.pb.h"

namespace weft::metrics {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsError;
using testing::IsOk;
using ::testing::Not;

constexpr auto kAborted = absl::StatusCode::kAborted;
constexpr auto kDenied = absl::StatusCode::kPermissionDenied;
constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr auto kNotFound = absl::StatusCode::kNotFound;
constexpr auto kPrecondition = absl::StatusCode::kFailedPrecondition;

constexpr char kRelease[] = "releases/r1";
constexpr char kFinding[] = "releases/r1/findings/f1";
constexpr char kOpenAnswer[] = "waves/w1/responses/site-01/openAnswers/barriers";
constexpr char kFacilitator[] = "users/fay";
constexpr char kRepresentative[] = "users/rosa";

class ReleaseServiceTest : public MetricsTest {
 protected:
  void SetUp() override {
    OpenLab();
    AddResponse("site-01", "4/12 3/2 0/0");
    AddResponse("site-02", "4/1 2/2 1/1");
    AddResponse("site-03", "2/1 - 0/0");
  }

  template <class Response, class Request>
  absl::StatusOr<Response> As(const std::string& principal, absl::string_view method,
                              const Request& request) {
    rpc::CallOptions options;
    options.principal = principal;
    Response response;
    const absl::Status status = metrics().Call(
        absl::StrCat("weft.metrics.v1.ReleaseService/", method), request, response, options);
    if (!status.ok()) {
      ExpectDocumented(status);
      return status;
    }
    return response;
  }
  // As an operator.
  template <class Response, class Request>
  absl::StatusOr<Response> Operate(absl::string_view method, const Request& request) {
    return As<Response>("users/amara", method, request);
  }

  static v1::CreateReleaseRequest CreateOf(const std::string& id) {
    v1::CreateReleaseRequest request;
    request.set_release_id(id);
    v1::Release& release = *request.mutable_release();
    release.set_display_name("Winter 2025");
    release.set_statement("How three communities work together.");
    release.set_wave("waves/w1");
    // Three sites are few.
    release.mutable_policy()->set_minimum_cell(1);
    release.mutable_policy()->set_site_rows(v1::SITE_ROWS_ALL);
    v1::Reviewer& facilitator = *release.add_reviewers();
    facilitator.set_principal(kFacilitator);
    facilitator.set_role(v1::REVIEWER_ROLE_FACILITATOR);
    v1::Reviewer& representative = *release.add_reviewers();
    representative.set_principal(kRepresentative);
    representative.set_role(v1::REVIEWER_ROLE_COMMUNITY_REPRESENTATIVE);
    return request;
  }
  v1::Release Create(const std::string& id = "r1") {
    return Must(Operate<v1::Release>("CreateRelease", CreateOf(id)), "CreateRelease");
  }
  v1::Release GetRelease(const std::string& name = kRelease) {
    v1::GetReleaseRequest request;
    request.set_name(name);
    return Must(Operate<v1::Release>("GetRelease", request), "GetRelease");
  }

  static v1::CreateFindingRequest FindingRequest(const std::string& release = kRelease) {
    v1::CreateFindingRequest request;
    request.set_parent(release);
    request.set_finding_id("f1");
    request.mutable_finding()->set_statement("All collaborate.");
    v1::FindingReference& reference = *request.mutable_finding()->add_references();
    reference.set_metric("D1");
    reference.set_number("richness.mean");
    return request;
  }
  v1::Finding AddFinding(const std::string& release = kRelease) {
    return Must(Operate<v1::Finding>("CreateFinding", FindingRequest(release)), "CreateFinding");
  }
  v1::Finding GetFinding(const std::string& name = kFinding) {
    v1::GetFindingRequest request;
    request.set_name(name);
    return Must(Operate<v1::Finding>("GetFinding", request), "GetFinding");
  }

  absl::StatusOr<v1::Release> Submit(const std::string& name = kRelease) {
    v1::SubmitReleaseRequest request;
    request.set_name(name);
    return Operate<v1::Release>("SubmitRelease", request);
  }
  absl::StatusOr<v1::Release> Revise(bool repin = false, const std::string& name = kRelease) {
    v1::ReviseReleaseRequest request;
    request.set_name(name);
    request.set_note("To be said more carefully.");
    request.set_repin(repin);
    return Operate<v1::Release>("ReviseRelease", request);
  }
  absl::StatusOr<v1::Release> ApproveIt(const std::string& name = kRelease) {
    v1::ApproveReleaseRequest request;
    request.set_name(name);
    return Operate<v1::Release>("ApproveRelease", request);
  }
  absl::StatusOr<v1::Release> Publish(const std::string& name = kRelease) {
    v1::PublishReleaseRequest request;
    request.set_name(name);
    return Operate<v1::Release>("PublishRelease", request);
  }
  absl::StatusOr<v1::Finding> Take(
      const std::string& principal,
      v1::FindingStance::Stance stance = v1::FindingStance::STANCE_SUPPORTS,
      const std::string& name = kFinding) {
    v1::ReviewFindingRequest request;
    request.set_name(name);
    request.set_stance(stance);
    request.set_note("It is not so with us.");
    return As<v1::Finding>(principal, "ReviewFinding", request);
  }
  // From a draft with findings to a publication.
  void Through(const std::string& name = kRelease) {
    ASSERT_THAT(Submit(name), IsOk());
    for (const char* reviewer : {kFacilitator, kRepresentative}) {
      ASSERT_THAT(Take(reviewer, v1::FindingStance::STANCE_SUPPORTS, name + "/findings/f1"),
                  IsOk());
    }
    ASSERT_THAT(ApproveIt(name), IsOk());
    ASSERT_THAT(Publish(name), IsOk());
  }

  v1::VerifyReleaseResponse Verify(const std::string& name = kRelease) {
    v1::VerifyReleaseRequest request;
    request.set_name(name);
    return Must(Operate<v1::VerifyReleaseResponse>("VerifyRelease", request), "VerifyRelease");
  }
  absl::StatusOr<v1::Publication> ReadPublication(const std::string& principal,
                                                  const std::string& name = kRelease) {
    v1::GetPublicationRequest request;
    request.set_name(name + "/publication");
    return As<v1::Publication>(principal, "GetPublication", request);
  }
  v1::ReleaseContent Content() {
    v1::GetReleaseContentRequest request;
    request.set_name(absl::StrCat(kRelease, "/content"));
    return Must(Operate<v1::ReleaseContent>("GetReleaseContent", request), "GetReleaseContent");
  }
  absl::StatusOr<v1::Release> Redact() {
    v1::RedactReleaseRequest request;
    request.set_name(kRelease);
    return Operate<v1::Release>("RedactRelease", request);
  }

  // A text of site-01 that may be quoted.
  void AddQuotable(const std::string& text) {
    ingestion::v1::UpdateOpenAnswerRequest write;
    write.mutable_open_answer()->set_name(kOpenAnswer);
    write.mutable_open_answer()->set_text(text);
    write.mutable_open_answer()->set_consent(ingestion::v1::OpenAnswer::CONSENT_QUOTE);
    write.set_allow_missing(true);
    const auto answer = Done<ingestion::v1::OpenAnswer>("ResponseService/UpdateOpenAnswer", write);
    Review(answer.etag(), ingestion::v1::ReviewOpenAnswerRequest::OUTCOME_CLEAR);
  }
  void Review(const std::string& etag, ingestion::v1::ReviewOpenAnswerRequest::Outcome outcome) {
    ingestion::v1::ReviewOpenAnswerRequest review;
    review.set_name(kOpenAnswer);
    review.set_etag(etag);
    review.set_outcome(outcome);
    Done<ingestion::v1::OpenAnswer>("OpenAnswerService/ReviewOpenAnswer", review);
  }
  void EraseSite() {
    ingestion::v1::EraseSubjectRequest request;
    request.set_name("waves/w1/responses/site-01");
    request.set_reason("ticket 17");
    Done<ingestion::v1::Erasure>("ResponseService/EraseSubject", request);
  }
  // What no call does: ingestion has other answers, or none, under a number that is pinned.
  void Tamper(const std::string& revision, std::optional<std::string> row) {
    storage::Batch batch;
    const std::string key = ingestion::Tables().revisions.KeyOf(revision);
    if (row.has_value()) {
      batch.Put(key, *row);
    } else {
      batch.Delete(key);
    }
    std::promise<absl::Status> done;
    ingestion::OnExecutor work{[&]() -> Detached {
      absl::StatusOr<storage::Position> position = co_await engine().Commit(std::move(batch));
      done.set_value(position.status());
    }};
    executor().Post(work);
    EXPECT_THAT(done.get_future().get(), IsOk());
  }
  absl::StatusOr<v1::Finding> Quote(const std::string& principal = "users/amara") {
    v1::UpdateFindingRequest request;
    request.mutable_finding()->set_name(kFinding);
    request.mutable_finding()->add_quotes()->set_open_answer(kOpenAnswer);
    request.mutable_update_mask()->add_paths("quotes");
    return As<v1::Finding>(principal, "UpdateFinding", request);
  }
};
INSTANTIATE_TEST_SUITE_P(Engines, ReleaseServiceTest, ::testing::Values("memory", "rocksdb"),
                         ingestion::EngineName);

std::vector<std::string> LabelsOf(const v1::WaveContent& content) {
  std::vector<std::string> labels;
  for (const v1::Figure& figure : content.figures()) {
    for (const v1::SiteNetwork& site : figure.networks().sites()) labels.push_back(site.label());
  }
  return labels;
}

TEST_P(ReleaseServiceTest, ADraftPinsWhatCountsNow) {
  const v1::Release release = Create();
  EXPECT_EQ(release.name(), kRelease);
  EXPECT_EQ(release.state(), v1::Release::STATE_DRAFT);
  EXPECT_EQ(release.manifest().roster_size(), 4);
  ASSERT_EQ(release.manifest().responses_size(), 3);
  EXPECT_EQ(release.manifest().responses(0).name(), "waves/w1/responses/site-01");
  EXPECT_EQ(release.manifest().positions().ingestion(), engine().head().ToString());
  EXPECT_EQ(release.content_hash().size(), 64u);
  EXPECT_EQ(release.history_size(), 1);
  EXPECT_EQ(release.history(0).principal(), "users/amara");
  const v1::WaveContent content = Content().content();
  EXPECT_EQ(content.summary().counted(), 3);
  EXPECT_FALSE(content.summary().provenance().has_computed_through());
  EXPECT_THAT(LabelsOf(content), ElementsAre("Site 01", "Site 02", "Site 03"));
}

TEST_P(ReleaseServiceTest, ComputesWhatTheReadModelHas) {
  Create();
  v1::WaveSummary live = Summary();
  live.mutable_provenance()->clear_computed_through();
  EXPECT_THAT(Content().content().summary(), ingestion::SameAs(live));
}

TEST_P(ReleaseServiceTest, WritesAreCheckedIdempotentAndGuarded) {
  v1::CreateReleaseRequest create = CreateOf("r1");
  create.set_validate_only(true);
  EXPECT_THAT(Operate<v1::Release>("CreateRelease", create), IsOk());
  v1::GetReleaseRequest get;
  get.set_name(kRelease);
  EXPECT_THAT(Operate<v1::Release>("GetRelease", get), IsError(kNotFound, "RELEASE_NOT_FOUND"));
  create.set_validate_only(false);
  create.set_request_id("id-1");
  const v1::Release created = Must(Operate<v1::Release>("CreateRelease", create), "CreateRelease");
  EXPECT_THAT(Must(Operate<v1::Release>("CreateRelease", create), "again"),
              ingestion::SameAs(created));
  create.clear_request_id();
  EXPECT_THAT(Operate<v1::Release>("CreateRelease", create),
              IsError(absl::StatusCode::kAlreadyExists, "RELEASE_EXISTS"));

  v1::UpdateReleaseRequest update;
  *update.mutable_release() = created;
  update.mutable_release()->set_display_name("Winter");
  EXPECT_THAT(Operate<v1::Release>("UpdateRelease", update), IsOk());
  EXPECT_THAT(Operate<v1::Release>("UpdateRelease", update), IsError(kAborted, "ETAG_MISMATCH"));
  update.mutable_release()->clear_etag();
  update.mutable_release()->set_wave("waves/w2");
  EXPECT_THAT(Operate<v1::Release>("UpdateRelease", update), IsError(kInvalid, "FIELD_IMMUTABLE"));
  AddFinding();
  v1::DeleteReleaseRequest erase;
  erase.set_name(kRelease);
  EXPECT_THAT(Operate<google::protobuf::Empty>("DeleteRelease", erase), IsOk());
  v1::GetFindingRequest finding;
  finding.set_name(kFinding);
  EXPECT_THAT(Operate<v1::Finding>("GetFinding", finding), IsError(kNotFound, "FINDING_NOT_FOUND"));
}

TEST_P(ReleaseServiceTest, WhatIsNotThereCannotBeReleased) {
  v1::CreateReleaseRequest create = CreateOf("r1");
  create.mutable_release()->set_wave("waves/none");
  EXPECT_THAT(Operate<v1::Release>("CreateRelease", create), IsError(kNotFound, "WAVE_NOT_FOUND"));
  create.mutable_release()->set_wave("waves/w1");
  create.mutable_release()->mutable_parameters()->set_cohort("cohorts/none");
  EXPECT_THAT(Operate<v1::Release>("CreateRelease", create),
              IsError(kNotFound, "COHORT_NOT_IN_WAVE"));
  create.mutable_release()->mutable_parameters()->clear_cohort();
  create.mutable_release()->mutable_parameters()->set_filter("altitude = 3");
  EXPECT_THAT(Operate<v1::Release>("CreateRelease", create), IsError(kInvalid, "FILTER_INVALID"));
  create.mutable_release()->clear_parameters();
  create.mutable_release()->set_supersedes("releases/none");
  EXPECT_THAT(Operate<v1::Release>("CreateRelease", create),
              IsError(kNotFound, "RELEASE_NOT_FOUND"));
  create.mutable_release()->clear_supersedes();
  CreateWave("w2");
  create.mutable_release()->set_wave("waves/w2");
  EXPECT_THAT(Operate<v1::Release>("CreateRelease", create),
              IsError(kPrecondition, "WAVE_NOT_OPEN"));
  Stop();
  create.mutable_release()->set_wave("waves/w1");
  EXPECT_THAT(Operate<v1::Release>("CreateRelease", create),
              IsError(absl::StatusCode::kUnavailable, "INGESTION_UNAVAILABLE"));
}

TEST_P(ReleaseServiceTest, ReviewKeepsDissentAndAnswersIt) {
  Create();
  EXPECT_THAT(Submit(), IsError(kPrecondition, "FINDING_MISSING"));
  const v1::Finding finding = AddFinding();
  EXPECT_EQ(finding.references(0).estimate().value(),
            Content().content().summary().richness().mean().value());
  EXPECT_EQ(GetRelease().finding_count(), 1);
  EXPECT_THAT(Take(kFacilitator), IsError(kPrecondition, "RELEASE_STATE"));
  EXPECT_THAT(Submit(), IsOk());
  v1::UpdateFindingRequest update;
  update.mutable_finding()->set_name(kFinding);
  update.mutable_finding()->set_statement("Half collaborate.");
  EXPECT_THAT(Operate<v1::Finding>("UpdateFinding", update),
              IsError(kPrecondition, "RELEASE_STATE"));
  EXPECT_THAT(Take("users/kim"), IsError(kDenied, "NOT_A_REVIEWER"));
  EXPECT_THAT(Take(kFacilitator), IsOk());
  EXPECT_THAT(ApproveIt(), IsError(kPrecondition, "REVIEW_INCOMPLETE"));
  EXPECT_THAT(Take(kRepresentative, v1::FindingStance::STANCE_CONTESTS), IsOk());
  EXPECT_EQ(GetRelease().open_contest_count(), 1);
  EXPECT_THAT(ApproveIt(), IsError(kPrecondition, "CONTEST_UNANSWERED"));

  EXPECT_THAT(Revise(), IsOk());
  EXPECT_THAT(Operate<v1::Finding>("UpdateFinding", update), IsOk());
  v1::AnswerStanceRequest answer;
  answer.set_name(kFinding);
  answer.set_principal(kRepresentative);
  answer.set_answer("It says half now.");
  EXPECT_THAT(Operate<v1::Finding>("AnswerStance", answer), IsOk());
  EXPECT_EQ(GetRelease().open_contest_count(), 0);
  EXPECT_THAT(Submit(), IsOk());
  EXPECT_THAT(ApproveIt(), IsError(kPrecondition, "REVIEW_INCOMPLETE"))
      << "nobody has seen the new words";
  EXPECT_THAT(Take(kFacilitator), IsOk());
  EXPECT_THAT(Take(kRepresentative), IsOk());
  EXPECT_THAT(ApproveIt(), IsOk());
  const v1::Release published = Must(Publish(), "PublishRelease");
  EXPECT_EQ(published.state(), v1::Release::STATE_PUBLISHED);

  const v1::Publication page = Must(ReadPublication("public/anyone"), "GetPublication");
  ASSERT_EQ(page.findings_size(), 1);
  EXPECT_EQ(page.findings(0).statement(), "Half collaborate.");
  EXPECT_THAT(page.findings(0).earlier_statements(), ElementsAre("All collaborate."));
  ASSERT_EQ(page.findings(0).stances_size(), 4);
  EXPECT_EQ(page.findings(0).stances(1).stance(), v1::FindingStance::STANCE_CONTESTS);
  EXPECT_EQ(page.findings(0).stances(1).answer(), "It says half now.");
  EXPECT_EQ(page.review_rounds(), 2);
  EXPECT_EQ(page.content_hash(), published.content_hash());
  EXPECT_THAT(page.caveats(), Not(IsEmpty()));
  EXPECT_THAT(page.DebugString(), Not(HasSubstr(kRepresentative)));
}

TEST_P(ReleaseServiceTest, ThePublicReadsWhatIsPublishedAndNothingElse) {
  Create();
  AddFinding();
  EXPECT_THAT(ReadPublication("public/anyone"), IsError(kNotFound, "PUBLICATION_NOT_FOUND"));
  Through();
  EXPECT_THAT(ReadPublication("public/anyone"), IsOk());
  const auto listed = As<v1::ListPublicationsResponse>("public/anyone", "ListPublications",
                                                       v1::ListPublicationsRequest());
  ASSERT_THAT(listed, IsOk());
  EXPECT_EQ(listed->publications_size(), 1);
  v1::GetReleaseRequest get;
  get.set_name(kRelease);
  EXPECT_THAT(As<v1::Release>("public/anyone", "GetRelease", get),
              IsError(kDenied, "PERMISSION_DENIED"));
  v1::GetWaveSummaryRequest summary;
  summary.set_name("waves/w1/summary");
  rpc::CallOptions options;
  options.principal = "public/anyone";
  EXPECT_THAT(GetSummary(summary, options), IsError(kDenied, "PERMISSION_DENIED"));
  EXPECT_THAT(As<v1::Finding>("researchers/r", "ReviewFinding", v1::ReviewFindingRequest()),
              IsError(kDenied, "PERMISSION_DENIED"));
}

TEST_P(ReleaseServiceTest, LaterAnswersChangeNothing) {
  const v1::Release release = Create();
  AddFinding();
  Through();
  const v1::Publication before = Must(ReadPublication("public/anyone"), "GetPublication");
  EXPECT_THAT(Update("site-01", AnswersWith(77)), IsOk());
  EXPECT_THAT(ingestion::IngestionTest::Submit("site-01"), IsOk());
  EXPECT_THAT(Withdraw("site-02"), IsOk());
  AddResponse("site-04", "1/1 1/1 1/1");
  if (GetParam() != "memory") {
    StopMetrics();
    DeleteReadModel();
    StartMetrics();
  }
  const v1::VerifyReleaseResponse verified = Verify();
  EXPECT_EQ(verified.verdict(), v1::VerifyReleaseResponse::VERDICT_REPRODUCED);
  EXPECT_EQ(verified.recomputed_hash(), release.content_hash());
  EXPECT_FALSE(verified.definitions_changed());
  std::vector<std::string> later;
  for (const v1::ManifestChange& change : verified.later_changes()) {
    later.push_back(v1::ManifestChange::Kind_Name(change.kind()) + " " + change.name());
  }
  EXPECT_THAT(later, ElementsAre("KIND_CHANGED waves/w1/responses/site-01",
                                 "KIND_REMOVED waves/w1/responses/site-02",
                                 "KIND_ADDED waves/w1/responses/site-04"));
  EXPECT_THAT(Must(ReadPublication("public/anyone"), "GetPublication"), ingestion::SameAs(before));
}

TEST_P(ReleaseServiceTest, IsPinnedAnewOnRequest) {
  const v1::Release release = Create();
  AddFinding();
  EXPECT_THAT(Submit(), IsOk());
  EXPECT_THAT(Take(kFacilitator), IsOk());
  AddResponse("site-04", "1/1 1/1 1/1");
  const v1::Release revised = Must(Revise(/*repin=*/true), "ReviseRelease");
  EXPECT_NE(revised.content_hash(), release.content_hash());
  EXPECT_EQ(revised.manifest().responses_size(), 4);
  EXPECT_TRUE(revised.history(2).repinned());
  const v1::Finding finding = GetFinding();
  EXPECT_EQ(finding.references(0).estimate().n(), 4);
  EXPECT_EQ(finding.current_since_round(), 2) << "its number is another";
  // Nothing new: the same hash.
  EXPECT_EQ(Must(Revise(/*repin=*/true), "ReviseRelease").content_hash(), revised.content_hash());
}

TEST_P(ReleaseServiceTest, AnErasedSiteIsTakenOutAndTheNumbersStay) {
  AddQuotable("Buses are rare in Quagmire.");
  Create();
  AddFinding();
  const v1::Finding quoted = Must(Quote(), "UpdateFinding");
  EXPECT_EQ(quoted.quotes(0).text(), "Buses are rare in Quagmire.");
  EXPECT_EQ(quoted.quotes(0).attribution_line(), "Cohort member");
  Through();
  EXPECT_EQ(Must(ReadPublication("public/anyone"), "before").findings(0).quotes_size(), 1);
  EraseSite();
  v1::VerifyReleaseResponse verified = Verify();
  EXPECT_EQ(verified.verdict(), v1::VerifyReleaseResponse::VERDICT_REPRODUCED);
  EXPECT_THAT(verified.erased(), ElementsAre("waves/w1/responses/site-01"));
  EXPECT_THAT(verified.withdrawn_quotes(), ElementsAre(kOpenAnswer));

  const v1::Release redacted = Must(Redact(), "RedactRelease");
  EXPECT_EQ(redacted.redacted_size(), 2);
  EXPECT_EQ(redacted.redacted(0).reason(), v1::Redacted::REASON_ERASED);
  EXPECT_THAT(GetFinding().quotes(), IsEmpty());
  EXPECT_THAT(LabelsOf(Content().content()), ElementsAre("Site 02", "Site 03"));
  const v1::Publication page = Must(ReadPublication("public/anyone"), "GetPublication");
  EXPECT_THAT(page.DebugString(), Not(HasSubstr("Quagmire")));
  EXPECT_THAT(LabelsOf(page.content()), Not(::testing::Contains("Site 01")));
  EXPECT_EQ(page.erased_rows(), 1);
  EXPECT_EQ(page.withdrawn_quotes(), 1);
  EXPECT_EQ(page.content().summary().counted(), 3);
  verified = Verify();
  EXPECT_EQ(verified.verdict(), v1::VerifyReleaseResponse::VERDICT_REPRODUCED);
  EXPECT_THAT(verified.erased(), IsEmpty());
  EXPECT_THAT(verified.withdrawn_quotes(), IsEmpty());
  EXPECT_EQ(Must(Redact(), "again").redacted_size(), 2);
}

TEST_P(ReleaseServiceTest, OnlyClearedWordsAreQuotedAndOnlyWhileTheyAre) {
  Create();
  AddFinding();
  EXPECT_THAT(Quote(), IsError(kNotFound, "OPEN_ANSWER_NOT_FOUND"));
  AddQuotable("Buses are rare.");
  ingestion::v1::GetOpenAnswerRequest get;
  get.set_name(kOpenAnswer);
  const auto etag = [&] {
    return Done<ingestion::v1::OpenAnswer>("ResponseService/GetOpenAnswer", get).etag();
  };
  Review(etag(), ingestion::v1::ReviewOpenAnswerRequest::OUTCOME_WITHHOLD);
  EXPECT_THAT(Quote(), IsError(kPrecondition, "QUOTE_NOT_CLEARED"));
  Review(etag(), ingestion::v1::ReviewOpenAnswerRequest::OUTCOME_CLEAR);
  EXPECT_THAT(Quote(), IsOk());
  Review(etag(), ingestion::v1::ReviewOpenAnswerRequest::OUTCOME_WITHHOLD);
  Through();
  const v1::Publication page = Must(ReadPublication("public/anyone"), "GetPublication");
  EXPECT_THAT(page.findings(0).quotes(), IsEmpty());
  EXPECT_EQ(page.withdrawn_quotes(), 1);
  EXPECT_EQ(GetRelease().redacted(0).reason(), v1::Redacted::REASON_CLEARANCE_WITHDRAWN);
}

TEST_P(ReleaseServiceTest, ARepeatedRequestGetsWordsAsTheyAreNow) {
  AddQuotable("Buses are rare.");
  Create();
  v1::CreateFindingRequest create = FindingRequest();
  create.mutable_finding()->add_quotes()->set_open_answer(kOpenAnswer);
  create.set_request_id("id-7");
  EXPECT_EQ(Must(Operate<v1::Finding>("CreateFinding", create), "first").quotes_size(), 1);
  EXPECT_EQ(Must(Operate<v1::Finding>("CreateFinding", create), "again").quotes_size(), 1);
  EraseSite();
  EXPECT_THAT(Redact(), IsOk());
  EXPECT_EQ(Must(Operate<v1::Finding>("CreateFinding", create), "erased").quotes_size(), 0);
}

TEST_P(ReleaseServiceTest, TwoPublicationsTogetherSingleNobodyOut) {
  Create();
  AddFinding();
  Through();
  AddResponse("site-04", "1/1 1/1 1/1");
  v1::CreateReleaseRequest create = CreateOf("r2");
  create.mutable_release()->set_supersedes(kRelease);
  create.mutable_release()->mutable_policy()->set_minimum_cell(3);
  create.mutable_release()->mutable_policy()->set_site_rows(v1::SITE_ROWS_NONE);
  ASSERT_THAT(Operate<v1::Release>("CreateRelease", create), IsOk());
  const std::string r2 = "releases/r2";
  AddFinding(r2);
  ASSERT_THAT(Submit(r2), IsOk());
  for (const char* reviewer : {kFacilitator, kRepresentative}) {
    ASSERT_THAT(Take(reviewer, v1::FindingStance::STANCE_SUPPORTS, r2 + "/findings/f1"), IsOk());
  }
  ASSERT_THAT(ApproveIt(r2), IsOk());
  EXPECT_THAT(Publish(r2), IsError(kPrecondition, "PUBLICATION_SINGLES_OUT"));
  // With the sites of the first it can be published, and replaces it.
  EXPECT_THAT(Withdraw("site-04"), IsOk());
  ASSERT_THAT(Revise(/*repin=*/true, r2), IsOk());
  Through(r2);
  EXPECT_EQ(GetRelease().superseded_by(), r2);
  EXPECT_EQ(Must(ReadPublication("public/anyone"), "first").superseded_by(), r2);
  v1::CompareReleasesRequest compare;
  compare.set_name(r2);
  const auto compared = Operate<v1::CompareReleasesResponse>("CompareReleases", compare);
  ASSERT_THAT(compared, IsOk());
  EXPECT_EQ(compared->earlier(), kRelease);
  EXPECT_THAT(compared->number_changes(), IsEmpty());
  EXPECT_GT(compared->unchanged_numbers(), 50);
  compare.set_name(kRelease);
  EXPECT_THAT(Operate<v1::CompareReleasesResponse>("CompareReleases", compare),
              IsError(kInvalid, "INVALID_FIELD"));
}

TEST_P(ReleaseServiceTest, WhatDoesNotComputeAgainIsNotPublished) {
  Create();
  AddFinding();
  ASSERT_THAT(Submit(), IsOk());
  for (const char* reviewer : {kFacilitator, kRepresentative}) {
    ASSERT_THAT(Take(reviewer), IsOk());
  }
  ASSERT_THAT(ApproveIt(), IsOk());
  const std::string name = "waves/w1/responses/site-01/revisions/1";
  ingestion::v1::GetResponseRevisionRequest get;
  get.set_name(name);
  auto revision = Done<ingestion::v1::ResponseRevision>("ResponseService/GetResponseRevision", get);
  const std::string before = revision.SerializeAsString();
  revision.mutable_answers()->mutable_partner_cells(0)->set_level(
      type::v1::INTERACTION_LEVEL_NETWORKING);
  Tamper(name, revision.SerializeAsString());
  EXPECT_THAT(Publish(), IsError(kPrecondition, "RELEASE_NOT_REPRODUCIBLE"));
  v1::VerifyReleaseResponse verified = Verify();
  EXPECT_EQ(verified.verdict(), v1::VerifyReleaseResponse::VERDICT_DIFFERS);
  ASSERT_EQ(verified.differences_size(), 1);
  EXPECT_EQ(verified.differences(0).name(), name);
  EXPECT_EQ(verified.differences(0).kind(), v1::PinDifference::KIND_CHANGED);
  EXPECT_NE(verified.recomputed_hash(), verified.content_hash());

  Tamper(name, std::nullopt);
  EXPECT_THAT(Publish(), IsError(kPrecondition, "RELEASE_NOT_REPRODUCIBLE"));
  verified = Verify();
  EXPECT_EQ(verified.verdict(), v1::VerifyReleaseResponse::VERDICT_CANNOT_RECOMPUTE);
  EXPECT_EQ(verified.differences(0).kind(), v1::PinDifference::KIND_MISSING);
  EXPECT_EQ(verified.recomputed_hash(), "");
  EraseSite();
  EXPECT_EQ(Verify().differences(0).kind(), v1::PinDifference::KIND_ERASED);
  EXPECT_THAT(Revise(/*repin=*/true), IsError(kPrecondition, "REVISION_MISSING"));

  Tamper(name, before);
  EXPECT_THAT(Publish(), IsOk());
}

TEST_P(ReleaseServiceTest, OnlyWhatIsPublishedCanBeReplaced) {
  Create();
  v1::CreateReleaseRequest create = CreateOf("r2");
  create.mutable_release()->set_supersedes(kRelease);
  ASSERT_THAT(Operate<v1::Release>("CreateRelease", create), IsOk());
  AddFinding("releases/r2");
  ASSERT_THAT(Submit("releases/r2"), IsOk());
  for (const char* reviewer : {kFacilitator, kRepresentative}) {
    ASSERT_THAT(Take(reviewer, v1::FindingStance::STANCE_SUPPORTS, "releases/r2/findings/f1"),
                IsOk());
  }
  ASSERT_THAT(ApproveIt("releases/r2"), IsOk());
  EXPECT_THAT(Publish("releases/r2"), IsError(kPrecondition, "SUPERSEDED_NOT_PUBLISHED"));
  AddFinding();
  Through();
  ASSERT_THAT(Publish("releases/r2"), IsOk());
  // And it is replaced once.
  create.set_release_id("r3");
  ASSERT_THAT(Operate<v1::Release>("CreateRelease", create), IsOk());
  AddFinding("releases/r3");
  ASSERT_THAT(Submit("releases/r3"), IsOk());
  for (const char* reviewer : {kFacilitator, kRepresentative}) {
    ASSERT_THAT(Take(reviewer, v1::FindingStance::STANCE_SUPPORTS, "releases/r3/findings/f1"),
                IsOk());
  }
  ASSERT_THAT(ApproveIt("releases/r3"), IsOk());
  EXPECT_THAT(Publish("releases/r3"), IsError(kPrecondition, "ALREADY_SUPERSEDED"));
}

TEST_P(ReleaseServiceTest, ListsByWaveAndWithoutManifests) {
  Create("r1");
  Create("r2");
  v1::ListReleasesRequest request;
  auto listed = Operate<v1::ListReleasesResponse>("ListReleases", request);
  ASSERT_THAT(listed, IsOk());
  ASSERT_EQ(listed->releases_size(), 2);
  EXPECT_EQ(listed->releases(0).manifest().responses_size(), 0);
  EXPECT_EQ(listed->releases(0).manifest().response_count(), 3);
  request.set_wave("waves/other");
  listed = Operate<v1::ListReleasesResponse>("ListReleases", request);
  ASSERT_THAT(listed, IsOk());
  EXPECT_EQ(listed->releases_size(), 0);
  AddFinding();
  v1::ListFindingsRequest findings;
  findings.set_parent(kRelease);
  const auto found = Operate<v1::ListFindingsResponse>("ListFindings", findings);
  ASSERT_THAT(found, IsOk());
  EXPECT_EQ(found->findings_size(), 1);
  findings.set_parent("releases/none");
  EXPECT_THAT(Operate<v1::ListFindingsResponse>("ListFindings", findings),
              IsError(kNotFound, "RELEASE_NOT_FOUND"));
}

TEST_P(ReleaseServiceTest, NothingIsAskedInVain) {
  testing::SweepWithEmptyRequests(metrics(), "weft.metrics.v1.ReleaseService",
                                  {"ListReleases", "ListPublications"});
}

}  // namespace
}  // namespace weft::metrics
