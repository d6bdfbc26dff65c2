#include "tools/cli/releases.h"

#include <cstdio>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/words/number_text.h"
#include "common/words/terms.h"
#include "tools/cli/metrics.h"
#include "tools/cli/terminal.h"
#include "tools/cli/words.h"
#include "weft/metrics/v1/release.pb.h"
#include "weft/metrics/v1/release_service.pb.h"

namespace weft::cli {
namespace {

namespace v1 = ::weft::metrics::v1;

constexpr char kService[] = "weft.metrics.v1.ReleaseService/";
constexpr char kReleaseExample[] = "e.g. releases/winter-2025";
constexpr char kFindingExample[] = "e.g. releases/winter-2025/findings/breadth";
constexpr char kNoteHelp[] = "what to say about it, kept in the release's history";
constexpr size_t kHashShown = 12;

constexpr char kReleaseFooter[] = R"(
From a draft to the page that everybody reads:
  weft release create waves/2025-winter --id winter-2025 --display-name "Winter 2025" \
    --reviewer users/fay=facilitator --reviewer users/rosa=community-representative
  weft finding add releases/winter-2025 "Sites work with most partner types." --id breadth \
    --refer D1:richness.mean
  weft release submit releases/winter-2025
  weft --principal users/rosa finding review releases/winter-2025/findings/breadth \
    --stance contests --note "Not in our county."
  weft release revise releases/winter-2025 --note "says where"
  weft finding update releases/winter-2025/findings/breadth --statement "In cities, ..."
  weft finding answer releases/winter-2025/findings/breadth users/rosa "It says where now."
  weft release submit releases/winter-2025      (the reviewers look again)
  weft release approve releases/winter-2025
  weft release publish releases/winter-2025
  weft --principal public/anyone release publication releases/winter-2025
The numbers are pinned when the draft is made; weft release verify computes them again.
)";

std::string StateWord(v1::Release::State state) {
  return EnumWords(v1::Release::State_Name(state), "STATE_");
}
std::string RoleWord(v1::ReviewerRole role) {
  return EnumWords(v1::ReviewerRole_Name(role), "REVIEWER_ROLE_");
}
std::string StanceWord(v1::FindingStance::Stance stance) {
  return EnumWords(v1::FindingStance::Stance_Name(stance), "STANCE_");
}

absl::StatusOr<v1::Reviewer> ParseReviewer(const std::string& text) {
  const std::vector<std::string> parts = absl::StrSplit(text, absl::MaxSplits('=', 1));
  if (parts.size() != 2) {
    return UsageError(absl::StrCat("\"", text,
                                   "\" is no reviewer; write PRINCIPAL=ROLE, e.g. "
                                   "users/fay=facilitator"));
  }
  v1::Reviewer reviewer;
  reviewer.set_principal(parts[0]);
  WEFT_ASSIGN_OR_RETURN(const v1::ReviewerRole role,
                        ParseEnum<v1::ReviewerRole>(parts[1], "REVIEWER_ROLE_", "reviewer's role"));
  reviewer.set_role(role);
  return reviewer;
}

absl::StatusOr<v1::FindingReference> ParseReference(const std::string& text) {
  const std::vector<std::string> parts = absl::StrSplit(text, absl::MaxSplits(':', 1));
  if (parts.size() != 2) {
    return UsageError(absl::StrCat("\"", text,
                                   "\" is no number; write METRIC:NUMBER, e.g. "
                                   "D1:richness.mean or F1:partner_types.cbo.presence"));
  }
  v1::FindingReference reference;
  reference.set_metric(parts[0]);
  reference.set_number(parts[1]);
  return reference;
}

// Shares as shares, all else with two decimals.
std::string EstimateCell(const type::v1::Estimate& estimate) {
  return estimate.has_numerator() ? ShareCell(estimate) : NumberCell(estimate, 2);
}

// --- What is printed ---

void PrintRelease(const v1::Release& release) {
  std::printf("%s  %s  (%s)\n", release.name().c_str(), release.display_name().c_str(),
              StateWord(release.state()).c_str());
  if (!release.statement().empty()) std::printf("  %s\n", release.statement().c_str());
  std::printf("  of %s: %s, %s, pinned %d of %d sites' answers\n", release.wave().c_str(),
              Counted(release.finding_count(), "finding", "findings").c_str(),
              Counted(release.open_contest_count(), "open contest", "open contests").c_str(),
              release.manifest().response_count(), release.manifest().roster_count());
  std::printf("  content %s\n", release.content_hash().c_str());
  for (const v1::Reviewer& reviewer : release.reviewers()) {
    std::printf("  reviewer %s (%s)\n", reviewer.principal().c_str(),
                RoleWord(reviewer.role()).c_str());
  }
  for (const v1::ReleaseTransition& step : release.history()) {
    std::printf("  %s by %s%s%s%s\n", StateWord(step.state()).c_str(), step.principal().c_str(),
                step.repinned() ? ", pinned" : "", step.note().empty() ? "" : ": ",
                step.note().c_str());
  }
  for (const v1::Redacted& redacted : release.redacted()) {
    std::printf("  taken out: %s (%s)\n", redacted.name().c_str(),
                EnumWords(v1::Redacted::Reason_Name(redacted.reason()), "REASON_").c_str());
  }
  if (!release.supersedes().empty()) {
    std::printf("  supersedes %s\n", release.supersedes().c_str());
  }
  if (!release.superseded_by().empty()) {
    std::printf("  superseded by %s\n", release.superseded_by().c_str());
  }
}

void PrintStance(absl::string_view who, v1::FindingStance::Stance stance, int round,
                 const std::string& note, const std::string& answer) {
  std::printf("  round %d: %s %s%s%s\n", round, std::string(who).c_str(),
              StanceWord(stance).c_str(), note.empty() ? "" : ": ", note.c_str());
  if (!answer.empty()) std::printf("    answered: %s\n", answer.c_str());
}

void PrintReferences(const google::protobuf::RepeatedPtrField<v1::FindingReference>& references) {
  for (const v1::FindingReference& reference : references) {
    std::printf("  %s %s: %s\n", reference.metric().c_str(), reference.number().c_str(),
                EstimateCell(reference.estimate()).c_str());
  }
}

void PrintFinding(const v1::Finding& finding) {
  std::printf("%s\n  %s\n", finding.name().c_str(), finding.statement().c_str());
  PrintReferences(finding.references());
  for (const v1::FindingQuote& quote : finding.quotes()) {
    std::printf("  “%s” – %s (%s)\n", quote.text().c_str(), quote.attribution_line().c_str(),
                quote.open_answer().c_str());
  }
  for (const v1::FindingStance& stance : finding.stances()) {
    PrintStance(absl::StrCat(stance.principal(), " (", RoleWord(stance.role()), ")"),
                stance.stance(), stance.review_round(), stance.note(), stance.answer());
  }
  for (const v1::FindingWording& wording : finding.wordings()) {
    std::printf("  before: %s\n", wording.statement().c_str());
  }
}

void PrintSummary(const v1::WaveContent& content) {
  const v1::WaveSummary& summary = content.summary();
  std::printf(
      "%s\n",
      BasisText(summary.counted(), summary.invited(), summary.provenance().parameters()).c_str());
  Table table({"PARTNER TYPE", "ENGAGED", "AT COLLABORATION"});
  for (const v1::PartnerTypeSummary& type : summary.partner_types()) {
    const auto& shares = type.levels_all().shares();
    table.Add({type.display_name(), ShareCell(type.presence()),
               shares.empty() ? "" : ShareCell(shares[shares.size() - 1].share())});
  }
  std::printf("%s", table.ToString().c_str());
  std::printf(
      "mean richness %s, mean level of engaged types %s, responsibility at least moderate "
      "%s\n",
      NumberCell(summary.richness().mean()).c_str(),
      NumberCell(summary.mean_level_engaged().mean(), 2).c_str(),
      ShareCell(summary.shared_responsibility().at_least_moderate()).c_str());
  if (content.suppressed_count() > 0) {
    std::printf("%s withheld\n",
                Counted(content.suppressed_count(), "number is", "numbers are").c_str());
  }
}

void PrintPublication(const v1::Publication& publication) {
  std::printf("%s  %s\n", publication.name().c_str(), publication.display_name().c_str());
  if (!publication.statement().empty()) std::printf("%s\n", publication.statement().c_str());
  if (!publication.superseded_by().empty()) {
    std::printf("superseded by %s\n", publication.superseded_by().c_str());
  }
  std::printf("\n");
  PrintSummary(publication.content());
  for (const v1::PublishedFinding& finding : publication.findings()) {
    std::printf("\n%s\n", finding.statement().c_str());
    PrintReferences(finding.references());
    for (const v1::PublishedQuote& quote : finding.quotes()) {
      std::printf("  “%s” – %s\n", quote.text().c_str(), quote.attribution_line().c_str());
    }
    for (const v1::PublishedStance& stance : finding.stances()) {
      PrintStance(absl::StrCat("a ", RoleWord(stance.role())), stance.stance(),
                  stance.review_round(), stance.note(), stance.answer());
    }
    for (const std::string& earlier : finding.earlier_statements()) {
      std::printf("  before: %s\n", earlier.c_str());
    }
  }
  std::printf("\n");
  if (publication.erased_rows() > 0 || publication.withdrawn_quotes() > 0) {
    std::printf("taken out: %s, %s\n",
                Counted(publication.erased_rows(), "site's rows", "sites' rows").c_str(),
                Counted(publication.withdrawn_quotes(), "quote", "quotes").c_str());
  }
  for (const std::string& caveat : publication.caveats()) std::printf("note: %s\n", caveat.c_str());
  std::printf("content %s\n", publication.content_hash().c_str());
}

void PrintChange(const v1::ManifestChange& change) {
  std::printf("  %s %s", EnumWords(v1::ManifestChange::Kind_Name(change.kind()), "KIND_").c_str(),
              change.name().c_str());
  if (change.earlier_revision() > 0 || change.later_revision() > 0) {
    std::printf(" (revision %d → %d)", change.earlier_revision(), change.later_revision());
  }
  std::printf("\n");
}

void PrintVerification(const v1::VerifyReleaseResponse& verified) {
  std::printf(
      "%s: %s\n", verified.name().c_str(),
      EnumWords(v1::VerifyReleaseResponse::Verdict_Name(verified.verdict()), "VERDICT_").c_str());
  std::printf("pinned   %s\ncomputed %s\n", verified.content_hash().c_str(),
              verified.recomputed_hash().empty() ? "–" : verified.recomputed_hash().c_str());
  for (const v1::PinDifference& difference : verified.differences()) {
    std::printf("  %s %s (%s → %s)\n",
                EnumWords(v1::PinDifference::Kind_Name(difference.kind()), "KIND_").c_str(),
                difference.name().c_str(), difference.pinned_sha256().substr(0, kHashShown).c_str(),
                difference.found_sha256().substr(0, kHashShown).c_str());
  }
  for (const std::string& name : verified.erased()) {
    std::printf("  erased, its rows are still shown: %s\n", name.c_str());
  }
  for (const std::string& name : verified.withdrawn_quotes()) {
    std::printf("  may no longer be quoted: %s\n", name.c_str());
  }
  if (!verified.erased().empty() || !verified.withdrawn_quotes().empty()) {
    std::printf("weft release redact %s takes them out\n", verified.name().c_str());
  }
  if (verified.definitions_changed()) std::printf("the metrics are defined otherwise since\n");
  if (verified.later_changes().empty()) return;
  std::printf("since it was pinned, without a change to it:\n");
  for (const v1::ManifestChange& change : verified.later_changes()) PrintChange(change);
}

void PrintCompared(const v1::CompareReleasesResponse& compared) {
  std::printf("%s → %s\n", compared.earlier().c_str(), compared.later().c_str());
  if (compared.has_later_parameters()) std::printf("the parameters differ\n");
  for (const v1::ManifestChange& change : compared.manifest_changes()) PrintChange(change);
  Table table({"METRIC", "NUMBER", "EARLIER", "LATER"});
  for (const v1::ReleaseNumberChange& change : compared.number_changes()) {
    table.Add({change.metric(), change.number(),
               change.has_earlier() ? EstimateCell(change.earlier()) : "",
               change.has_later() ? EstimateCell(change.later()) : ""});
  }
  if (!compared.number_changes().empty()) std::printf("%s", table.ToString().c_str());
  std::printf("%s, %d the same\n",
              Counted(compared.number_changes_size(), "number differs", "numbers differ").c_str(),
              compared.unchanged_numbers());
  for (const v1::FindingChange& change : compared.finding_changes()) {
    std::printf("finding %s %s\n", change.finding().c_str(),
                EnumWords(v1::FindingChange::Kind_Name(change.kind()), "KIND_").c_str());
    if (!change.earlier_statement().empty()) {
      std::printf("  before: %s\n", change.earlier_statement().c_str());
    }
    if (!change.later_statement().empty()) {
      std::printf("  now: %s\n", change.later_statement().c_str());
    }
  }
}

// --- Releases ---

struct CreateOptions {
  std::string id;
  std::string display_name;
  std::string statement;
  std::string supersedes;
  std::vector<std::string> reviewers;
  int minimum_cell = -1;
  bool validate_only = false;
};

absl::Status CreateRelease(Session& session, const WaveOptions& wave,
                           const CreateOptions& options) {
  v1::CreateReleaseRequest request;
  request.set_release_id(options.id);
  request.set_request_id(NewRequestId());
  request.set_validate_only(options.validate_only);
  v1::Release& release = *request.mutable_release();
  release.set_wave(wave.wave);
  WEFT_ASSIGN_OR_RETURN(*release.mutable_parameters(), ParseParameters(wave));
  release.set_display_name(options.display_name);
  release.set_statement(options.statement);
  release.set_supersedes(options.supersedes);
  for (const std::string& reviewer : options.reviewers) {
    WEFT_ASSIGN_OR_RETURN(*release.add_reviewers(), ParseReviewer(reviewer));
  }
  if (options.minimum_cell >= 0) {
    release.mutable_policy()->set_audience(v1::AUDIENCE_PUBLIC);
    release.mutable_policy()->set_minimum_cell(options.minimum_cell);
    release.mutable_policy()->set_site_rows(v1::SITE_ROWS_NAMED);
  }
  return CallAndPrint<v1::Release>(session, absl::StrCat(kService, "CreateRelease"), request,
                                   &PrintRelease);
}

absl::Status ListReleases(Session& session, const std::string& wave) {
  v1::ListReleasesRequest request;
  request.set_wave(wave);
  WEFT_ASSIGN_OR_RETURN(const v1::ListReleasesResponse all,
                        ReadAll<v1::ListReleasesResponse>(
                            session, absl::StrCat(kService, "ListReleases"), std::move(request)));
  if (session.json()) {
    PrintJson(all);
    return absl::OkStatus();
  }
  Table table({"NAME", "DISPLAY NAME", "STATE", "WAVE", "FINDINGS", "OPEN CONTESTS"});
  for (const v1::Release& release : all.releases()) {
    table.Add({release.name(), release.display_name(), StateWord(release.state()), release.wave(),
               absl::StrCat(release.finding_count()), absl::StrCat(release.open_contest_count())});
  }
  std::printf("%s", table.ToString().c_str());
  return absl::OkStatus();
}

struct StepOptions {
  std::string name;
  std::string note;
  bool repin = false;
  bool validate_only = false;
};

template <class Request>
absl::Status TakeStep(Session& session, absl::string_view method, const StepOptions& options) {
  Request request;
  request.set_name(options.name);
  request.set_request_id(NewRequestId());
  request.set_validate_only(options.validate_only);
  if constexpr (!std::is_same_v<Request, v1::RedactReleaseRequest>) {
    request.set_note(options.note);
  }
  if constexpr (std::is_same_v<Request, v1::ReviseReleaseRequest>) {
    request.set_repin(options.repin);
  }
  return CallAndPrint<v1::Release>(session, absl::StrCat(kService, method), request, &PrintRelease);
}

absl::Status Verify(Session& session, const std::string& name) {
  v1::VerifyReleaseRequest request;
  request.set_name(name);
  v1::VerifyReleaseResponse verified;
  WEFT_RETURN_IF_ERROR(session.Call(absl::StrCat(kService, "VerifyRelease"), request, verified));
  if (session.json()) {
    PrintJson(verified);
  } else {
    PrintVerification(verified);
  }
  if (verified.verdict() == v1::VerifyReleaseResponse::VERDICT_REPRODUCED) {
    return absl::OkStatus();
  }
  return Error(
      absl::StatusCode::kFailedPrecondition, "NOT_REPRODUCED",
      verified.verdict() == v1::VerifyReleaseResponse::VERDICT_CANNOT_RECOMPUTE
          ? absl::StrCat("answers that ", name, " was made from are gone")
          : absl::StrCat("the answers that ", name, " was made from do not give its numbers"));
}

absl::Status ShowContent(Session& session, const std::string& name) {
  v1::GetReleaseContentRequest request;
  request.set_name(absl::StrCat(name, "/content"));
  return CallAndPrint<v1::ReleaseContent>(
      session, absl::StrCat(kService, "GetReleaseContent"), request,
      [](const v1::ReleaseContent& content) { PrintSummary(content.content()); });
}

absl::Status ShowPublication(Session& session, const std::string& name) {
  if (!name.empty()) {
    v1::GetPublicationRequest request;
    request.set_name(absl::StrCat(name, "/publication"));
    return CallAndPrint<v1::Publication>(session, absl::StrCat(kService, "GetPublication"), request,
                                         &PrintPublication);
  }
  WEFT_ASSIGN_OR_RETURN(
      const v1::ListPublicationsResponse all,
      ReadAll<v1::ListPublicationsResponse>(session, absl::StrCat(kService, "ListPublications"),
                                            v1::ListPublicationsRequest()));
  if (session.json()) {
    PrintJson(all);
    return absl::OkStatus();
  }
  Table table({"NAME", "DISPLAY NAME", "WAVE", "FINDINGS", "SUPERSEDED BY"});
  for (const v1::Publication& publication : all.publications()) {
    table.Add({publication.name(), publication.display_name(), publication.wave(),
               absl::StrCat(publication.findings_size()), publication.superseded_by()});
  }
  std::printf("%s", table.ToString().c_str());
  return absl::OkStatus();
}

absl::Status CompareTwo(Session& session, const std::string& name, const std::string& earlier) {
  v1::CompareReleasesRequest request;
  request.set_name(name);
  request.set_compare_to(earlier);
  return CallAndPrint<v1::CompareReleasesResponse>(
      session, absl::StrCat(kService, "CompareReleases"), request, &PrintCompared);
}

// --- Findings ---

struct FindingOptions {
  std::string name;
  std::string id;
  std::string statement;
  std::vector<std::string> references;
  std::vector<std::string> quotes;
};

absl::Status FillFinding(const FindingOptions& options, v1::Finding& finding) {
  finding.set_statement(options.statement);
  for (const std::string& reference : options.references) {
    WEFT_ASSIGN_OR_RETURN(*finding.add_references(), ParseReference(reference));
  }
  for (const std::string& quote : options.quotes) finding.add_quotes()->set_open_answer(quote);
  return absl::OkStatus();
}

absl::Status AddFinding(Session& session, const FindingOptions& options) {
  v1::CreateFindingRequest request;
  request.set_parent(options.name);
  request.set_finding_id(options.id);
  request.set_request_id(NewRequestId());
  WEFT_RETURN_IF_ERROR(FillFinding(options, *request.mutable_finding()));
  return CallAndPrint<v1::Finding>(session, absl::StrCat(kService, "CreateFinding"), request,
                                   &PrintFinding);
}

absl::Status UpdateFinding(Session& session, const FindingOptions& options) {
  v1::UpdateFindingRequest request;
  request.mutable_finding()->set_name(options.name);
  request.set_request_id(NewRequestId());
  WEFT_RETURN_IF_ERROR(FillFinding(options, *request.mutable_finding()));
  return CallAndPrint<v1::Finding>(session, absl::StrCat(kService, "UpdateFinding"), request,
                                   &PrintFinding);
}

absl::Status ListFindings(Session& session, const std::string& release) {
  v1::ListFindingsRequest request;
  request.set_parent(release);
  WEFT_ASSIGN_OR_RETURN(const v1::ListFindingsResponse all,
                        ReadAll<v1::ListFindingsResponse>(
                            session, absl::StrCat(kService, "ListFindings"), std::move(request)));
  if (session.json()) {
    PrintJson(all);
    return absl::OkStatus();
  }
  for (const v1::Finding& finding : all.findings()) PrintFinding(finding);
  std::printf("%s\n", Counted(all.findings_size(), "finding", "findings").c_str());
  return absl::OkStatus();
}

struct ReviewOptions {
  std::string name;
  std::string stance;
  std::string note;
};

absl::Status Review(Session& session, const ReviewOptions& options) {
  v1::ReviewFindingRequest request;
  request.set_name(options.name);
  request.set_request_id(NewRequestId());
  request.set_note(options.note);
  WEFT_ASSIGN_OR_RETURN(const v1::FindingStance::Stance stance,
                        ParseEnum<v1::FindingStance::Stance>(options.stance, "STANCE_", "stance"));
  request.set_stance(stance);
  return CallAndPrint<v1::Finding>(session, absl::StrCat(kService, "ReviewFinding"), request,
                                   &PrintFinding);
}

struct AnswerOptions {
  std::string name;
  std::string principal;
  std::string answer;
  int round = 0;
};

absl::Status Answer(Session& session, const AnswerOptions& options) {
  v1::AnswerStanceRequest request;
  request.set_name(options.name);
  request.set_request_id(NewRequestId());
  request.set_principal(options.principal);
  request.set_review_round(options.round);
  request.set_answer(options.answer);
  return CallAndPrint<v1::Finding>(session, absl::StrCat(kService, "AnswerStance"), request,
                                   &PrintFinding);
}

// --- The commands ---

// A command that takes one name.
void AddNamed(CLI::App& parent, const char* verb, const char* help, const char* example,
              Session*& session, absl::Status& result,
              absl::Status (*act)(Session&, const std::string&)) {
  auto name = std::make_shared<std::string>();
  CLI::App* command = parent.add_subcommand(verb, help);
  command->add_option("NAME", *name, example)->required();
  command->callback([&session, &result, name, act] { result = act(*session, *name); });
}

// A command that makes a step of a release.
CLI::App* AddStep(CLI::App& parent, const char* verb, const char* help,
                  const std::shared_ptr<StepOptions>& options, Session*& session,
                  absl::Status& result, const char* method,
                  absl::Status (*act)(Session&, absl::string_view, const StepOptions&)) {
  CLI::App* command = parent.add_subcommand(verb, help);
  command->add_option("NAME", options->name, kReleaseExample)->required();
  command->add_flag("--validate-only", options->validate_only, "check and change nothing");
  command->callback(
      [&session, &result, options, method, act] { result = act(*session, method, *options); });
  return command;
}

void AddCreate(CLI::App& parent, Session*& session, absl::Status& result) {
  auto options = std::make_shared<CreateOptions>();
  CLI::App* create = parent.add_subcommand(
      "create", "Makes a draft: pins the wave's counted answers and computes the numbers");
  auto wave = AddParameterOptions(*create);
  create->add_option("--id", options->id, "id of the release, e.g. winter-2025");
  create->add_option("--display-name", options->display_name, "as it is called")->required();
  create->add_option("--statement", options->statement, "what the public reads first");
  create
      ->add_option("--reviewer", options->reviewers,
                   "PRINCIPAL=ROLE, with role facilitator or community-representative; may be "
                   "given several times")
      ->allow_extra_args(false);
  create->add_option("--supersedes", options->supersedes, "the release that it replaces");
  create->add_option("--minimum-cell", options->minimum_cell,
                     "withhold counts of fewer sites; 0 withholds none (default: the public's)");
  create->add_flag("--validate-only", options->validate_only, "check and change nothing");
  create->callback(
      [&session, &result, wave, options] { result = CreateRelease(*session, *wave, *options); });
}

void AddRelease(CLI::App& app, Session*& session, absl::Status& result) {
  CLI::App* release = app.add_subcommand(
      "release", "Numbers of a wave that are reviewed and published, and stay as they are");
  release->require_subcommand(1);
  release->fallthrough();
  release->footer(kReleaseFooter);
  AddCreate(*release, session, result);
  AddNamed(*release, "get", "Shows a release, its reviewers and its history", kReleaseExample,
           session, result, [](Session& open, const std::string& name) {
             v1::GetReleaseRequest request;
             request.set_name(name);
             return CallAndPrint<v1::Release>(open, absl::StrCat(kService, "GetRelease"), request,
                                              &PrintRelease);
           });
  auto wave = std::make_shared<std::string>();
  CLI::App* list = release->add_subcommand("list", "Lists releases");
  list->add_option("--wave", *wave, "only those of a wave, e.g. waves/2025-winter");
  list->callback([&session, &result, wave] { result = ListReleases(*session, *wave); });

  auto step = std::make_shared<StepOptions>();
  AddStep(*release, "submit", "Puts it before its reviewers", step, session, result,
          "SubmitRelease", &TakeStep<v1::SubmitReleaseRequest>)
      ->add_option("--note", step->note, kNoteHelp);
  CLI::App* revise = AddStep(*release, "revise", "Takes it back from review, to change it", step,
                             session, result, "ReviseRelease", &TakeStep<v1::ReviseReleaseRequest>);
  revise->add_option("--note", step->note, "what is to change and why");
  revise->add_flag("--repin", step->repin, "make the numbers anew from what counts now");
  AddStep(*release, "approve", "Ends the review, when every contest has an answer", step, session,
          result, "ApproveRelease", &TakeStep<v1::ApproveReleaseRequest>)
      ->add_option("--note", step->note, kNoteHelp);
  AddStep(*release, "publish", "Computes it again and publishes it for good", step, session, result,
          "PublishRelease", &TakeStep<v1::PublishReleaseRequest>)
      ->add_option("--note", step->note, kNoteHelp);
  AddStep(*release, "redact",
          "Takes out rows of erased sites and quotes that may no longer be quoted", step, session,
          result, "RedactRelease", &TakeStep<v1::RedactReleaseRequest>);
  AddNamed(*release, "verify",
           "Computes it again from the pinned answers; exit code 1 when it is not the same",
           kReleaseExample, session, result, &Verify);
  AddNamed(*release, "content", "Shows its numbers, nothing withheld", kReleaseExample, session,
           result, &ShowContent);

  auto published = std::make_shared<std::string>();
  CLI::App* publication = release->add_subcommand(
      "publication", "Shows what everybody reads of a release, or lists all publications");
  publication->add_option("NAME", *published, kReleaseExample);
  publication->callback(
      [&session, &result, published] { result = ShowPublication(*session, *published); });

  auto later = std::make_shared<std::string>();
  auto earlier = std::make_shared<std::string>();
  CLI::App* compare = release->add_subcommand("compare", "Shows what differs from an earlier one");
  compare->add_option("NAME", *later, kReleaseExample)->required();
  compare->add_option("EARLIER", *earlier, "default: the release that it supersedes");
  compare->callback(
      [&session, &result, later, earlier] { result = CompareTwo(*session, *later, *earlier); });
}

void AddWhatItSays(CLI::App& command, const std::shared_ptr<FindingOptions>& options) {
  command
      .add_option("--refer", options->references,
                  "METRIC:NUMBER that it rests on, e.g. D1:richness.mean or "
                  "P5:partner_types.cbo.levels_all.collaboration; may be given several times")
      ->allow_extra_args(false);
  command
      .add_option("--quote", options->quotes,
                  "a cleared open answer, e.g. "
                  "waves/2025-winter/responses/site-01/openAnswers/barriers; may be given several "
                  "times")
      ->allow_extra_args(false);
}

void AddFindingCommands(CLI::App& app, Session*& session, absl::Status& result) {
  CLI::App* finding =
      app.add_subcommand("finding", "What a release says, and what its reviewers say about it");
  finding->require_subcommand(1);
  finding->fallthrough();

  auto added = std::make_shared<FindingOptions>();
  CLI::App* add = finding->add_subcommand("add", "Adds a finding to a draft or a revised release");
  add->add_option("RELEASE", added->name, kReleaseExample)->required();
  add->add_option("STATEMENT", added->statement, "what it says")->required();
  add->add_option("--id", added->id, "id of the finding, e.g. breadth");
  AddWhatItSays(*add, added);
  add->callback([&session, &result, added] { result = AddFinding(*session, *added); });

  auto updated = std::make_shared<FindingOptions>();
  CLI::App* update = finding->add_subcommand(
      "update", "Says it otherwise; what it said before is kept, and reviewers look again");
  update->add_option("NAME", updated->name, kFindingExample)->required();
  update->add_option("--statement", updated->statement, "what it says");
  AddWhatItSays(*update, updated);
  update->callback([&session, &result, updated] { result = UpdateFinding(*session, *updated); });

  AddNamed(*finding, "list", "Shows a release's findings with everything that was said of them",
           kReleaseExample, session, result, &ListFindings);

  auto reviewed = std::make_shared<ReviewOptions>();
  CLI::App* review = finding->add_subcommand(
      "review", "Takes your stance on a finding (--principal says who you are)");
  review->add_option("NAME", reviewed->name, kFindingExample)->required();
  review->add_option("--stance", reviewed->stance, "supports, contests or adds-context")
      ->required();
  review->add_option("--note", reviewed->note, "why; needed to contest or to add context");
  review->callback([&session, &result, reviewed] { result = Review(*session, *reviewed); });

  auto answered = std::make_shared<AnswerOptions>();
  CLI::App* answer = finding->add_subcommand("answer", "Answers what a reviewer said");
  answer->add_option("NAME", answered->name, kFindingExample)->required();
  answer->add_option("PRINCIPAL", answered->principal, "whose stance, e.g. users/rosa")->required();
  answer->add_option("ANSWER", answered->answer, "the answer")->required();
  answer->add_option("--round", answered->round, "of which review round (default: their last)");
  answer->callback([&session, &result, answered] { result = Answer(*session, *answered); });
  finding->footer(kReleaseFooter);
}

}  // namespace

void AddReleaseCommands(CLI::App& app, Session*& session, absl::Status& result) {
  AddRelease(app, session, result);
  AddFindingCommands(app, session, result);
}

}  // namespace weft::cli
