#include "services/ingestion/domain/submission.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/ingestion/domain/contributions.h"
#include "tests/services/ingestion/example.h"
#include "tests/testing/errors.h"

namespace weft::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::IsError;
using testing::IsOk;
using testing::Violates;

const absl::Time kNow = absl::FromUnixSeconds(1'750'000'000);

class SubmissionTest : public ::testing::Test {
 protected:
  v1::CheckResponseResponse Check(const std::string& answers,
                                  const v1::ResponseDraft& draft = {}) const {
    v1::Response response;
    *response.mutable_answers() = FromText<v1::Answers>(answers);
    return CheckSubmission(InstrumentIndex(instrument_), response, {}, draft, kNow);
  }
  // "REASON answer" of each.
  static std::vector<std::string> Names(
      const google::protobuf::RepeatedPtrField<v1::SubmissionProblem>& problems) {
    std::vector<std::string> names;
    for (const v1::SubmissionProblem& problem : problems) {
      EXPECT_FALSE(problem.description().empty());
      names.push_back(absl::StrCat(problem.reason(), " ", problem.answer()));
    }
    return names;
  }

  v1::Instrument instrument_ = ExampleInstrument();
};

constexpr char kComplete[] = R"pb(
  partner_cells { partner_type: "cbo" level: INTERACTION_LEVEL_COOPERATION }
  items {
    question: "setting"
    choices { options: "school" }
  }
)pb";

TEST_F(SubmissionTest, NothingIsWrongWithACompleteResponse) {
  const v1::CheckResponseResponse check = Check(kComplete);
  EXPECT_THAT(check.errors(), IsEmpty());
  EXPECT_THAT(check.warnings(), IsEmpty());
  EXPECT_THAT(ToStatus(InstrumentIndex(instrument_), check), IsOk());
}

TEST_F(SubmissionTest, NamesEveryErrorAtOnce) {
  v1::ResponseDraft draft;
  v1::AnswerRecord& rated = *draft.add_answers();
  rated.set_answer("shared_responsibility");
  rated.set_consensus(v1::AnswerRecord::CONSENSUS_MISSING);
  v1::AnswerRecord& conflict = *draft.add_answers();
  conflict.set_answer("cbo.count");
  conflict.add_conflicting();
  const v1::CheckResponseResponse check = Check("", draft);
  EXPECT_THAT(Names(check.errors()),
              ElementsAre("ANSWERS_MISSING partners", "ANSWERS_MISSING setting",
                          "CONFLICT_OPEN cbo.count", "CONSENSUS_MISSING shared_responsibility"));
  const InstrumentIndex index(instrument_);
  const absl::Status status = ToStatus(index, check);
  EXPECT_THAT(status, IsError(absl::StatusCode::kInvalidArgument, "ANSWERS_MISSING"));
  EXPECT_THAT(status,
              Violates("response.answers.partner_cells", "response.answers.items",
                       "response.answers.partner_cells", "response.answers.shared_responsibility"));
  google::rpc::ErrorInfo info;
  ASSERT_TRUE(GetDetail(status, info));
  EXPECT_EQ(info.metadata().at("reasons"), "ANSWERS_MISSING,CONFLICT_OPEN,CONSENSUS_MISSING");
  EXPECT_THAT(ToStatus(index, Check(kComplete, draft)),
              IsError(absl::StatusCode::kInvalidArgument, "CONFLICT_OPEN"));
  conflict.clear_conflicting();
  EXPECT_THAT(ToStatus(index, Check(kComplete, draft)),
              IsError(absl::StatusCode::kInvalidArgument, "CONSENSUS_MISSING"));
}

TEST_F(SubmissionTest, WarnsOfContradictions) {
  const auto cell = [](const std::string& count, const std::string& level) {
    return absl::StrCat("partner_cells { partner_type: \"cbo\" ", count,
                        " level: INTERACTION_LEVEL_", level,
                        " } items { question: \"setting\" choices { options: \"school\" } }");
  };
  const auto contradicts = ElementsAre("CONTRADICTION cbo.level");
  EXPECT_THAT(Names(Check(cell("partners { min: 1 max: 1 }", "NO_INTERACTION")).warnings()),
              contradicts);
  EXPECT_THAT(Names(Check(cell("partners { min: 0 max: 0 }", "NETWORKING")).warnings()),
              contradicts);
  EXPECT_THAT(Check(cell("partners { min: 0 max: 0 }", "NO_INTERACTION")).warnings(), IsEmpty());
  EXPECT_THAT(Check(cell("partners { min: 1 max: 1 }", "NETWORKING")).warnings(), IsEmpty());
  // What may be nothing or something contradicts neither.
  EXPECT_THAT(Check(cell("partners { min: 0 max: 3 }", "NO_INTERACTION")).warnings(), IsEmpty());
  EXPECT_THAT(Check(cell("partners { min: 0 }", "NETWORKING")).warnings(), IsEmpty());
  EXPECT_THAT(Check(cell("count_missing: MISSING_REASON_DONT_KNOW", "NO_INTERACTION")).warnings(),
              IsEmpty());
}

TEST_F(SubmissionTest, WarnsOfOneLevelForEverything) {
  const auto cells = [](const std::vector<std::string>& levels) {
    std::string answers = "items { question: \"setting\" choices { options: \"school\" } }";
    const char* const types[] = {"cbo", "school_district", "k12_school"};
    for (size_t i = 0; i < levels.size(); ++i) {
      absl::StrAppend(&answers, " partner_cells { partner_type: \"", types[i], "\" ", levels[i],
                      " }");
    }
    return answers;
  };
  const std::string same = "level: INTERACTION_LEVEL_COOPERATION";
  EXPECT_THAT(Check(cells({same, same, same})).warnings(), IsEmpty());  // fewer than five types
  instrument_.mutable_submission_checks()->set_straight_line_types(3);
  EXPECT_THAT(Names(Check(cells({same, same, same})).warnings()),
              ElementsAre("STRAIGHT_LINED partners"));
  EXPECT_THAT(Check(cells({same, same, "level: INTERACTION_LEVEL_NETWORKING"})).warnings(),
              IsEmpty());
  EXPECT_THAT(Check(cells({same, same, "level_missing: MISSING_REASON_REFUSED"})).warnings(),
              IsEmpty());
  instrument_.mutable_submission_checks()->set_straight_line_types(2);
  EXPECT_THAT(Names(Check(cells({same, same, "level_missing: MISSING_REASON_REFUSED"})).warnings()),
              ElementsAre("STRAIGHT_LINED partners"));
}

TEST_F(SubmissionTest, WarnsOfOldAnswersWhereTheInstrumentSaysWhatOldIs) {
  v1::ResponseDraft draft;
  const auto answered = [&](const std::string& answer, absl::Duration ago) {
    v1::AnswerRecord& record = *draft.add_answers();
    record.set_answer(answer);
    record.mutable_current()->mutable_value()->set_number(1);
    *record.mutable_current()->mutable_time() = ToProto(kNow - ago);
  };
  answered("students", absl::Hours(24 * 30) + absl::Seconds(1));
  answered("functions", absl::Hours(24 * 30));
  answered("cbo.level", absl::Hours(24 * 90));
  draft.mutable_answers(2)->mutable_current()->clear_value();  // taken away: nothing is old
  EXPECT_THAT(Check(kComplete, draft).warnings(), IsEmpty());
  v1::Response response;
  EXPECT_FALSE(NeedsDraft(InstrumentIndex(instrument_), response));
  instrument_.mutable_submission_checks()->set_stale_days(30);
  EXPECT_THAT(Names(Check(kComplete, draft).warnings()), ElementsAre("ANSWER_STALE students"));
  EXPECT_TRUE(NeedsDraft(InstrumentIndex(instrument_), response));
}

}  // namespace
}  // namespace weft::ingestion
