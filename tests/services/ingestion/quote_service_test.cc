// Free text on its way to readers: review, clearance, quotes.
#include <string>

#include "absl/strings/escaping.h"
#include "tests/services/ingestion/open_answer_fixture.h"
#include "weft/ingestion/v1/draft.pb.h"

namespace weft::ingestion {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsError;
using testing::IsOk;
using ::testing::Not;
using ::testing::SizeIs;
using testing::Violates;
using Outcome = v1::ReviewOpenAnswerRequest;

constexpr char kWord[] = "Schmetterlingsflieder";

class QuoteServiceTest : public OpenAnswerTest {};
WEFT_ON_EVERY_ENGINE(QuoteServiceTest);

TEST_P(QuoteServiceTest, RedactsClearsAndQuotes) {
  ASSERT_THAT(Write(Quotable(kName, "Ask Zoë.")), IsOk());
  EXPECT_THAT(Quotes(), IsEmpty());
  v1::ReviewOpenAnswerRequest redact = ReviewOf(kName, Outcome::OUTCOME_REDACT);
  *redact.add_redactions() = Redaction(4, 3, "[name]");
  redact.set_note("a first name");
  const auto redacted = CarefulWrite<v1::OpenAnswer>("OpenAnswerService/ReviewOpenAnswer", redact);
  EXPECT_EQ(redacted.release(), v1::OpenAnswer::RELEASE_REDACTED);
  EXPECT_EQ(redacted.text(), "Ask Zoë.");
  EXPECT_EQ(redacted.redacted_text(), "Ask [name].");
  EXPECT_EQ(redacted.review_note(), "a first name");
  EXPECT_THAT(*Get(), SameAs(redacted));
  EXPECT_THAT(Quotes(), IsEmpty());

  const absl::StatusOr<v1::OpenAnswer> cleared = Review(ReviewOf(kName, Outcome::OUTCOME_CLEAR));
  ASSERT_THAT(cleared, IsOk());
  EXPECT_EQ(cleared->release(), v1::OpenAnswer::RELEASE_CLEARED);
  EXPECT_EQ(cleared->clearances(0).reviewer(), "users/amara");
  const std::vector<v1::Quote> quotes = Quotes();
  ASSERT_THAT(quotes, SizeIs(1));
  EXPECT_EQ(quotes[0].text(), "Ask [name].");
  EXPECT_EQ(quotes[0].attribution_line(), "Cohort member");
  EXPECT_THAT(quotes[0].DebugString(), Not(HasSubstr("site-01")));
  EXPECT_THAT(Quotes("barriers"), SizeIs(1));
  EXPECT_THAT(Quotes("hopes"), IsEmpty());
}

TEST_P(QuoteServiceTest, ReviewsWhatWasRead) {
  ASSERT_THAT(Write(Quotable(kName, "One.")), IsOk());
  v1::ReviewOpenAnswerRequest request = ReviewOf(kName, Outcome::OUTCOME_CLEAR);
  ASSERT_THAT(Write(Text(kName, "Two.")), IsOk());
  EXPECT_THAT(Review(request), IsError(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  request.clear_etag();
  EXPECT_THAT(Review(request).status(), Violates("etag"));
  request.set_etag("\"x\"");
  request.set_name("waves/w1/responses/site-01/openAnswers/hopes");
  EXPECT_THAT(Review(request), IsError(absl::StatusCode::kNotFound, "OPEN_ANSWER_NOT_FOUND"));
  v1::ReviewOpenAnswerRequest redact = ReviewOf(kName, Outcome::OUTCOME_REDACT);
  *redact.add_redactions() = Redaction(3, 9, "[x]");
  EXPECT_THAT(Review(redact), IsError(absl::StatusCode::kInvalidArgument, "REDACTIONS_INVALID"));
}

TEST_P(QuoteServiceTest, QuotesNobodyWhoDidNotAgree) {
  v1::UpdateOpenAnswerRequest internal = Text(kName, "One.");
  internal.mutable_open_answer()->set_consent(v1::OpenAnswer::CONSENT_INTERNAL);
  ASSERT_THAT(Write(internal), IsOk());
  EXPECT_THAT(Review(ReviewOf(kName, Outcome::OUTCOME_CLEAR)),
              IsError(absl::StatusCode::kFailedPrecondition, "CONSENT_MISSING"));
  ASSERT_THAT(Write(Quotable(kName, "One.")), IsOk());
  ASSERT_THAT(Review(ReviewOf(kName, Outcome::OUTCOME_CLEAR)), IsOk());
  EXPECT_THAT(Quotes(), SizeIs(1));
  ASSERT_THAT(Write(internal), IsOk());
  EXPECT_THAT(Quotes(), IsEmpty());
  const absl::StatusOr<v1::OpenAnswer> taken_back = Get();
  EXPECT_EQ(taken_back->release(), v1::OpenAnswer::RELEASE_WITHHELD);
  EXPECT_EQ(taken_back->redacted_text(), "");
  EXPECT_THAT(taken_back->clearances(), IsEmpty());
}

TEST_P(QuoteServiceTest, AsksTwoReviewersAboutALearnersWords) {
  v1::UpdateOpenAnswerRequest learner = Quotable(kName, "I like the garden.");
  learner.mutable_open_answer()->set_speaker(v1::OpenAnswer::SPEAKER_LEARNER);
  ASSERT_THAT(Write(learner), IsOk());
  ASSERT_THAT(Review(ReviewOf(kName, Outcome::OUTCOME_CLEAR)), IsOk());
  EXPECT_THAT(Quotes(), IsEmpty());
  EXPECT_THAT(Review(ReviewOf(kName, Outcome::OUTCOME_CLEAR)),
              IsError(absl::StatusCode::kFailedPrecondition, "SECOND_REVIEWER_NEEDED"));
  ASSERT_THAT(Review(ReviewOf(kName, Outcome::OUTCOME_CLEAR), "users/ben"), IsOk());
  ASSERT_THAT(Quotes(), SizeIs(1));
  EXPECT_EQ(Quotes()[0].attribution_line(), "Learner");
}

TEST_P(QuoteServiceTest, AttributesByTheRosterAndTheContributorsRole) {
  v1::UpdateContributorRequest person;
  person.mutable_contributor()->set_name("waves/w1/responses/site-01/contributors/p1");
  person.mutable_contributor()->set_display_name("Amara Osei");
  person.mutable_contributor()->set_role("principal");
  person.set_allow_missing(true);
  Done<v1::Contributor>("ResponseService/UpdateContributor", person);
  v1::UpdateOpenAnswerRequest request =
      Quotable(kName, "No buses.", v1::OpenAnswer::ATTRIBUTION_ROLE);
  request.mutable_open_answer()->set_contributor("p1");
  ASSERT_THAT(Write(request), IsOk());
  ASSERT_THAT(Review(ReviewOf(kName, Outcome::OUTCOME_CLEAR)), IsOk());
  ASSERT_THAT(Quotes(), SizeIs(1));
  // The site has not agreed to be named.
  EXPECT_EQ(Quotes()[0].attribution_line(), "principal, Site 01");
  EXPECT_EQ(Quotes()[0].open_answer(), "");
  request.mutable_open_answer()->set_contributor("Nobody at all");
  EXPECT_THAT(Write(request).status(), Violates("open_answer.contributor"));
}

TEST_P(QuoteServiceTest, ListsAWaveInPages) {
  for (const char* site : {"site-02", "site-03"}) {
    ASSERT_THAT(Create(site, AnswersWith(1)), IsOk());
  }
  for (const char* site : {"site-01", "site-02", "site-03"}) {
    const std::string name = absl::StrCat("waves/w1/responses/", site, "/openAnswers/hopes");
    ASSERT_THAT(Write(Quotable(name, absl::StrCat("Trees at ", site))), IsOk());
    ASSERT_THAT(Review(ReviewOf(name, Outcome::OUTCOME_CLEAR)), IsOk());
  }
  v1::ListQuotesRequest request;
  request.set_parent("waves/w1");
  request.set_page_size(2);
  auto page = Done<v1::ListQuotesResponse>("OpenAnswerService/ListQuotes", request);
  EXPECT_THAT(page.quotes(), SizeIs(2));
  // Whose quotes stand there and where the page ends is nobody's business.
  std::string token;
  ASSERT_TRUE(absl::WebSafeBase64Unescape(page.next_page_token(), &token));
  EXPECT_THAT(token, Not(HasSubstr("site-0")));
  const std::string first = page.quotes(0).text() + page.quotes(1).text();
  request.set_page_token(page.next_page_token());
  page = Done<v1::ListQuotesResponse>("OpenAnswerService/ListQuotes", request);
  ASSERT_THAT(page.quotes(), SizeIs(1));
  EXPECT_THAT(first, Not(HasSubstr(page.quotes(0).text())));
  EXPECT_EQ(page.next_page_token(), "");
  request.set_parent("waves/w9");
  request.clear_page_token();
  EXPECT_THAT(Call<v1::ListQuotesResponse>("OpenAnswerService/ListQuotes", request),
              IsError(absl::StatusCode::kNotFound, "WAVE_NOT_FOUND"));
  request.set_parent("waves/-");
  EXPECT_THAT(Call<v1::ListQuotesResponse>("OpenAnswerService/ListQuotes", request).status(),
              Violates("parent"));
}

TEST_P(QuoteServiceTest, ShowsResearchersQuotesAndNotTexts) {
  ASSERT_THAT(Write(Quotable(kName, "One.")), IsOk());
  rpc::CallOptions researcher;
  researcher.principal = "researchers/ren";
  v1::ListQuotesRequest quotes;
  quotes.set_parent("waves/w1");
  EXPECT_THAT(Call<v1::ListQuotesResponse>("OpenAnswerService/ListQuotes", quotes, researcher),
              IsOk());
  EXPECT_THAT(Review(ReviewOf(kName, Outcome::OUTCOME_CLEAR), "researchers/ren"),
              IsError(absl::StatusCode::kPermissionDenied, "PERMISSION_DENIED"));
}

TEST_P(QuoteServiceTest, LeavesNoWordBehindInTheStoreFeedAndLog) {
  ASSERT_THAT(Write(Quotable(kName, absl::StrCat("A ", kWord))), IsOk());
  v1::ReviewOpenAnswerRequest redact = ReviewOf(kName, Outcome::OUTCOME_REDACT);
  *redact.add_redactions() = Redaction(0, 1, "[A]");
  redact.set_note(kWord);
  redact.set_request_id("00000000-0000-4000-8000-000000000001");
  ASSERT_THAT(Review(redact), IsOk());
  v1::ReviewOpenAnswerRequest refused = ReviewOf(kName, Outcome::OUTCOME_REDACT);
  *refused.add_redactions() = Redaction(20, 20, kWord);
  EXPECT_THAT(Review(refused).status().ToString(), Not(HasSubstr(kWord)));
  EXPECT_EQ(CountRowsWith(kWord), 1);
  v1::DeleteOpenAnswerRequest request;
  request.set_name(kName);
  Done<Empty>("ResponseService/DeleteOpenAnswer", request);
  EXPECT_EQ(CountRowsWith(kWord), 0);
  const absl::StatusOr<v1::OpenAnswer> repeated = Review(redact);
  ASSERT_THAT(repeated, IsOk());
  EXPECT_THAT(repeated->SerializeAsString(), Not(HasSubstr(kWord)));
  for (const weft::type::v1::ChangeBatch& commit : Commits()) {
    EXPECT_THAT(commit.SerializeAsString(), Not(HasSubstr(kWord)));
  }
  EXPECT_THAT(Log(), HasSubstr("ReviewOpenAnswer"));
  EXPECT_THAT(Log(), Not(HasSubstr(kWord)));
}

}  // namespace
}  // namespace weft::ingestion
