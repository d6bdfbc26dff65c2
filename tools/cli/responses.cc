#include "tools/cli/responses.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/words/number_text.h"
#include "tools/cli/terminal.h"
#include "tools/cli/words.h"

namespace weft::cli {
namespace {

namespace v1 = ::weft::ingestion::v1;

constexpr char kService[] = "weft.ingestion.v1.ResponseService/";
constexpr char kResponseExample[] = "e.g. waves/2025-winter/responses/site-01";

// "INTERACTION_LEVEL_COOPERATION" with its prefix as people write it.
std::string Short(absl::string_view name, absl::string_view prefix) {
  return absl::AsciiStrToLower(absl::StripPrefix(name, prefix));
}

std::string CountText(const v1::PartnerCount& count) {
  if (!count.has_max()) return absl::StrCat(count.min(), "+");
  if (count.max() != count.min()) return absl::StrCat(count.min(), "-", count.max());
  return absl::StrCat(count.approximate() ? "~" : "", count.min());
}

bool ParseMissing(const std::string& upper, v1::AnswerValue& value) {
  type::v1::MissingReason reason;
  if (!type::v1::MissingReason_Parse("MISSING_REASON_" + upper, &reason)) return false;
  value.set_missing(reason);
  return true;
}

// What `text` says as the value of `answer`; false when it says nothing that fits.
bool ParseValue(const std::string& answer, const std::string& text, v1::AnswerValue& value) {
  const std::string upper = absl::AsciiStrToUpper(text);
  if (ParseMissing(upper, value)) return true;
  double number = 0;
  if (absl::EndsWith(answer, ".count")) {
    int count = 0;
    if (!absl::SimpleAtoi(text, &count)) return false;
    value.mutable_partners()->set_min(count);
    value.mutable_partners()->set_max(count);
  } else if (absl::EndsWith(answer, ".level")) {
    type::v1::InteractionLevel level;
    if (!type::v1::InteractionLevel_Parse("INTERACTION_LEVEL_" + upper, &level)) return false;
    value.set_level(level);
  } else if (absl::EndsWith(answer, ".includes_self")) {
    bool flag = false;
    if (!absl::SimpleAtob(text, &flag)) return false;
    value.set_includes_self(flag);
  } else if (answer == "shared_responsibility") {
    type::v1::SharedResponsibility rating;
    if (!type::v1::SharedResponsibility_Parse("SHARED_RESPONSIBILITY_" + upper, &rating)) {
      return false;
    }
    value.set_rating(rating);
  } else if (absl::SimpleAtod(text, &number)) {
    value.set_number(number);
  } else {
    for (absl::string_view option : absl::StrSplit(text, ';')) {
      value.mutable_choices()->add_options(std::string(absl::StripAsciiWhitespace(option)));
    }
  }
  return true;
}

std::string StateText(v1::Response::State state) { return v1::Response::State_Name(state); }

std::string By(const v1::AttributedValue& value) {
  const std::string& who = value.contributor().empty() ? value.source() : value.contributor();
  return absl::StrCat(ValueText(value.value()), " (", who, ")");
}

std::string ByAll(const google::protobuf::RepeatedPtrField<v1::AttributedValue>& values) {
  std::vector<std::string> all;
  all.reserve(values.size());
  for (const v1::AttributedValue& value : values) all.push_back(By(value));
  return absl::StrJoin(all, ", ");
}

// What is open about an answer.
std::string OpenText(const v1::AnswerRecord& record) {
  std::vector<std::string> parts;
  if (!record.conflicting().empty()) {
    parts.push_back(absl::StrCat("in conflict: ", ByAll(record.conflicting())));
  }
  if (!record.ratings().empty()) {
    const std::string consensus =
        Short(v1::AnswerRecord::Consensus_Name(record.consensus()), "CONSENSUS_");
    parts.push_back(absl::StrCat("ratings: ", ByAll(record.ratings()), "; consensus ", consensus));
  }
  return absl::StrJoin(parts, "; ");
}

void PrintProblems(absl::string_view severity,
                   const google::protobuf::RepeatedPtrField<v1::SubmissionProblem>& problems) {
  for (const v1::SubmissionProblem& problem : problems) {
    std::printf("%s %s: %s %s\n", std::string(severity).c_str(), problem.reason().c_str(),
                problem.answer().c_str(), problem.description().c_str());
  }
}

struct ContributeOptions {
  std::string response;
  std::string contributor;
  std::string audience;
  std::vector<std::string> answers;
  bool consensus = false;
  bool validate_only = false;
};

absl::Status Contribute(Session& session, const ContributeOptions& options) {
  v1::ContributeAnswersRequest request;
  // A wave's site stands for the response that it may not have yet.
  const std::vector<std::string> parts = absl::StrSplit(options.response, '/');
  if (parts.size() == 4 && parts[2] == "sites") {
    request.set_parent(absl::StrCat(parts[0], "/", parts[1]));
    request.set_respondent(absl::StrCat(parts[2], "/", parts[3]));
  } else {
    request.set_name(options.response);
  }
  request.set_contributor(options.contributor);
  request.set_audience(options.audience);
  for (const std::string& text : options.answers) {
    WEFT_ASSIGN_OR_RETURN(*request.add_answers(), ParseContribution(text));
    request.mutable_answers()->rbegin()->set_consensus(options.consensus);
  }
  request.set_request_id(NewRequestId());
  request.set_validate_only(options.validate_only);
  v1::ContributeAnswersResponse response;
  WEFT_RETURN_IF_ERROR(
      session.Call(absl::StrCat(kService, "ContributeAnswers"), request, response));
  if (session.json()) {
    PrintJson(response);
    return absl::OkStatus();
  }
  Table table({"ANSWER", "OUTCOME", "VERSION", "THE RESPONSE SAYS", "OPEN"});
  for (const v1::ContributionResult& result : response.results()) {
    table.Add({result.record().answer(),
               Short(v1::ContributionResult::Outcome_Name(result.outcome()), "OUTCOME_"),
               absl::StrCat(result.record().version()), By(result.record().current()),
               OpenText(result.record())});
  }
  std::printf("%s%s %s, %d open\n", table.ToString().c_str(), response.response().name().c_str(),
              StateText(response.response().state()).c_str(),
              response.response().unresolved_count());
  return absl::OkStatus();
}

absl::Status ShowDraft(Session& session, const std::string& response, bool open_only) {
  v1::GetResponseDraftRequest request;
  request.set_name(absl::StrCat(response, "/draft"));
  v1::ResponseDraft draft;
  WEFT_RETURN_IF_ERROR(session.Call(absl::StrCat(kService, "GetResponseDraft"), request, draft));
  if (session.json()) {
    PrintJson(draft);
    return absl::OkStatus();
  }
  Table table({"ANSWER", "VERSION", "THE RESPONSE SAYS", "SINCE", "OPEN"});
  for (const v1::AnswerRecord& record : draft.answers()) {
    const bool open =
        !record.conflicting().empty() || record.consensus() == v1::AnswerRecord::CONSENSUS_MISSING;
    if (open_only && !open) continue;
    table.Add({record.answer(), absl::StrCat(record.version()), By(record.current()),
               absl::FormatTime("%Y-%m-%d %H:%M", FromProto(record.current().time()),
                                absl::UTCTimeZone()),
               OpenText(record)});
  }
  std::fputs(table.ToString().c_str(), stdout);
  return absl::OkStatus();
}

absl::Status Problems(Session& session, const std::string& response) {
  v1::CheckResponseRequest request;
  request.set_name(response);
  v1::CheckResponseResponse check;
  WEFT_RETURN_IF_ERROR(session.Call(absl::StrCat(kService, "CheckResponse"), request, check));
  if (session.json()) {
    PrintJson(check);
    return absl::OkStatus();
  }
  PrintProblems("error", check.errors());
  PrintProblems("warning", check.warnings());
  std::printf("%d errors, %d warnings\n", check.errors_size(), check.warnings_size());
  return absl::OkStatus();
}

absl::Status Diff(Session& session, const std::string& revision, const std::string& compare_to) {
  v1::DiffResponseRevisionsRequest request;
  request.set_name(revision);
  request.set_compare_to(compare_to);
  v1::DiffResponseRevisionsResponse diff;
  WEFT_RETURN_IF_ERROR(
      session.Call(absl::StrCat(kService, "DiffResponseRevisions"), request, diff));
  if (session.json()) {
    PrintJson(diff);
    return absl::OkStatus();
  }
  Table table({"ANSWER", "WAS", "IS", "REVISION", "BY"});
  for (const v1::AnswerChange& change : diff.changes()) {
    table.Add({change.answer(), ValueText(change.old_value()), ValueText(change.new_value()),
               absl::StrCat(change.revision()),
               change.contributor().empty() ? change.principal() : change.contributor()});
  }
  std::fputs(table.ToString().c_str(), stdout);
  return absl::OkStatus();
}

struct VerbOptions {
  std::vector<std::string> names;
  std::string comment;
  std::vector<std::string> on;
  bool validate_only = false;
};

void SetComments(const VerbOptions&, v1::SubmitResponseRequest&) {}
void SetComments(const VerbOptions&, v1::ApproveResponseRequest&) {}
void SetComments(const VerbOptions& options, v1::ReturnResponseRequest& request) {
  request.set_comment(options.comment);
  for (const std::string& text : options.on) {
    const std::pair<std::string, std::string> parts = absl::StrSplit(text, absl::MaxSplits('=', 1));
    v1::AnswerComment& comment = *request.add_answer_comments();
    comment.set_answer(parts.first);
    comment.set_comment(parts.second);
  }
}

template <class Request>
absl::Status ActOnOne(Session& session, absl::string_view verb, const VerbOptions& options) {
  Request request;
  request.set_name(options.names.front());
  SetComments(options, request);
  request.set_request_id(NewRequestId());
  request.set_validate_only(options.validate_only);
  v1::Response response;
  WEFT_RETURN_IF_ERROR(session.Call(absl::StrCat(kService, verb, "Response"), request, response));
  if (session.json()) {
    PrintJson(response);
    return absl::OkStatus();
  }
  PrintProblems("warning", response.warnings());
  std::printf("%s %s\n", response.name().c_str(), StateText(response.state()).c_str());
  return absl::OkStatus();
}

// One call for one response, a batch for several. What was refused makes the command fail.
template <class Request, class BatchRequest, class BatchResponse>
absl::Status Act(Session& session, absl::string_view verb, const VerbOptions& options) {
  if (options.names.size() == 1) return ActOnOne<Request>(session, verb, options);
  BatchRequest batch;
  for (const std::string& name : options.names) {
    Request& request = *batch.add_requests();
    request.set_name(name);
    SetComments(options, request);
  }
  const std::vector<std::string> parts = absl::StrSplit(options.names.front(), '/');
  batch.set_parent(
      absl::StrJoin(parts.begin(), parts.begin() + std::min<size_t>(parts.size(), 2), "/"));
  batch.set_request_id(NewRequestId());
  batch.set_validate_only(options.validate_only);
  BatchResponse response;
  WEFT_RETURN_IF_ERROR(
      session.Call(absl::StrCat(kService, "Batch", verb, "Responses"), batch, response));
  int refused = 0;
  for (const v1::ResponseResult& result : response.results()) {
    refused += result.has_error() ? 1 : 0;
  }
  if (session.json()) {
    PrintJson(response);
  } else {
    for (const v1::ResponseResult& result : response.results()) {
      PrintProblems(absl::StrCat(result.name(), " warning"), result.warnings());
      std::printf("%s %s\n", result.name().c_str(),
                  result.has_error() ? absl::StrCat("refused: ", result.error().message()).c_str()
                                     : StateText(result.state()).c_str());
    }
  }
  if (refused == 0) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, "ITEMS_REFUSED",
               absl::StrCat(refused, " of ", response.results_size(),
                            " responses were refused; the others are done"));
}

}  // namespace

absl::StatusOr<v1::ContributedAnswer> ParseContribution(const std::string& text) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos) {
    return UsageError(
        absl::StrCat("\"", text,
                     "\" is no answer; write cbo.level=cooperation, or with the version "
                     "that was seen cbo.level@3=cooperation"));
  }
  v1::ContributedAnswer answer;
  const std::string left = text.substr(0, equals);
  const std::string right = text.substr(equals + 1);
  const size_t at = left.find('@');
  answer.set_answer(left.substr(0, at));
  int version = 0;
  if (at != std::string::npos && !absl::SimpleAtoi(left.substr(at + 1), &version)) {
    return UsageError(absl::StrCat("\"", left, "\" has no number behind \"@\""));
  }
  answer.set_base_version(version);
  if (right.empty()) return answer;
  if (right.front() == '{') {
    WEFT_RETURN_IF_ERROR(FromJson(right, left, *answer.mutable_value()));
    return answer;
  }
  if (!ParseValue(answer.answer(), right, *answer.mutable_value())) {
    return UsageError(
        absl::StrCat("\"", right, "\" is no value for ", answer.answer(),
                     "; a count is a number, a level is networking, cooperation, …, and "
                     "anything can be written as JSON: '{\"partners\": {\"min\": 20}}'"));
  }
  return answer;
}

std::string ValueText(const v1::AnswerValue& value) {
  switch (value.value_case()) {
    case v1::AnswerValue::kPartners:
      return CountText(value.partners());
    case v1::AnswerValue::kLevel:
      return Short(type::v1::InteractionLevel_Name(value.level()), "INTERACTION_LEVEL_");
    case v1::AnswerValue::kIncludesSelf:
      return value.includes_self() ? "true" : "false";
    case v1::AnswerValue::kRating:
      return Short(type::v1::SharedResponsibility_Name(value.rating()), "SHARED_RESPONSIBILITY_");
    case v1::AnswerValue::kChoices:
      return value.choices().options().empty() ? "none chosen"
                                               : absl::StrJoin(value.choices().options(), ";");
    case v1::AnswerValue::kNumber:
      return weft::Short(value.number(), 9);
    case v1::AnswerValue::kMissing:
      return absl::StrCat(
          "(", Short(type::v1::MissingReason_Name(value.missing()), "MISSING_REASON_"), ")");
    case v1::AnswerValue::VALUE_NOT_SET:
      break;
  }
  return "–";
}

void AddResponseCommands(CLI::App& app, Session*& session, absl::Status& result) {
  auto contribute = std::make_shared<ContributeOptions>();
  CLI::App* contribute_command =
      app.add_subcommand("contribute", "Answers for a site, together with others");
  contribute_command
      ->add_option(
          "RESPONSE", contribute->response,
          "e.g. waves/2025-winter/responses/site-01, or waves/2025-winter/sites/site-01 to "
          "start it")
      ->required();
  contribute_command
      ->add_option("ANSWERS", contribute->answers,
                   "e.g. cbo.level=cooperation cbo.count@3=12 setting=school students=dont_know; "
                   "@ is the version that you saw, weft draft shows it")
      ->required();
  contribute_command
      ->add_option("--as", contribute->contributor, "pseudonymous id of who answers, e.g. c-17")
      ->required();
  contribute_command->add_option("--audience", contribute->audience,
                                 "in whose words they were asked, e.g. families");
  contribute_command->add_flag("--consensus", contribute->consensus,
                               "what the raters agreed on, not one's own rating");
  contribute_command->add_flag("--validate-only", contribute->validate_only,
                               "check and change nothing");
  contribute_command->callback(
      [&session, &result, contribute] { result = Contribute(*session, *contribute); });

  auto name = std::make_shared<std::string>();
  auto open_only = std::make_shared<bool>(false);
  CLI::App* draft =
      app.add_subcommand("draft", "Shows who answered what in a response, and what is in conflict");
  draft->add_option("RESPONSE", *name, kResponseExample)->required();
  draft->add_flag("--open", *open_only, "only what the contributors do not agree on");
  draft->callback(
      [&session, &result, name, open_only] { result = ShowDraft(*session, *name, *open_only); });

  CLI::App* problems =
      app.add_subcommand("problems", "Says what prevents that a response is handed in, and warns");
  problems->add_option("RESPONSE", *name, kResponseExample)->required();
  problems->callback([&session, &result, name] { result = Problems(*session, *name); });

  auto compare_to = std::make_shared<std::string>();
  CLI::App* diff = app.add_subcommand("diff", "Shows how a revision of a response differs");
  diff->add_option("REVISION", *name, "e.g. waves/2025-winter/responses/site-01/revisions/3")
      ->required();
  diff->add_option("OLDER", *compare_to, "an older one (default: the one before)");
  diff->callback(
      [&session, &result, name, compare_to] { result = Diff(*session, *name, *compare_to); });

  auto verb = std::make_shared<VerbOptions>();
  const auto add_verb = [&](const char* command, const char* help, auto act) {
    CLI::App* added = app.add_subcommand(command, help);
    added->add_option("RESPONSES", verb->names, kResponseExample)->required();
    added->add_flag("--validate-only", verb->validate_only, "check and change nothing");
    added->callback([&session, &result, verb, act] { result = act(*session, *verb); });
    return added;
  };
  add_verb("submit", "Hands responses in", [](Session& open, const VerbOptions& options) {
    return Act<v1::SubmitResponseRequest, v1::BatchSubmitResponsesRequest,
               v1::BatchSubmitResponsesResponse>(open, "Submit", options);
  });
  add_verb("approve", "Accepts submitted responses", [](Session& open, const VerbOptions& options) {
    return Act<v1::ApproveResponseRequest, v1::BatchApproveResponsesRequest,
               v1::BatchApproveResponsesResponse>(open, "Approve", options);
  });
  CLI::App* give_back =
      add_verb("return", "Gives responses back with a comment",
               [](Session& open, const VerbOptions& options) {
                 return Act<v1::ReturnResponseRequest, v1::BatchReturnResponsesRequest,
                            v1::BatchReturnResponsesResponse>(open, "Return", options);
               });
  give_back->add_option("-m,--comment", verb->comment, "what is to be done");
  give_back->add_option("--on", verb->on, "a comment on one answer: cbo.level=\"is that so?\"");
}

}  // namespace weft::cli
