#include "services/ingestion/domain/contributions.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/validation/ids.h"
#include "common/validation/text.h"
#include "google/rpc/error_details.pb.h"
#include "services/ingestion/domain/answer_values.h"
#include "services/ingestion/domain/answers.h"
#include "services/ingestion/domain/audiences.h"

namespace weft::ingestion {
namespace {

constexpr int kMaxAnswers = 1000;

using Outcome = v1::ContributionResult::Outcome;

template <class Rows>
auto LowerBound(Rows& rows, absl::string_view key,
                const std::string& (*key_of)(const typename Rows::value_type&)) {
  return std::lower_bound(rows.begin(), rows.end(), key,
                          [&](const auto& row, absl::string_view k) { return key_of(row) < k; });
}

const std::string& AnswerOf(const v1::AnswerRecord& record) { return record.answer(); }
const std::string& ContributorOf(const v1::AttributedValue& value) { return value.contributor(); }

// The record of `answer`, made when there is none. Records stand in the order of their names.
v1::AnswerRecord& RecordOf(v1::ResponseDraft& draft, absl::string_view answer) {
  auto& records = *draft.mutable_answers();
  const auto found = LowerBound(records, answer, AnswerOf);
  if (found != records.end() && found->answer() == answer) return *found;
  const auto at = found - records.begin();
  draft.add_answers()->set_answer(std::string(answer));
  std::rotate(records.begin() + at, records.end() - 1, records.end());
  return records[static_cast<int>(at)];
}

void Settle(const v1::AttributedValue& value, v1::AnswerRecord& record) {
  *record.add_settled() = value;
  if (record.settled_size() > kMaxSettled) record.mutable_settled()->DeleteSubrange(0, 1);
}

// What everyone shares, or the consensus on what everyone rates.
absl::StatusOr<Outcome> MergeShared(const v1::AttributedValue& given, int version,
                                    v1::AnswerRecord& record) {
  const bool same = SameValue(given.value(), record.current().value());
  if (given.base_version() != record.version()) {
    if (same) return v1::ContributionResult::OUTCOME_UNCHANGED;
    for (const v1::AttributedValue& other : record.conflicting()) {
      if (SameValue(given.value(), other.value())) return v1::ContributionResult::OUTCOME_CONFLICT;
    }
    if (record.conflicting_size() >= kMaxConflicting) {
      return Error(absl::StatusCode::kFailedPrecondition, "CONFLICTS_TOO_MANY",
                   absl::StrCat("\"", record.answer(), "\" has ", record.conflicting_size(),
                                " values in conflict already; resolve them first, by contributing "
                                "the right one with version ",
                                record.version()),
                   {{"answer", record.answer()}});
    }
    *record.add_conflicting() = given;
    record.set_version(version);
    return v1::ContributionResult::OUTCOME_CONFLICT;
  }
  if (same && record.conflicting().empty()) return v1::ContributionResult::OUTCOME_UNCHANGED;
  for (const v1::AttributedValue& other : record.conflicting()) Settle(other, record);
  record.clear_conflicting();
  if (!same) *record.mutable_current() = given;
  record.set_version(version);
  return v1::ContributionResult::OUTCOME_ACCEPTED;
}

bool Unanimous(const v1::AnswerRecord& record) {
  return std::all_of(record.ratings().begin(), record.ratings().end(),
                     [&](const v1::AttributedValue& rating) {
                       return SameValue(rating.value(), record.ratings(0).value());
                     });
}

// A rating has come, changed or gone: what do they say together now? `first`: nobody had rated.
void Agree(const v1::AttributedValue& last, bool first, v1::AnswerRecord& record) {
  const v1::AnswerValue before = record.current().value();
  const bool was_agreed = record.consensus() == v1::AnswerRecord::CONSENSUS_AGREED;
  const bool unanimous = !record.ratings().empty() && Unanimous(record);
  if (unanimous && SameValue(before, record.ratings(0).value())) {
    record.set_consensus(v1::AnswerRecord::CONSENSUS_UNANIMOUS);
    return;
  }
  // A rating that is what was agreed, or that is taken back, opens nothing again.
  if (was_agreed && (SameValue(last.value(), before) || record.ratings().empty())) return;
  if (was_agreed) Settle(record.current(), record);
  // What stood there before anybody rated is not for one rater to overrule.
  if (unanimous && !(first && was_agreed)) {
    record.set_consensus(v1::AnswerRecord::CONSENSUS_UNANIMOUS);
    *record.mutable_current() = last;
    *record.mutable_current()->mutable_value() = record.ratings(0).value();
    return;
  }
  record.set_consensus(record.ratings().empty() ? v1::AnswerRecord::CONSENSUS_UNSPECIFIED
                                                : v1::AnswerRecord::CONSENSUS_MISSING);
  if (!IsSet(before)) return;
  *record.mutable_current() = last;
  record.mutable_current()->clear_value();
}

Outcome MergeRating(const v1::AttributedValue& given, int version, v1::AnswerRecord& record) {
  auto& ratings = *record.mutable_ratings();
  const auto found = LowerBound(ratings, given.contributor(), ContributorOf);
  const bool is_new = found == ratings.end() || found->contributor() != given.contributor();
  const bool same = is_new ? !IsSet(given.value()) : SameValue(found->value(), given.value());
  if (same) return v1::ContributionResult::OUTCOME_UNCHANGED;
  const auto at = static_cast<int>(found - ratings.begin());
  const bool first = ratings.empty();
  if (first && IsSet(record.current().value())) {
    record.set_consensus(v1::AnswerRecord::CONSENSUS_AGREED);
  }
  if (is_new) {
    *record.add_ratings() = given;
    std::rotate(ratings.begin() + at, ratings.end() - 1, ratings.end());
  } else {
    Settle(ratings[at], record);
    if (IsSet(given.value())) {
      ratings[at] = given;
    } else {
      ratings.DeleteSubrange(at, 1);
    }
  }
  record.set_version(version);
  Agree(given, first, record);
  return v1::ContributionResult::OUTCOME_RATED;
}

absl::StatusOr<Outcome> MergeConsensus(const v1::AttributedValue& given, int version,
                                       v1::AnswerRecord& record) {
  absl::StatusOr<Outcome> outcome = MergeShared(given, version, record);
  WEFT_RETURN_IF_ERROR(outcome.status());
  if (*outcome == v1::ContributionResult::OUTCOME_ACCEPTED) {
    const bool unanimous = !record.ratings().empty() && Unanimous(record) &&
                           SameValue(record.ratings(0).value(), record.current().value());
    record.set_consensus(unanimous ? v1::AnswerRecord::CONSENSUS_UNANIMOUS
                                   : v1::AnswerRecord::CONSENSUS_AGREED);
  }
  return outcome;
}

// Adds what is wrong with one contributed answer; makes its value canonical.
void CheckAnswer(const InstrumentIndex& instrument, const v1::ContributedAnswer& given,
                 const AnswerSlot& slot, absl::string_view at, v1::AnswerValue& value,
                 FieldViolations& violations) {
  v1::Answers alone;
  if (!PutValue(given.answer(), given.value(), alone)) {
    violations.Add(absl::StrCat(at, ".value"),
                   absl::StrCat("is of the wrong kind for ", Quoted(given.answer())));
    return;
  }
  violations.Require(!given.consensus() || slot.rated, absl::StrCat(at, ".consensus"),
                     "is for answers that each contributor rates");
  violations.Require(given.base_version() >= 0, absl::StrCat(at, ".base_version"),
                     "must not be negative");
  if (!IsSet(given.value())) {
    violations.Require(!given.consensus(), absl::StrCat(at, ".value"),
                       "is required: a consensus is a value, or why there is none");
    return;
  }
  FieldViolations found;
  ValidateAnswers(instrument, alone, "", found);
  google::rpc::BadRequest details;
  if (GetDetail(found.ToStatus(), details)) {
    for (const auto& violation : details.field_violations()) {
      violations.Add(absl::StrCat(at, ".value"), violation.description());
    }
    return;
  }
  Canonicalize(instrument, alone);
  value = ValueOf(alone, given.answer());
}

absl::Status AddContributor(const std::string& contributor, v1::ResponseDraft& draft) {
  auto& all = *draft.mutable_contributors();
  const auto found = std::lower_bound(all.begin(), all.end(), contributor);
  if (found != all.end() && *found == contributor) return absl::OkStatus();
  if (all.size() >= kMaxContributors) {
    return Error(absl::StatusCode::kFailedPrecondition, "CONTRIBUTORS_TOO_MANY",
                 absl::StrCat("at most ", kMaxContributors,
                              " people contribute to one response; is each contribution under a "
                              "pseudonymous id of its own?"));
  }
  const auto at = found - all.begin();
  *all.Add() = contributor;
  std::rotate(all.begin() + at, all.end() - 1, all.end());
  return absl::OkStatus();
}

}  // namespace

absl::Status ValidateContribution(const v1::ContributeAnswersRequest& request) {
  FieldViolations violations;
  if (request.name().empty()) {
    violations.Require(IdIn("waves", request.parent()).has_value(), "parent",
                       "must be a name like waves/2025-winter, or name the response in `name`");
    violations.Require(IdIn("sites", request.respondent()).has_value(), "respondent",
                       "must be a name like sites/site-01, or name the response in `name`");
  } else {
    violations.Require(request.parent().empty() && request.respondent().empty(), "name",
                       "stands for itself: give either it or parent and respondent");
  }
  violations.Require(IsId(request.contributor()), "contributor", kIdRule);
  violations.Require(!request.answers().empty(), "answers", "must hold at least one answer");
  violations.Require(request.answers_size() <= kMaxAnswers, "answers",
                     absl::StrCat("holds more than ", kMaxAnswers, " answers"));
  return violations.ToStatus();
}

absl::StatusOr<Contributed> Contribute(const InstrumentIndex& instrument,
                                       const v1::ContributeAnswersRequest& request,
                                       absl::string_view source, absl::Time now,
                                       v1::Answers& answers, v1::ResponseDraft& draft) {
  Contributed done;
  FieldViolations violations;
  absl::flat_hash_set<absl::string_view> seen;
  const int version = draft.version() + 1;
  RequireAudience(instrument.instrument(), request.audience(), "audience", violations);
  for (int i = 0; i < request.answers_size(); ++i) {
    const v1::ContributedAnswer& answer = request.answers(i);
    const std::string at = absl::StrCat("answers[", i, "]");
    const std::optional<AnswerSlot> slot = FindSlot(instrument, answer.answer());
    if (!slot.has_value()) {
      violations.Add(absl::StrCat(at, ".answer"),
                     absl::StrCat(Quoted(answer.answer()), " is no single answer that ",
                                  instrument.instrument().name(),
                                  " asks for; they are named like cbo.count, cbo.level, "
                                  "cbo.includes_self, shared_responsibility, or a question's id"));
      continue;
    }
    if (!seen.insert(answer.answer()).second) {
      violations.Add(absl::StrCat(at, ".answer"),
                     absl::StrCat("repeats ", Quoted(answer.answer())));
      continue;
    }
    v1::AttributedValue given;
    CheckAnswer(instrument, answer, *slot, at, *given.mutable_value(), violations);
    if (!IsSet(given.value())) given.clear_value();
    given.set_contributor(request.contributor());
    *given.mutable_time() = ToProto(now);
    given.set_source(std::string(source));
    given.set_base_version(answer.base_version());
    given.set_audience(request.audience());

    v1::AnswerRecord& record = RecordOf(draft, answer.answer());
    const bool own_rating = slot->rated && !answer.consensus();
    if (!own_rating && answer.base_version() > record.version()) {
      violations.Add(absl::StrCat(at, ".base_version"),
                     absl::StrCat("is ", answer.base_version(), ", and ", Quoted(answer.answer()),
                                  " has only come to version ", record.version()));
    }
    if (!violations.empty()) continue;
    absl::StatusOr<Outcome> outcome;
    if (own_rating) {
      outcome = MergeRating(given, version, record);
    } else if (slot->rated) {
      outcome = MergeConsensus(given, version, record);
    } else {
      outcome = MergeShared(given, version, record);
    }
    WEFT_RETURN_IF_ERROR(outcome.status());
    if (record.version() == version) {
      done.changed = true;
      PutValue(answer.answer(), record.current().value(), answers);
    }
    v1::ContributionResult& result = done.results.emplace_back();
    result.set_outcome(*outcome);
    *result.mutable_record() = record;
  }
  WEFT_RETURN_IF_ERROR(violations.ToStatus("ANSWERS_INVALID"));
  // Looking at an answer makes no record of it.
  auto& records = *draft.mutable_answers();
  records.erase(
      std::remove_if(records.begin(), records.end(),
                     [](const v1::AnswerRecord& record) { return record.version() == 0; }),
      records.end());
  if (!done.changed) return done;
  draft.set_version(version);
  WEFT_RETURN_IF_ERROR(AddContributor(request.contributor(), draft));
  Canonicalize(instrument, answers);
  return done;
}

void FollowAnswers(const v1::Answers& answers, const v1::AttributedValue& from, int version,
                   v1::ResponseDraft& draft) {
  const std::map<std::string, v1::AnswerValue> values = ValuesOf(answers);
  const auto follow = [&](v1::AnswerRecord& record, const v1::AnswerValue& value) {
    if (SameValue(record.current().value(), value)) return;
    *record.mutable_current() = from;
    if (IsSet(value)) *record.mutable_current()->mutable_value() = value;
    auto& others = *record.mutable_conflicting();
    others.erase(std::remove_if(others.begin(), others.end(),
                                [&](const v1::AttributedValue& other) {
                                  return SameValue(other.value(), value);
                                }),
                 others.end());
    if (!record.ratings().empty()) record.set_consensus(v1::AnswerRecord::CONSENSUS_AGREED);
    record.set_version(version);
  };
  for (v1::AnswerRecord& record : *draft.mutable_answers()) {
    const auto value = values.find(record.answer());
    follow(record, value == values.end() ? v1::AnswerValue() : value->second);
  }
  for (const auto& [answer, value] : values) follow(RecordOf(draft, answer), value);
  draft.set_version(version);
}

void FollowRevision(const v1::ResponseRevision& revision, v1::ResponseDraft& draft) {
  v1::AttributedValue from;
  from.set_contributor(revision.contributor());
  *from.mutable_time() = revision.create_time();
  from.set_source(revision.source());
  FollowAnswers(revision.answers(), from, revision.revision(), draft);
}

int UnresolvedCount(const v1::ResponseDraft& draft) {
  return static_cast<int>(std::count_if(
      draft.answers().begin(), draft.answers().end(), [](const v1::AnswerRecord& record) {
        return !record.conflicting().empty() ||
               record.consensus() == v1::AnswerRecord::CONSENSUS_MISSING;
      }));
}

}  // namespace weft::ingestion
