#include "services/ingestion/domain/submission.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/clock.h"
#include "common/base/error.h"
#include "google/rpc/error_details.pb.h"
#include "services/ingestion/domain/answer_values.h"
#include "services/ingestion/domain/answers.h"
#include "services/ingestion/domain/conditions.h"

namespace weft::ingestion {
namespace {

constexpr absl::string_view kMissing = "ANSWERS_MISSING";
constexpr absl::string_view kConflict = "CONFLICT_OPEN";
constexpr absl::string_view kConsensus = "CONSENSUS_MISSING";
constexpr absl::string_view kContradiction = "CONTRADICTION";
constexpr absl::string_view kStraightLined = "STRAIGHT_LINED";
constexpr absl::string_view kNotAsked = "ANSWER_NOT_ASKED";
constexpr absl::string_view kStale = "ANSWER_STALE";
// The most basic first.
constexpr absl::string_view kErrors[] = {kMissing, kConflict, kConsensus};

using Problems = google::protobuf::RepeatedPtrField<v1::SubmissionProblem>;

void Add(absl::string_view reason, absl::string_view answer, absl::string_view description,
         Problems& problems) {
  v1::SubmissionProblem& problem = *problems.Add();
  problem.set_reason(std::string(reason));
  problem.set_answer(std::string(answer));
  problem.set_description(std::string(description));
}

// The draft's records in the order in which their answers are asked.
std::vector<const v1::AnswerRecord*> InOrder(const InstrumentIndex& instrument,
                                             const v1::ResponseDraft& draft) {
  std::vector<std::pair<int, const v1::AnswerRecord*>> ordered;
  for (const v1::AnswerRecord& record : draft.answers()) {
    const std::optional<AnswerSlot> slot = FindSlot(instrument, record.answer());
    if (slot.has_value()) ordered.emplace_back(slot->order, &record);
  }
  std::sort(ordered.begin(), ordered.end());
  std::vector<const v1::AnswerRecord*> records;
  records.reserve(ordered.size());
  for (const auto& [order, record] : ordered) records.push_back(record);
  return records;
}

void CheckAgreement(const v1::AnswerRecord& record, Problems& errors) {
  if (!record.conflicting().empty()) {
    Add(kConflict, record.answer(),
        absl::StrCat("has ", record.conflicting_size(),
                     " other value(s) in conflict with what the response says; contribute the "
                     "right one with version ",
                     record.version()),
        errors);
  }
  if (record.consensus() == v1::AnswerRecord::CONSENSUS_MISSING) {
    Add(kConsensus, record.answer(),
        absl::StrCat("is rated differently by ", record.ratings_size(),
                     " contributor(s); contribute their consensus with version ", record.version()),
        errors);
  }
}

void CheckContradictions(const v1::Answers& answers, Problems& warnings) {
  for (const v1::PartnerCell& cell : answers.partner_cells()) {
    if (!cell.has_partners() || !cell.has_level()) continue;
    const bool none = cell.level() == type::v1::INTERACTION_LEVEL_NO_INTERACTION;
    const bool zero = cell.partners().has_max() && cell.partners().max() == 0;
    if (none && cell.partners().min() > 0) {
      Add(kContradiction, absl::StrCat(cell.partner_type(), ".level"),
          "says that there is no interaction, and the count that there are partners", warnings);
    } else if (!none && zero) {
      Add(kContradiction, absl::StrCat(cell.partner_type(), ".level"),
          "says that there is interaction, and the count that there are no partners", warnings);
    }
  }
}

void CheckStraightLine(const InstrumentIndex& instrument, const v1::Answers& answers,
                       Problems& warnings) {
  int types = 0;
  type::v1::InteractionLevel level = type::v1::INTERACTION_LEVEL_UNSPECIFIED;
  for (const v1::PartnerCell& cell : answers.partner_cells()) {
    if (!cell.has_level()) continue;
    if (types > 0 && cell.level() != level) return;
    level = cell.level();
    ++types;
  }
  const int declared = instrument.instrument().submission_checks().straight_line_types();
  if (types < (declared > 0 ? declared : kStraightLineTypes)) return;
  Add(kStraightLined, instrument.partner_matrix()->id(),
      absl::StrCat("has the same level, ", instrument.LabelOf(level), ", for all ", types,
                   " types that have one"),
      warnings);
}

void CheckAge(const v1::AnswerRecord& record, int days, absl::Time now, Problems& warnings) {
  if (!IsSet(record.current().value()) || !record.current().has_time()) return;
  const absl::Duration age = now - FromProto(record.current().time());
  if (age <= days * absl::Hours(24)) return;
  Add(kStale, record.answer(),
      absl::StrCat("was answered ", age / absl::Hours(24), " days ago; more than ", days,
                   " may be out of date"),
      warnings);
}

// With the most basic reason of those that were found.
absl::Status WithReason(const FieldViolations& violations,
                        const absl::flat_hash_set<absl::string_view>& found) {
  if (found.contains(kMissing)) return violations.ToStatus("ANSWERS_MISSING");
  if (found.contains(kConflict)) return violations.ToStatus("CONFLICT_OPEN");
  return violations.ToStatus("CONSENSUS_MISSING");
}

}  // namespace

bool NeedsDraft(const InstrumentIndex& instrument, const v1::Response& response) {
  return response.unresolved_count() > 0 ||
         instrument.instrument().submission_checks().stale_days() > 0;
}

v1::CheckResponseResponse CheckSubmission(const InstrumentIndex& instrument,
                                          const v1::Response& response,
                                          const absl::flat_hash_set<std::string>& answered_texts,
                                          const v1::ResponseDraft& draft, absl::Time now) {
  v1::CheckResponseResponse check;
  const v1::Answers& answers = response.answers();
  for (const v1::Question* question : UnansweredRequired(instrument, answers, answered_texts)) {
    Add(kMissing, question->id(), LacksAnswer(*question), *check.mutable_errors());
  }
  const std::vector<const v1::AnswerRecord*> records = InOrder(instrument, draft);
  for (const v1::AnswerRecord* record : records) CheckAgreement(*record, *check.mutable_errors());
  CheckContradictions(answers, *check.mutable_warnings());
  for (const v1::Question* question : AnsweredUnasked(instrument, answers)) {
    Add(kNotAsked, question->id(),
        "is answered, though by the other answers it is not asked; the answer is kept",
        *check.mutable_warnings());
  }
  CheckStraightLine(instrument, answers, *check.mutable_warnings());
  const int stale_days = instrument.instrument().submission_checks().stale_days();
  if (stale_days > 0) {
    for (const v1::AnswerRecord* record : records) {
      CheckAge(*record, stale_days, now, *check.mutable_warnings());
    }
  }
  return check;
}

absl::Status ToStatus(const InstrumentIndex& instrument, const v1::CheckResponseResponse& check) {
  if (check.errors().empty()) return absl::OkStatus();
  FieldViolations violations;
  absl::flat_hash_set<absl::string_view> found;
  for (const v1::SubmissionProblem& error : check.errors()) {
    found.insert(error.reason());
    if (error.reason() == kMissing) {
      violations.Add(FieldOf(*instrument.FindQuestion(error.answer()), "response.answers"),
                     error.description());
    } else {
      const std::optional<AnswerSlot> slot = FindSlot(instrument, error.answer());
      violations.Add(FieldOf(*slot->question, "response.answers"),
                     absl::StrCat("\"", error.answer(), "\" ", error.description()));
    }
  }
  std::vector<absl::string_view> reasons;
  for (const absl::string_view reason : kErrors) {
    if (found.contains(reason)) reasons.push_back(reason);
  }
  absl::Status status = WithReason(violations, found);
  google::rpc::ErrorInfo info;
  if (GetDetail(status, info)) {
    (*info.mutable_metadata())["reasons"] = absl::StrJoin(reasons, ",");
    SetDetail(status, info);
  }
  return status;
}

}  // namespace weft::ingestion
