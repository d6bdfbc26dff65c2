#include "services/metrics/domain/releases/finding_rules.h"

#include <algorithm>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/validation/ids.h"
#include "common/validation/text.h"
#include "services/metrics/domain/releases/summary_numbers.h"

namespace weft::metrics {
namespace {

constexpr size_t kMaxStatement = 2000;
constexpr size_t kMaxNote = 2000;
constexpr int kMaxReferences = 50;
constexpr int kMaxQuotes = 20;
constexpr int kMaxWordings = 100;
constexpr size_t kNumbersShown = 20;

bool IsOpenAnswerOf(absl::string_view name, absl::string_view wave) {
  const std::vector<absl::string_view> parts = absl::StrSplit(name, '/');
  return parts.size() == 6 && absl::StartsWith(name, absl::StrCat(wave, "/")) &&
         parts[2] == "responses" && IsId(parts[3]) && parts[4] == "openAnswers" && IsId(parts[5]);
}

// What a finding says and rests on, its numbers included, to tell whether it has changed.
std::string SubstanceOf(const v1::Finding& finding) {
  v1::Finding substance;
  substance.set_statement(finding.statement());
  *substance.mutable_references() = finding.references();
  for (const v1::FindingQuote& quote : finding.quotes()) {
    substance.add_quotes()->set_open_answer(quote.open_answer());
  }
  return substance.SerializeAsString();
}

bool HasLaterStance(const v1::Finding& finding, const v1::FindingStance& stance) {
  return std::any_of(finding.stances().begin(), finding.stances().end(),
                     [&](const v1::FindingStance& other) {
                       return other.principal() == stance.principal() &&
                              other.review_round() > stance.review_round();
                     });
}

bool IsOpenContest(const v1::Finding& finding, const v1::FindingStance& stance) {
  return stance.stance() == v1::FindingStance::STANCE_CONTESTS && stance.answer().empty() &&
         !HasLaterStance(finding, stance);
}

bool HasCurrentStance(const v1::Finding& finding, v1::ReviewerRole role) {
  return std::any_of(
      finding.stances().begin(), finding.stances().end(), [&](const v1::FindingStance& stance) {
        return stance.role() == role && stance.review_round() >= finding.current_since_round();
      });
}

}  // namespace

absl::Status ValidateFinding(const v1::Finding& finding, absl::string_view wave,
                             absl::string_view path) {
  FieldViolations violations;
  const auto at = [&](absl::string_view field) { return absl::StrCat(path, ".", field); };
  violations.Require(!finding.statement().empty(), at("statement"), "is required");
  CheckText(violations, at("statement"), finding.statement(), kMaxStatement, Lines::kMany);
  violations.Require(finding.references_size() <= kMaxReferences, at("references"),
                     absl::StrCat("has more than ", kMaxReferences, " entries"));
  for (int i = 0; i < finding.references_size(); ++i) {
    const std::string reference_at = absl::StrCat(at("references"), "[", i, "]");
    violations.Require(!finding.references(i).metric().empty(), reference_at + ".metric",
                       "is required");
    violations.Require(!finding.references(i).number().empty(), reference_at + ".number",
                       "is required");
  }
  violations.Require(finding.quotes_size() <= kMaxQuotes, at("quotes"),
                     absl::StrCat("has more than ", kMaxQuotes, " entries"));
  std::set<std::string> seen;
  for (int i = 0; i < finding.quotes_size(); ++i) {
    const std::string& name = finding.quotes(i).open_answer();
    const std::string quote_at = absl::StrCat(at("quotes"), "[", i, "].open_answer");
    violations.Require(IsOpenAnswerOf(name, wave), quote_at,
                       absl::StrCat("must be an open answer of the release's wave, like ", wave,
                                    "/responses/site-01/openAnswers/barriers"));
    violations.Require(seen.insert(name).second, quote_at, "is quoted twice");
  }
  return violations.ToStatus();
}

absl::Status ValidateStance(const v1::ReviewFindingRequest& request) {
  FieldViolations violations;
  const bool known = v1::FindingStance::Stance_IsValid(request.stance()) &&
                     request.stance() != v1::FindingStance::STANCE_UNSPECIFIED;
  violations.Require(known, "stance", "is no stance");
  CheckText(violations, "note", request.note(), kMaxNote, Lines::kMany);
  violations.Require(
      request.stance() == v1::FindingStance::STANCE_SUPPORTS || !request.note().empty(), "note",
      "is required: what is contested, or what one should know");
  return violations.ToStatus();
}

absl::Status ValidateAnswer(const v1::AnswerStanceRequest& request) {
  FieldViolations violations;
  violations.Require(!request.principal().empty(), "principal", "is required: whose stance");
  violations.Require(request.review_round() >= 0, "review_round", "is negative");
  violations.Require(!request.answer().empty(), "answer", "is required");
  CheckText(violations, "answer", request.answer(), kMaxNote, Lines::kMany);
  return violations.ToStatus();
}

absl::Status CheckRoomForFinding(const v1::Release& release) {
  if (release.finding_count() < kMostFindings) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, "FINDINGS_FULL",
               absl::StrCat("\"", release.name(), "\" has ", kMostFindings,
                            " findings, which is all that a release takes"),
               {{"name", release.name()}});
}

v1::Finding NewFinding(const v1::Release& release, const v1::Finding& given,
                       absl::string_view name) {
  v1::Finding finding;
  finding.set_name(std::string(name));
  finding.set_statement(given.statement());
  *finding.mutable_references() = given.references();
  *finding.mutable_quotes() = given.quotes();
  finding.set_current_since_round(release.review_round() + 1);
  return finding;
}

absl::Status FillReferences(const v1::WaveSummary& summary, absl::string_view path,
                            v1::Finding& finding) {
  if (finding.references().empty()) return absl::OkStatus();
  const std::vector<SummaryNumber> numbers = NumbersOf(summary);
  FieldViolations violations;
  for (int i = 0; i < finding.references_size(); ++i) {
    v1::FindingReference& reference = *finding.mutable_references(i);
    const type::v1::Estimate* estimate = nullptr;
    std::vector<std::string> of_metric;
    for (const SummaryNumber& number : numbers) {
      if (number.metric != reference.metric()) continue;
      if (number.number == reference.number()) estimate = number.estimate;
      if (of_metric.size() < kNumbersShown) of_metric.push_back(number.number);
    }
    if (estimate != nullptr) {
      *reference.mutable_estimate() = *estimate;
      continue;
    }
    violations.Add(
        absl::StrCat(path, ".references[", i, "]"),
        of_metric.empty()
            ? absl::StrCat("the summary holds no number of metric ", Quoted(reference.metric()))
            : absl::StrCat(Quoted(reference.number()), " is no number of ", reference.metric(),
                           "; among those are ", absl::StrJoin(of_metric, ", ")));
  }
  return violations.ToStatus("METRIC_NUMBER_UNKNOWN");
}

void NoteChange(const v1::Release& release, const v1::Finding& before, const Act& act,
                v1::Finding& after) {
  if (SubstanceOf(before) == SubstanceOf(after)) return;
  after.set_current_since_round(release.review_round() + 1);
  if (before.statement() == after.statement()) return;
  v1::FindingWording& wording = *after.add_wordings();
  wording.set_statement(before.statement());
  *wording.mutable_replace_time() = ToProto(act.time);
  wording.set_principal(act.principal);
  wording.set_review_round(release.review_round());
  const int surplus = after.wordings_size() - kMaxWordings;
  if (surplus > 0) after.mutable_wordings()->DeleteSubrange(0, surplus);
}

absl::Status CheckFindingDelete(const v1::Release& release, const v1::Finding& finding) {
  WEFT_RETURN_IF_ERROR(RequireEditable(release));
  if (finding.stances().empty()) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, "FINDING_REVIEWED",
               absl::StrCat("reviewers have taken a stance on \"", finding.name(),
                            "\", and what they said stays; UpdateFinding can change what it says"),
               {{"name", finding.name()}});
}

absl::Status TakeStance(const v1::Release& release, v1::FindingStance::Stance stance,
                        const Act& act, v1::Finding& finding) {
  WEFT_RETURN_IF_ERROR(RequireInReview(release));
  const auto reviewer =
      std::find_if(release.reviewers().begin(), release.reviewers().end(),
                   [&](const v1::Reviewer& each) { return each.principal() == act.principal; });
  if (reviewer == release.reviewers().end()) {
    return Error(absl::StatusCode::kPermissionDenied, "NOT_A_REVIEWER",
                 absl::StrCat(act.principal, " is no reviewer of \"", release.name(),
                              "\"; Release.reviewers names them"),
                 {{"principal", act.principal}, {"name", release.name()}});
  }
  v1::FindingStance* mine = nullptr;
  for (v1::FindingStance& each : *finding.mutable_stances()) {
    if (each.principal() == act.principal && each.review_round() == release.review_round()) {
      mine = &each;
    }
  }
  if (mine == nullptr) {
    mine = finding.add_stances();
  } else if (!mine->answer().empty()) {
    return Error(absl::StatusCode::kFailedPrecondition, "STANCE_ANSWERED",
                 "your stance of this review round has been answered, and both stay as they are; "
                 "take another one in the next round",
                 {{"name", finding.name()}, {"principal", act.principal}});
  }
  mine->set_principal(act.principal);
  mine->set_role(reviewer->role());
  mine->set_stance(stance);
  mine->set_note(act.note);
  *mine->mutable_time() = ToProto(act.time);
  mine->set_review_round(release.review_round());
  return absl::OkStatus();
}

absl::Status AnswerStance(const v1::Release& release, const v1::AnswerStanceRequest& request,
                          const Act& act, v1::Finding& finding) {
  WEFT_RETURN_IF_ERROR(RequireAnswerable(release));
  v1::FindingStance* answered = nullptr;
  for (v1::FindingStance& each : *finding.mutable_stances()) {
    if (each.principal() != request.principal()) continue;
    if (request.review_round() == 0 || request.review_round() == each.review_round()) {
      answered = &each;
    }
  }
  if (answered == nullptr) {
    return Error(absl::StatusCode::kNotFound, "STANCE_NOT_FOUND",
                 absl::StrCat(request.principal(), " has taken no such stance on \"",
                              finding.name(), "\"; its `stances` are those there are"),
                 {{"name", finding.name()}, {"principal", request.principal()}});
  }
  answered->set_answer(request.answer());
  answered->set_answer_round(release.review_round());
  answered->set_answer_principal(act.principal);
  *answered->mutable_answer_time() = ToProto(act.time);
  return absl::OkStatus();
}

int OpenContests(const v1::Finding& finding) {
  return static_cast<int>(std::count_if(
      finding.stances().begin(), finding.stances().end(),
      [&](const v1::FindingStance& stance) { return IsOpenContest(finding, stance); }));
}

absl::Status CheckContestsAnswered(const std::vector<v1::Finding>& findings) {
  for (const v1::Finding& finding : findings) {
    for (const v1::FindingStance& stance : finding.stances()) {
      if (!IsOpenContest(finding, stance)) continue;
      return Error(absl::StatusCode::kFailedPrecondition, "CONTEST_UNANSWERED",
                   absl::StrCat(stance.principal(), " contests \"", finding.name(),
                                "\", and nobody has answered; AnswerStance does"),
                   {{"name", finding.name()}, {"principal", stance.principal()}});
    }
  }
  return absl::OkStatus();
}

absl::Status CheckReviewComplete(const std::vector<v1::Finding>& findings) {
  for (const v1::Finding& finding : findings) {
    for (const v1::ReviewerRole role :
         {v1::REVIEWER_ROLE_FACILITATOR, v1::REVIEWER_ROLE_COMMUNITY_REPRESENTATIVE}) {
      if (HasCurrentStance(finding, role)) continue;
      return Error(
          absl::StatusCode::kFailedPrecondition, "REVIEW_INCOMPLETE",
          absl::StrCat(
              "no ",
              role == v1::REVIEWER_ROLE_FACILITATOR ? "facilitator" : "community representative",
              " has taken a stance on \"", finding.name(), "\" as it is now; ReviewFinding does"),
          {{"name", finding.name()}, {"role", v1::ReviewerRole_Name(role)}});
    }
  }
  return absl::OkStatus();
}

void CountFindings(const std::vector<v1::Finding>& findings, v1::Release& release) {
  int contests = 0;
  for (const v1::Finding& finding : findings) contests += OpenContests(finding);
  release.set_finding_count(static_cast<int>(findings.size()));
  release.set_open_contest_count(contests);
}

}  // namespace weft::metrics
