#include "services/ingestion/domain/open_answer_review.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/ingestion/domain/open_answers.h"
#include "services/ingestion/domain/quotes.h"
#include "tests/services/ingestion/example.h"
#include "tests/testing/errors.h"

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

constexpr absl::Time kNow = absl::UnixEpoch();

// "start:length:replacement" of each.
Redactions Of(const std::vector<v1::Redaction>& redactions) {
  return Redactions(redactions.begin(), redactions.end());
}
v1::Redaction Cut(int start, int length, const std::string& replacement = "[x]") {
  v1::Redaction redaction;
  redaction.set_start(start);
  redaction.set_length(length);
  redaction.set_replacement(replacement);
  return redaction;
}

v1::OpenAnswer Answer(v1::OpenAnswer::Speaker speaker = v1::OpenAnswer::SPEAKER_MEMBER) {
  v1::OpenAnswer answer;
  answer.set_name("waves/w1/responses/site-01/openAnswers/barriers");
  answer.set_question("barriers");
  answer.set_text("Ask Ms. Ödön.");
  answer.set_consent(v1::OpenAnswer::CONSENT_QUOTE);
  answer.set_speaker(speaker);
  answer.set_release(v1::OpenAnswer::RELEASE_WITHHELD);
  return answer;
}

v1::ReviewOpenAnswerRequest Request(v1::ReviewOpenAnswerRequest::Outcome outcome,
                                    const std::vector<v1::Redaction>& redactions = {}) {
  v1::ReviewOpenAnswerRequest request;
  request.set_etag("\"1\"");
  request.set_outcome(outcome);
  *request.mutable_redactions() = Of(redactions);
  return request;
}

absl::Status By(const std::string& reviewer, const v1::ReviewOpenAnswerRequest& request,
                v1::OpenAnswer& answer) {
  return Review(request, reviewer, kNow, answer);
}

TEST(Redact, CountsCharactersAndNotBytes) {
  const std::string text = "Ask Ms. Ödön — 14 Ω St.";
  EXPECT_EQ(Redact(text, Of({})), text);
  EXPECT_EQ(Redact(text, Of({Cut(8, 4, "[name]")})), "Ask Ms. [name] — 14 Ω St.");
  EXPECT_EQ(Redact(text, Of({Cut(8, 4, "[name]"), Cut(15, 8, "[address]")})),
            "Ask Ms. [name] — [address]");
  EXPECT_EQ(Redact(text, Of({Cut(0, 23, "[all]")})), "[all]");
  EXPECT_EQ(Redact(text, Of({Cut(0, 3, "A"), Cut(3, 20, "B")})), "AB");
}

TEST(Redact, RefusesWhatIsNotInTheTextInOrderAndApart) {
  const std::string text = "Ödön";
  EXPECT_THAT(ValidateRedactions(text, Of({Cut(0, 2), Cut(2, 2)})), IsOk());
  EXPECT_THAT(ValidateRedactions(text, Of({Cut(3, 2)})), Violates("redactions[0]"));
  EXPECT_THAT(ValidateRedactions(text, Of({Cut(-1, 2)})), Violates("redactions[0]"));
  EXPECT_THAT(ValidateRedactions(text, Of({Cut(2147483647, 2147483647)})),
              Violates("redactions[0]"));
  EXPECT_THAT(ValidateRedactions(text, Of({Cut(1, 0)})), Violates("redactions[0].length"));
  EXPECT_THAT(ValidateRedactions(text, Of({Cut(0, 2), Cut(1, 2)})),
              Violates("redactions[1].start"));
  EXPECT_THAT(ValidateRedactions(text, Of({Cut(2, 1), Cut(0, 1)})),
              Violates("redactions[1].start"));
  EXPECT_THAT(ValidateRedactions(
                  text, Of({Cut(0, 1, ""), Cut(1, 1, std::string(41, 'x')), Cut(2, 1, "a\nb")})),
              Violates("redactions[0].replacement", "redactions[1].replacement",
                       "redactions[2].replacement"));
  const absl::Status refused = ValidateRedactions(text, Of({Cut(3, 2)}));
  EXPECT_THAT(refused, IsError(absl::StatusCode::kInvalidArgument, "REDACTIONS_INVALID"));
  EXPECT_THAT(refused.ToString(), Not(HasSubstr(text)));
  EXPECT_THAT(ValidateRedactions(std::string(300, 'x'), Of(std::vector<v1::Redaction>(201))),
              IsError(absl::StatusCode::kInvalidArgument, "REDACTIONS_INVALID"));
}

TEST(Review, SaysWhatARequestMustSay) {
  EXPECT_THAT(ValidateReview(v1::ReviewOpenAnswerRequest()), Violates("etag", "outcome"));
  EXPECT_THAT(ValidateReview(Request(Outcome::OUTCOME_REDACT)), Violates("redactions"));
  EXPECT_THAT(ValidateReview(Request(Outcome::OUTCOME_WITHHOLD, {Cut(0, 1)})),
              Violates("redactions"));
  v1::ReviewOpenAnswerRequest request = Request(Outcome::OUTCOME_CLEAR);
  EXPECT_THAT(ValidateReview(request), IsOk());
  request.set_note(std::string(2001, 'x'));
  EXPECT_THAT(ValidateReview(request), Violates("note"));
}

TEST(Review, RedactsAndClears) {
  v1::OpenAnswer answer = Answer();
  v1::ReviewOpenAnswerRequest redact = Request(Outcome::OUTCOME_REDACT, {Cut(8, 4, "[name]")});
  redact.set_note("please look");
  ASSERT_THAT(By("users/a", redact, answer), IsOk());
  EXPECT_EQ(answer.release(), v1::OpenAnswer::RELEASE_REDACTED);
  EXPECT_EQ(answer.redacted_text(), "Ask Ms. [name].");
  EXPECT_EQ(answer.review_note(), "please look");
  EXPECT_THAT(answer.clearances(), IsEmpty());
  ASSERT_THAT(By("users/a", Request(Outcome::OUTCOME_CLEAR), answer), IsOk());
  EXPECT_EQ(answer.release(), v1::OpenAnswer::RELEASE_CLEARED);
  EXPECT_EQ(answer.redacted_text(), "Ask Ms. [name].");
  ASSERT_THAT(answer.clearances(), SizeIs(1));
  EXPECT_EQ(answer.clearances(0).reviewer(), "users/a");
  ASSERT_THAT(By("users/b", Request(Outcome::OUTCOME_WITHHOLD), answer), IsOk());
  EXPECT_EQ(answer.release(), v1::OpenAnswer::RELEASE_WITHHELD);
  EXPECT_EQ(answer.redacted_text(), "");
  EXPECT_THAT(answer.redactions(), IsEmpty());
  EXPECT_THAT(answer.clearances(), IsEmpty());
}

TEST(Review, ClearsWithoutARedactionWhatNeedsNone) {
  v1::OpenAnswer answer = Answer(v1::OpenAnswer::SPEAKER_FAMILY);
  ASSERT_THAT(By("users/a", Request(Outcome::OUTCOME_CLEAR), answer), IsOk());
  EXPECT_EQ(answer.release(), v1::OpenAnswer::RELEASE_CLEARED);
  EXPECT_EQ(answer.redacted_text(), answer.text());
  EXPECT_EQ(answer.review_note(), "");
}

TEST(Review, ClearsNothingWithoutConsent) {
  for (const auto consent :
       {v1::OpenAnswer::CONSENT_UNSPECIFIED, v1::OpenAnswer::CONSENT_INTERNAL}) {
    v1::OpenAnswer answer = Answer();
    answer.set_consent(consent);
    EXPECT_THAT(By("users/a", Request(Outcome::OUTCOME_CLEAR), answer),
                IsError(absl::StatusCode::kFailedPrecondition, "CONSENT_MISSING"));
    EXPECT_EQ(answer.release(), v1::OpenAnswer::RELEASE_WITHHELD);
    // Internal readers may be spared names all the same.
    EXPECT_THAT(By("users/a", Request(Outcome::OUTCOME_REDACT, {Cut(0, 3)}), answer), IsOk());
  }
}

TEST(Review, TakesTwoForALearner) {
  v1::OpenAnswer answer = Answer(v1::OpenAnswer::SPEAKER_LEARNER);
  ASSERT_THAT(By("users/a", Request(Outcome::OUTCOME_CLEAR, {Cut(8, 4)}), answer), IsOk());
  EXPECT_EQ(answer.release(), v1::OpenAnswer::RELEASE_REDACTED);
  EXPECT_THAT(answer.clearances(), SizeIs(1));
  EXPECT_THAT(By("users/a", Request(Outcome::OUTCOME_CLEAR), answer),
              IsError(absl::StatusCode::kFailedPrecondition, "SECOND_REVIEWER_NEEDED"));
  ASSERT_THAT(By("users/b", Request(Outcome::OUTCOME_CLEAR), answer), IsOk());
  EXPECT_EQ(answer.release(), v1::OpenAnswer::RELEASE_CLEARED);
  EXPECT_THAT(answer.clearances(), SizeIs(2));
}

TEST(Review, CountsClearancesOfOneRedactionAlone) {
  v1::OpenAnswer answer = Answer(v1::OpenAnswer::SPEAKER_LEARNER);
  ASSERT_THAT(By("users/a", Request(Outcome::OUTCOME_CLEAR, {Cut(8, 4)}), answer), IsOk());
  // The second reviewer wants more taken out: then they are the first for what stands there now.
  ASSERT_THAT(By("users/b", Request(Outcome::OUTCOME_CLEAR, {Cut(4, 8)}), answer), IsOk());
  EXPECT_EQ(answer.release(), v1::OpenAnswer::RELEASE_REDACTED);
  ASSERT_THAT(answer.clearances(), SizeIs(1));
  EXPECT_EQ(answer.clearances(0).reviewer(), "users/b");
  ASSERT_THAT(By("users/a", Request(Outcome::OUTCOME_CLEAR), answer), IsOk());
  EXPECT_EQ(answer.release(), v1::OpenAnswer::RELEASE_CLEARED);
  ASSERT_THAT(By("users/a", Request(Outcome::OUTCOME_REDACT, {Cut(4, 8)}), answer), IsOk());
  EXPECT_EQ(answer.release(), v1::OpenAnswer::RELEASE_REDACTED);
  EXPECT_THAT(answer.clearances(), IsEmpty());
}

TEST(Review, LeavesTheAnswerAloneWhenRefused) {
  v1::OpenAnswer answer = Answer();
  const std::string before = answer.SerializeAsString();
  EXPECT_THAT(By("users/a", Request(Outcome::OUTCOME_REDACT, {Cut(8, 400)}), answer),
              Violates("redactions[0]"));
  EXPECT_EQ(answer.SerializeAsString(), before);
  answer.set_release(v1::OpenAnswer::RELEASE_ERASED);
  EXPECT_THAT(By("users/a", Request(Outcome::OUTCOME_CLEAR), answer),
              IsError(absl::StatusCode::kFailedPrecondition, "OPEN_ANSWER_ERASED"));
}

TEST(Review, IsUndoneByWhatItDidNotSee) {
  v1::OpenAnswer cleared = Answer();
  ASSERT_THAT(By("users/a", Request(Outcome::OUTCOME_CLEAR, {Cut(8, 4)}), cleared), IsOk());
  const auto changed = [&](auto change) {
    v1::OpenAnswer after = cleared;
    change(after);
    KeepReviewHonest(cleared, after);
    const bool undone =
        after.redacted_text().empty() && after.redactions().empty() && after.clearances().empty();
    EXPECT_EQ(undone, after.release() == v1::OpenAnswer::RELEASE_WITHHELD);
    return undone;
  };
  EXPECT_TRUE(changed([](v1::OpenAnswer& answer) { answer.set_text("Other."); }));
  EXPECT_TRUE(changed(
      [](v1::OpenAnswer& answer) { answer.set_consent(v1::OpenAnswer::CONSENT_INTERNAL); }));
  EXPECT_TRUE(
      changed([](v1::OpenAnswer& answer) { answer.set_speaker(v1::OpenAnswer::SPEAKER_LEARNER); }));
  EXPECT_FALSE(changed([](v1::OpenAnswer& answer) {
    answer.set_attribution(v1::OpenAnswer::ATTRIBUTION_SITE);
    answer.set_contributor("amara");
  }));
}

TEST(MergeOpenAnswer, TakesWhatIsStatedAndUndoesWhatItTouches) {
  v1::OpenAnswer stored = Answer();
  ASSERT_THAT(By("users/a", Request(Outcome::OUTCOME_CLEAR), stored), IsOk());
  v1::OpenAnswer given;
  given.set_text(stored.text());
  EXPECT_FALSE(MergeOpenAnswer(given, stored));
  EXPECT_EQ(stored.release(), v1::OpenAnswer::RELEASE_CLEARED);
  given.set_consent(v1::OpenAnswer::CONSENT_INTERNAL);
  EXPECT_TRUE(MergeOpenAnswer(given, stored));
  EXPECT_EQ(stored.release(), v1::OpenAnswer::RELEASE_WITHHELD);
  EXPECT_EQ(stored.speaker(), v1::OpenAnswer::SPEAKER_MEMBER);
  given.set_text("Other.");
  EXPECT_TRUE(MergeOpenAnswer(given, stored));
  EXPECT_EQ(stored.speaker(), v1::OpenAnswer::SPEAKER_UNSPECIFIED);
}

class QuoteOfTest : public ::testing::Test {
 protected:
  QuoteOfTest() {
    answer_ = Answer();
    EXPECT_THAT(By("users/a", Request(Outcome::OUTCOME_CLEAR, {Cut(8, 4, "[name]")}), answer_),
                IsOk());
    site_.set_site("sites/site-01");
    site_.set_display_name("Big Thought");
    site_.set_neutral_label("Site 1");
    site_.set_naming(registry::v1::Site::NAMING_NAMED);
  }
  std::string Line(v1::OpenAnswer::Attribution attribution, absl::string_view role = "") {
    answer_.set_attribution(attribution);
    quote_ = QuoteOf(answer_, site_, role);
    EXPECT_EQ(quote_.text(), "Ask Ms. [name].");
    EXPECT_EQ(quote_.open_answer().empty(), quote_.site().empty());
    return quote_.attribution_line();
  }
  v1::OpenAnswer answer_;
  v1::RosterEntry site_;
  v1::Quote quote_;
};

TEST_F(QuoteOfTest, AttributesAsTheWriterAgreed) {
  EXPECT_EQ(Line(v1::OpenAnswer::ATTRIBUTION_UNSPECIFIED, "principal"), "Cohort member");
  EXPECT_EQ(Line(v1::OpenAnswer::ATTRIBUTION_ANONYMOUS, "principal"), "Cohort member");
  EXPECT_EQ(quote_.open_answer(), "");
  EXPECT_EQ(Line(v1::OpenAnswer::ATTRIBUTION_SITE, "principal"), "Big Thought");
  EXPECT_EQ(quote_.open_answer(), answer_.name());
  EXPECT_EQ(quote_.site(), "sites/site-01");
  EXPECT_EQ(Line(v1::OpenAnswer::ATTRIBUTION_ROLE, "principal"), "principal, Big Thought");
  EXPECT_EQ(Line(v1::OpenAnswer::ATTRIBUTION_ROLE), "Big Thought");
}

TEST_F(QuoteOfTest, SaysThatALearnerSpeaks) {
  answer_.set_speaker(v1::OpenAnswer::SPEAKER_LEARNER);
  EXPECT_EQ(Line(v1::OpenAnswer::ATTRIBUTION_ANONYMOUS), "Learner");
  EXPECT_EQ(Line(v1::OpenAnswer::ATTRIBUTION_SITE), "Learner, Big Thought");
  answer_.set_speaker(v1::OpenAnswer::SPEAKER_FAMILY);
  EXPECT_EQ(Line(v1::OpenAnswer::ATTRIBUTION_ANONYMOUS), "Family member");
}

TEST_F(QuoteOfTest, NamesNoSiteThatDidNotAgree) {
  site_.set_naming(registry::v1::Site::NAMING_NEUTRAL);
  EXPECT_EQ(Line(v1::OpenAnswer::ATTRIBUTION_ROLE, "principal"), "principal, Site 1");
  EXPECT_EQ(quote_.open_answer(), "");
  site_.clear_neutral_label();
  EXPECT_EQ(Line(v1::OpenAnswer::ATTRIBUTION_ROLE, "principal"), "Cohort member");
}

}  // namespace
}  // namespace weft::ingestion
