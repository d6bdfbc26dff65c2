#include "tools/cli/open_answers.h"

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
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/words/terms.h"
#include "tools/cli/files.h"
#include "tools/cli/terminal.h"
#include "tools/cli/words.h"
#include "weft/ingestion/v1/coding.pb.h"
#include "weft/ingestion/v1/erasure.pb.h"
#include "weft/ingestion/v1/open_answer_service.pb.h"
#include "weft/ingestion/v1/response_service.pb.h"

namespace weft::cli {
namespace {

namespace v1 = ::weft::ingestion::v1;

constexpr char kResponses[] = "weft.ingestion.v1.ResponseService/";
constexpr char kService[] = "weft.ingestion.v1.OpenAnswerService/";
constexpr char kWaveExample[] = "e.g. waves/2025-winter";
constexpr size_t kChunkBytes = 256 * 1024;
constexpr int kProblemsShown = 20;
constexpr absl::Duration kLookAgain = absl::Milliseconds(200);

struct ReviewOptions {
  std::string name;
  std::string etag;
  std::string note;
  std::vector<std::string> redactions;
  bool clear = false;
  bool withhold = false;
  bool all = false;
  bool validate_only = false;
};

void PrintAnswer(const v1::OpenAnswer& answer) {
  std::printf("%s  %s, speaker %s, consent %s, %d cleared\n", answer.name().c_str(),
              EnumWords(v1::OpenAnswer::Release_Name(answer.release()), "RELEASE_").c_str(),
              EnumWords(v1::OpenAnswer::Speaker_Name(answer.speaker()), "SPEAKER_").c_str(),
              EnumWords(v1::OpenAnswer::Consent_Name(answer.consent()), "CONSENT_").c_str(),
              answer.clearances_size());
  std::printf("  etag %s\n", answer.etag().c_str());
  if (!answer.text().empty()) std::printf("  text: %s\n", answer.text().c_str());
  if (!answer.redacted_text().empty() && answer.redacted_text() != answer.text()) {
    std::printf("  shown: %s\n", answer.redacted_text().c_str());
  }
  if (!answer.review_note().empty()) std::printf("  note: %s\n", answer.review_note().c_str());
}

bool Waits(const v1::OpenAnswer& answer) {
  return answer.release() == v1::OpenAnswer::RELEASE_WITHHELD ||
         answer.release() == v1::OpenAnswer::RELEASE_REDACTED;
}

absl::Status ListWaiting(Session& session, const ReviewOptions& options) {
  v1::ListOpenAnswersRequest request;
  request.set_parent(absl::StrCat(options.name, "/responses/-"));
  WEFT_ASSIGN_OR_RETURN(
      const v1::ListOpenAnswersResponse all,
      ReadAll<v1::ListOpenAnswersResponse>(session, absl::StrCat(kResponses, "ListOpenAnswers"),
                                           std::move(request)));
  v1::ListOpenAnswersResponse found;
  for (const v1::OpenAnswer& answer : all.open_answers()) {
    if (options.all || Waits(answer)) *found.add_open_answers() = answer;
  }
  if (session.json()) {
    PrintJson(found);
    return absl::OkStatus();
  }
  for (const v1::OpenAnswer& answer : found.open_answers()) PrintAnswer(answer);
  std::printf("%s\n", Counted(found.open_answers_size(), "open answer", "open answers").c_str());
  return absl::OkStatus();
}

absl::Status ReviewOne(Session& session, const ReviewOptions& options) {
  if (options.etag.empty()) {
    return UsageError(
        "--etag is needed: it says which text you have read; weft review-open-answers "
        "WAVE shows it");
  }
  v1::ReviewOpenAnswerRequest request;
  request.set_name(options.name);
  // As the list shows it, or without the quotes that a shell may have taken.
  request.set_etag(absl::StartsWith(options.etag, "\"") ? options.etag
                                                        : absl::StrCat("\"", options.etag, "\""));
  request.set_outcome(options.withhold ? v1::ReviewOpenAnswerRequest::OUTCOME_WITHHOLD
                      : options.clear  ? v1::ReviewOpenAnswerRequest::OUTCOME_CLEAR
                                       : v1::ReviewOpenAnswerRequest::OUTCOME_REDACT);
  for (const std::string& text : options.redactions) {
    WEFT_ASSIGN_OR_RETURN(*request.add_redactions(), ParseRedaction(text));
  }
  request.set_note(options.note);
  request.set_request_id(NewRequestId());
  request.set_validate_only(options.validate_only);
  return CallAndPrint<v1::OpenAnswer>(session, absl::StrCat(kService, "ReviewOpenAnswer"), request,
                                      &PrintAnswer);
}

absl::Status ReviewAnswers(Session& session, const ReviewOptions& options) {
  const bool acts = options.clear || options.withhold || !options.redactions.empty();
  const bool is_wave = std::vector<std::string>(absl::StrSplit(options.name, '/')).size() == 2;
  if (acts && is_wave) return UsageError("a review is of one open answer: give its name");
  if (is_wave) return ListWaiting(session, options);
  if (acts) return ReviewOne(session, options);
  v1::GetOpenAnswerRequest request;
  request.set_name(options.name);
  return CallAndPrint<v1::OpenAnswer>(session, absl::StrCat(kResponses, "GetOpenAnswer"), request,
                                      &PrintAnswer);
}

absl::Status Quotes(Session& session, const std::string& wave, const std::string& question) {
  v1::ListQuotesRequest request;
  request.set_parent(wave);
  request.set_question(question);
  WEFT_ASSIGN_OR_RETURN(const v1::ListQuotesResponse all,
                        ReadAll<v1::ListQuotesResponse>(
                            session, absl::StrCat(kService, "ListQuotes"), std::move(request)));
  if (session.json()) {
    PrintJson(all);
    return absl::OkStatus();
  }
  for (const v1::Quote& quote : all.quotes()) {
    std::printf("“%s”\n  – %s (%s)\n", quote.text().c_str(), quote.attribution_line().c_str(),
                quote.question().c_str());
  }
  std::printf("%s\n", Counted(all.quotes_size(), "quote", "quotes").c_str());
  return absl::OkStatus();
}

struct EraseOptions {
  std::string name;
  std::string reason;
  bool validate_only = false;
  bool wait = false;
};

absl::Status Erase(Session& session, const EraseOptions& options) {
  v1::EraseSubjectRequest request;
  request.set_name(options.name);
  request.set_reason(options.reason);
  request.set_request_id(NewRequestId());
  request.set_validate_only(options.validate_only);
  v1::Erasure erasure;
  WEFT_RETURN_IF_ERROR(session.Call(absl::StrCat(kResponses, "EraseSubject"), request, erasure));
  const absl::Time give_up = absl::Now() + session.options().timeout;
  while (options.wait && !options.validate_only && !erasure.has_purge_time()) {
    if (absl::Now() > give_up) {
      return Error(absl::StatusCode::kDeadlineExceeded, "PURGE_UNFINISHED",
                   absl::StrCat("erased, and the bytes are not gone from the disk yet; weft get ",
                                erasure.name(), " tells when they are"));
    }
    absl::SleepFor(kLookAgain);
    v1::GetErasureRequest get;
    get.set_name(erasure.name());
    WEFT_RETURN_IF_ERROR(session.Call(absl::StrCat(kResponses, "GetErasure"), get, erasure));
  }
  if (session.json()) {
    PrintJson(erasure);
    return absl::OkStatus();
  }
  std::printf("%s %s, %s, %s\n", options.validate_only ? "would erase" : "erased",
              Counted(erasure.open_answer_count(), "open answer", "open answers").c_str(),
              Counted(erasure.coded_excerpt_count(), "coded excerpt", "coded excerpts").c_str(),
              Counted(erasure.contributor_count(), "name", "names").c_str());
  if (options.validate_only) return absl::OkStatus();
  std::printf("%s: %s\n", erasure.name().c_str(),
              erasure.has_purge_time() ? "the bytes are gone from the server's files"
                                       : "the bytes leave the server's files next");
  return absl::OkStatus();
}

struct ExcerptOptions {
  std::string wave;
  std::string file;
  std::string coder;
  bool validate_only = false;
};

absl::Status ImportExcerpts(Session& session, const ExcerptOptions& options) {
  WEFT_ASSIGN_OR_RETURN(const std::string file, ReadFile(options.file));
  const std::string method = absl::StrCat(kService, "ImportCodedExcerpts");
  rpc::SyncStream stream = session.ClientFor(method).ClientStream(method, session.MakeOptions());
  v1::ImportCodedExcerptsRequest message;
  message.mutable_header()->set_parent(options.wave);
  message.mutable_header()->set_coder(options.coder);
  message.mutable_header()->set_validate_only(options.validate_only);
  bool goes_on = stream.Write(message);
  for (size_t begin = 0; goes_on && begin < file.size(); begin += kChunkBytes) {
    message.set_chunk(file.substr(begin, kChunkBytes));
    goes_on = stream.Write(message);
  }
  if (goes_on) {
    message.mutable_end()->set_size_bytes(static_cast<int32_t>(file.size()));
    stream.Write(message);
  }
  v1::ImportCodedExcerptsResponse response;
  WEFT_RETURN_IF_ERROR(stream.Finish(response));
  if (session.json()) {
    PrintJson(response);
  } else {
    int shown = 0;
    for (const v1::ImportProblem& problem : response.problems()) {
      if (++shown > kProblemsShown) break;
      std::printf("%s\n", ProblemLine(problem).c_str());
    }
    if (!response.ignored_columns().empty()) {
      std::printf("passed over: %s\n", absl::StrJoin(response.ignored_columns(), ", ").c_str());
    }
    if (response.error_count() == 0) {
      std::printf("%s by %s: %d new, %d deleted%s\n",
                  Counted(response.excerpt_count(), "excerpt", "excerpts").c_str(),
                  absl::StrJoin(response.coders(), ", ").c_str(), response.created_count(),
                  response.deleted_count(), options.validate_only ? " (not applied)" : "");
    }
  }
  if (response.error_count() == 0) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, "IMPORT_FAILED",
               absl::StrCat("the file has ", Counted(response.error_count(), "error", "errors"),
                            "; nothing was applied"));
}

absl::Status Summary(Session& session, const std::string& wave) {
  v1::GetCodingSummaryRequest request;
  request.set_parent(wave);
  v1::CodingSummary summary;
  WEFT_RETURN_IF_ERROR(session.Call(absl::StrCat(kService, "GetCodingSummary"), request, summary));
  if (session.json()) {
    PrintJson(summary);
    return absl::OkStatus();
  }
  Table codes({"CODE", "PASSAGES", "SITES"});
  for (const v1::CodeCount& code : summary.codes()) {
    codes.Add({code.code(), absl::StrCat(code.passage_count()), absl::StrCat(code.sites_size())});
  }
  std::printf("%s", codes.ToString().c_str());
  if (!summary.co_occurrences().empty()) {
    Table pairs({"CODE", "WITH", "PASSAGES"});
    for (const v1::CodePair& pair : summary.co_occurrences()) {
      pairs.Add({pair.code(), pair.other_code(), absl::StrCat(pair.passage_count())});
    }
    std::printf("\n%s", pairs.ToString().c_str());
  }
  for (const v1::CoderAgreement& pair : summary.agreements()) {
    std::printf("\n%s and %s: %s coded by both, pooled kappa %s\n", pair.coder().c_str(),
                pair.other_coder().c_str(),
                Counted(pair.passage_count(), "passage", "passages").c_str(),
                NumberCell(pair.pooled_kappa(), 2).c_str());
    Table agreement({"CODE", "KAPPA", "AGREEMENT", "BOTH", "FIRST", "SECOND"});
    for (const v1::CodeAgreement& code : pair.codes()) {
      agreement.Add({code.code(), NumberCell(code.kappa(), 2), ShareCell(code.observed_agreement()),
                     absl::StrCat(code.both_count()), absl::StrCat(code.first_only_count()),
                     absl::StrCat(code.second_only_count())});
    }
    if (!pair.codes().empty()) std::printf("%s", agreement.ToString().c_str());
  }
  std::printf("\n%s of %s\n", Counted(summary.passage_count(), "passage", "passages").c_str(),
              Counted(summary.site_count(), "site", "sites").c_str());
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::Redaction> ParseRedaction(const std::string& text) {
  const std::vector<std::string> parts = absl::StrSplit(text, absl::MaxSplits(':', 2));
  int start = 0;
  int length = 0;
  const bool parsed = parts.size() == 3 && absl::SimpleAtoi(parts[0], &start) &&
                      absl::SimpleAtoi(parts[1], &length) && !parts[2].empty();
  if (!parsed) {
    return UsageError(
        absl::StrCat("\"", text,
                     "\" is no redaction; write START:LENGTH:REPLACEMENT in characters, "
                     "e.g. 4:3:[name]"));
  }
  v1::Redaction redaction;
  redaction.set_start(start);
  redaction.set_length(length);
  redaction.set_replacement(parts[2]);
  return redaction;
}

void AddOpenAnswerCommands(CLI::App& app, Session*& session, absl::Status& result) {
  auto review = std::make_shared<ReviewOptions>();
  CLI::App* review_command = app.add_subcommand(
      "review-open-answers",
      "Shows the open answers of a wave that wait for review, or reviews one: --redact takes words "
      "out, --clear lets it be quoted, --withhold takes all of that back. A learner's words need "
      "two "
      "reviewers (--principal says who you are)");
  review_command
      ->add_option("NAME", review->name,
                   "e.g. waves/2025-winter, or "
                   "waves/2025-winter/responses/site-01/openAnswers/barriers")
      ->required();
  review_command->add_flag("--all", review->all, "also those that are cleared or erased");
  CLI::Option* clear = review_command->add_flag("--clear", review->clear,
                                                "it may be quoted, as it was or is redacted");
  CLI::Option* redact =
      review_command
          ->add_option("--redact", review->redactions,
                       "START:LENGTH:REPLACEMENT in characters from 0, e.g. 4:3:[name]; may be "
                       "given several times, in order")
          ->allow_extra_args(false);
  review_command->add_flag("--withhold", review->withhold, "it is not to be quoted")
      ->excludes(clear)
      ->excludes(redact);
  review_command->add_option("--etag", review->etag,
                             "the version that you have read, as it is shown here");
  review_command->add_option("--note", review->note, "for the next reviewer");
  review_command->add_flag("--validate-only", review->validate_only, "check and change nothing");
  review_command->callback(
      [&session, &result, review] { result = ReviewAnswers(*session, *review); });

  auto wave = std::make_shared<std::string>();
  auto question = std::make_shared<std::string>();
  CLI::App* quotes = app.add_subcommand(
      "quotes", "Shows what may be quoted, as it was redacted, and how to attribute it");
  quotes->add_option("WAVE", *wave, kWaveExample)->required();
  quotes->add_option("--question", *question, "only answers to it, e.g. barriers");
  quotes->callback(
      [&session, &result, wave, question] { result = Quotes(*session, *wave, *question); });

  auto erase = std::make_shared<EraseOptions>();
  CLI::App* erase_command = app.add_subcommand(
      "erase-subject",
      "Erases the words and names of a response, or of one of its contributors, for good. "
      "Structured answers stay. --validate-only says beforehand what would go");
  erase_command
      ->add_option("NAME", erase->name,
                   "e.g. waves/2025-winter/responses/site-01, or "
                   "waves/2025-winter/responses/site-01/contributors/p1")
      ->required();
  erase_command->add_option("--reason", erase->reason, "why, without personal data")->required();
  erase_command->add_flag("--validate-only", erase->validate_only,
                          "say what would be erased and change nothing");
  erase_command->add_flag("--wait", erase->wait,
                          "until the bytes are gone from the server's files");
  erase_command->callback([&session, &result, erase] { result = Erase(*session, *erase); });

  auto excerpts = std::make_shared<ExcerptOptions>();
  CLI::App* excerpts_command = app.add_subcommand(
      "import-excerpts",
      "Imports coded excerpts from NVivo, Dedoose, MAXQDA, Taguette or a spreadsheet. A file is "
      "the "
      "whole coding of its coders: their excerpts that are not in it go. With errors nothing is "
      "applied. docs/formats.md describes the columns");
  excerpts_command->add_option("WAVE", excerpts->wave, kWaveExample)->required();
  excerpts_command->add_option("FILE", excerpts->file, "the CSV file; - is standard input")
      ->required();
  excerpts_command->add_option("--coder", excerpts->coder,
                               "who coded it, when the file has no such column");
  excerpts_command->add_flag("--validate-only", excerpts->validate_only,
                             "check and change nothing");
  excerpts_command->callback(
      [&session, &result, excerpts] { result = ImportExcerpts(*session, *excerpts); });

  CLI::App* summary = app.add_subcommand(
      "coding-summary",
      "Shows how often codes were given, which go together, and how far coders agree");
  summary->add_option("WAVE", *wave, kWaveExample)->required();
  summary->callback([&session, &result, wave] { result = Summary(*session, *wave); });
}

}  // namespace weft::cli
