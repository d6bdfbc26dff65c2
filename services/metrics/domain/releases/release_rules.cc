#include "services/metrics/domain/releases/release_rules.h"

#include <algorithm>
#include <initializer_list>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/auth/principal.h"
#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/validation/ids.h"
#include "common/validation/text.h"
#include "google/protobuf/util/message_differencer.h"
#include "services/metrics/domain/disclosure.h"
#include "services/metrics/domain/releases/finding_rules.h"
#include "services/metrics/domain/wave_view.h"

namespace weft::metrics {
namespace {

using State = v1::Release::State;

constexpr size_t kMaxStatement = 4000;
constexpr size_t kMaxNote = 2000;
constexpr int kMaxReviewers = 100;
constexpr int kMaxHistory = 200;

absl::Status RequireState(const v1::Release& release, std::initializer_list<State> states) {
  if (std::find(states.begin(), states.end(), release.state()) != states.end()) {
    return absl::OkStatus();
  }
  const std::string wanted = absl::StrJoin(states, " or ", [](std::string* text, State state) {
    absl::StrAppend(text, v1::Release::State_Name(state));
  });
  const std::string& is = v1::Release::State_Name(release.state());
  return Error(absl::StatusCode::kFailedPrecondition, "RELEASE_STATE",
               absl::StrCat("\"", release.name(), "\" is ", is, "; this is for ", wanted),
               {{"name", release.name()}, {"state", is}});
}

bool HasReviewer(const v1::Release& release, v1::ReviewerRole role) {
  return std::any_of(release.reviewers().begin(), release.reviewers().end(),
                     [&](const v1::Reviewer& reviewer) { return reviewer.role() == role; });
}

void Note(const Act& act, State state, bool repinned, v1::Release& release) {
  release.set_state(state);
  v1::ReleaseTransition& transition = *release.add_history();
  transition.set_state(state);
  *transition.mutable_time() = ToProto(act.time);
  transition.set_principal(act.principal);
  transition.set_note(act.note);
  transition.set_review_round(release.review_round());
  transition.set_repinned(repinned);
  const int surplus = release.history_size() - kMaxHistory;
  if (surplus > 0) release.mutable_history()->DeleteSubrange(0, surplus);
}

}  // namespace

absl::Status ValidateRelease(const v1::Release& release, absl::string_view path) {
  FieldViolations violations;
  const auto at = [&](absl::string_view field) { return absl::StrCat(path, ".", field); };
  RequireText(violations, at("display_name"), release.display_name(), kMaxDisplayName);
  CheckText(violations, at("statement"), release.statement(), kMaxStatement, Lines::kMany);
  violations.Require(IdIn("waves", release.wave()).has_value(), at("wave"),
                     "must be a name like waves/2025-winter");
  violations.Require(
      release.supersedes().empty() || IdIn("releases", release.supersedes()).has_value(),
      at("supersedes"), "must be a name like releases/winter-2025");
  violations.Require(release.supersedes().empty() || release.supersedes() != release.name(),
                     at("supersedes"), "is the release itself");
  violations.Require(release.reviewers_size() <= kMaxReviewers, at("reviewers"),
                     absl::StrCat("has more than ", kMaxReviewers, " entries"));
  std::set<std::string> seen;
  for (int i = 0; i < release.reviewers_size(); ++i) {
    const v1::Reviewer& reviewer = release.reviewers(i);
    const std::string reviewer_at = absl::StrCat(at("reviewers"), "[", i, "]");
    violations.Require(auth::ParsePrincipal(reviewer.principal()).ok(), reviewer_at + ".principal",
                       "must be a principal like users/amara");
    violations.Require(seen.insert(reviewer.principal()).second, reviewer_at + ".principal",
                       absl::StrCat("repeats ", Quoted(reviewer.principal())));
    violations.Require(v1::ReviewerRole_IsValid(reviewer.role()) &&
                           reviewer.role() != v1::REVIEWER_ROLE_UNSPECIFIED,
                       reviewer_at + ".role", "is no role");
  }
  if (release.has_policy()) {
    violations.Require(release.policy().audience() == v1::AUDIENCE_UNSPECIFIED ||
                           release.policy().audience() == v1::AUDIENCE_PUBLIC,
                       at("policy.audience"), "is not AUDIENCE_PUBLIC, who read publications");
  }
  WEFT_RETURN_IF_ERROR(violations.ToStatus());
  if (!release.has_policy()) return absl::OkStatus();
  v1::DisclosurePolicy policy = release.policy();
  policy.set_audience(v1::AUDIENCE_PUBLIC);
  return ValidatePolicy(policy, at("policy."));
}

absl::Status ValidateNote(absl::string_view note, bool is_needed) {
  FieldViolations violations;
  CheckText(violations, "note", note, kMaxNote, Lines::kMany);
  violations.Require(!is_needed || !note.empty(), "note", "is required");
  return violations.ToStatus();
}

v1::Release NewRelease(const v1::Release& given, absl::string_view name, absl::string_view salt,
                       const Act& act) {
  v1::Release release;
  release.set_name(std::string(name));
  release.set_display_name(given.display_name());
  release.set_statement(given.statement());
  release.set_wave(given.wave());
  *release.mutable_parameters() = ResolveParameters(given.parameters());
  *release.mutable_policy() =
      given.has_policy() ? given.policy() : DefaultPolicy(v1::AUDIENCE_PUBLIC);
  release.mutable_policy()->set_audience(v1::AUDIENCE_PUBLIC);
  release.set_supersedes(given.supersedes());
  *release.mutable_reviewers() = given.reviewers();
  release.set_hash_salt(std::string(salt));
  Note(act, v1::Release::STATE_DRAFT, /*repinned=*/true, release);
  return release;
}

absl::Status RequireEditable(const v1::Release& release) {
  return RequireState(release, {v1::Release::STATE_DRAFT, v1::Release::STATE_REVISED});
}

absl::Status RequireDraft(const v1::Release& release) {
  return RequireState(release, {v1::Release::STATE_DRAFT});
}

absl::Status RequireInReview(const v1::Release& release) {
  return RequireState(release, {v1::Release::STATE_IN_REVIEW});
}

absl::Status RequireAnswerable(const v1::Release& release) {
  return RequireState(release, {v1::Release::STATE_IN_REVIEW, v1::Release::STATE_REVISED});
}

absl::Status RequireApproved(const v1::Release& release) {
  return RequireState(release, {v1::Release::STATE_APPROVED});
}

absl::Status CheckReleaseUpdate(const v1::Release& before, const v1::Release& after) {
  if (before.state() != v1::Release::STATE_IN_REVIEW) return RequireEditable(before);
  // In review somebody may fall ill; what they look at stays as it is.
  v1::Release same = after;
  *same.mutable_reviewers() = before.reviewers();
  if (google::protobuf::util::MessageDifferencer::Equals(before, same)) return absl::OkStatus();
  return RequireEditable(before);
}

absl::Status Submit(const Act& act, v1::Release& release) {
  WEFT_RETURN_IF_ERROR(RequireEditable(release));
  if (release.finding_count() == 0) {
    return Error(absl::StatusCode::kFailedPrecondition, "FINDING_MISSING",
                 absl::StrCat("\"", release.name(),
                              "\" says nothing that could be reviewed; "
                              "CreateFinding adds what it finds"),
                 {{"name", release.name()}});
  }
  if (!HasReviewer(release, v1::REVIEWER_ROLE_FACILITATOR) ||
      !HasReviewer(release, v1::REVIEWER_ROLE_COMMUNITY_REPRESENTATIVE)) {
    return Error(absl::StatusCode::kFailedPrecondition, "REVIEWER_MISSING",
                 absl::StrCat("\"", release.name(),
                              "\" needs a facilitator and a community "
                              "representative among its reviewers; UpdateRelease names them"),
                 {{"name", release.name()}});
  }
  release.set_review_round(release.review_round() + 1);
  Note(act, v1::Release::STATE_IN_REVIEW, /*repinned=*/false, release);
  return absl::OkStatus();
}

absl::Status Revise(const Act& act, bool repin, v1::Release& release) {
  const State state = release.state();
  if (repin && RequireEditable(release).ok()) {
    Note(act, state, /*repinned=*/true, release);
    return absl::OkStatus();
  }
  WEFT_RETURN_IF_ERROR(
      RequireState(release, {v1::Release::STATE_IN_REVIEW, v1::Release::STATE_APPROVED}));
  Note(act, v1::Release::STATE_REVISED, repin, release);
  return absl::OkStatus();
}

absl::Status Approve(const Act& act, const std::vector<v1::Finding>& findings,
                     v1::Release& release) {
  WEFT_RETURN_IF_ERROR(RequireInReview(release));
  WEFT_RETURN_IF_ERROR(CheckContestsAnswered(findings));
  WEFT_RETURN_IF_ERROR(CheckReviewComplete(findings));
  Note(act, v1::Release::STATE_APPROVED, /*repinned=*/false, release);
  return absl::OkStatus();
}

absl::Status Publish(const Act& act, v1::Release& release) {
  WEFT_RETURN_IF_ERROR(RequireApproved(release));
  Note(act, v1::Release::STATE_PUBLISHED, /*repinned=*/false, release);
  *release.mutable_publish_time() = ToProto(act.time);
  return absl::OkStatus();
}

v1::Release WithoutManifestEntries(v1::Release release) {
  release.mutable_manifest()->clear_roster();
  release.mutable_manifest()->clear_responses();
  return release;
}

}  // namespace weft::metrics
