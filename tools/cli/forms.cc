#include "tools/cli/forms.h"

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "tools/cli/terminal.h"
#include "tools/cli/words.h"
#include "weft/ingestion/v1/instrument_form.pb.h"

namespace weft::cli {
namespace {

namespace v1 = ingestion::v1;

constexpr char kService[] = "weft.ingestion.v1.InstrumentFormService/";
constexpr absl::string_view kSheets[] = {"survey", "choices", "settings"};

// --- diff-instruments ----------------------------------------------------------------------------

std::string KindText(v1::InstrumentChange::Kind kind) {
  return absl::AsciiStrToLower(absl::StripPrefix(v1::InstrumentChange::Kind_Name(kind), "KIND_"));
}

constexpr size_t kWidestCell = 50;

// On one line of a table, cut where it is long; --json has it whole.
std::string CellText(absl::string_view value) {
  std::string line = absl::StrReplaceAll(value, {{"\n", " / "}});
  return DisplayWidth(line) > kWidestCell ? Fit(line, kWidestCell) : line;
}

absl::Status DiffInstruments(Session& session, const std::string& name,
                             const std::string& compare_to) {
  v1::DiffInstrumentsRequest request;
  request.set_name(name);
  request.set_compare_to(compare_to);
  v1::DiffInstrumentsResponse diff;
  WEFT_RETURN_IF_ERROR(session.Call(absl::StrCat(kService, "DiffInstruments"), request, diff));
  if (session.json()) {
    PrintJson(diff);
    return absl::OkStatus();
  }
  if (diff.compare_to().empty()) {
    std::fprintf(stderr, "%s supersedes no other; name one to compare it with\n", name.c_str());
  }
  if (diff.changes().empty()) {
    std::printf("No differences.\n");
    return absl::OkStatus();
  }
  Table table({"WHAT", "WHERE", "WAS", "IS"});
  for (const v1::InstrumentChange& change : diff.changes()) {
    table.Add({KindText(change.kind()), change.path(), CellText(change.old_value()),
               CellText(change.new_value())});
  }
  std::fputs(table.ToString().c_str(), stdout);
  return absl::OkStatus();
}

// --- export-form ---------------------------------------------------------------------------------

struct ExportOptions {
  std::string instrument;
  std::string output;
  std::vector<std::string> offer;
  std::string audience;
};

absl::Status WriteSheets(const v1::ExportInstrumentFormResponse& form, const std::string& output) {
  if (output.empty() || output == "-") {
    std::fwrite(form.csv().data(), 1, form.csv().size(), stdout);
    return absl::OkStatus();
  }
  if (absl::EndsWithIgnoreCase(output, ".csv")) return WriteFile(output, form.csv());
  std::error_code failed;
  std::filesystem::create_directories(output, failed);
  for (const v1::FormSheet& sheet : form.sheets()) {
    WEFT_RETURN_IF_ERROR(WriteFile(absl::StrCat(output, "/", sheet.name(), ".csv"), sheet.csv()));
  }
  return absl::OkStatus();
}

absl::Status ExportForm(Session& session, const ExportOptions& options) {
  v1::ExportInstrumentFormRequest request;
  request.set_name(options.instrument);
  request.set_audience(options.audience);
  for (const std::string& word : options.offer) {
    type::v1::MissingReason reason = type::v1::MISSING_REASON_UNSPECIFIED;
    if (!type::v1::MissingReason_Parse(absl::StrCat("MISSING_REASON_", absl::AsciiStrToUpper(word)),
                                       &reason)) {
      return UsageError(
          absl::StrCat("--offer takes dont_know, refused and not_applicable, not \"", word, "\""));
    }
    request.add_offered_missing(reason);
  }
  v1::ExportInstrumentFormResponse form;
  WEFT_RETURN_IF_ERROR(session.Call(absl::StrCat(kService, "ExportInstrumentForm"), request, form));
  if (session.json()) {
    PrintJson(form);
    return absl::OkStatus();
  }
  WEFT_RETURN_IF_ERROR(WriteSheets(form, options.output));
  for (const std::string& note : form.notes()) std::fprintf(stderr, "note: %s\n", note.c_str());
  return absl::OkStatus();
}

// --- import-form ---------------------------------------------------------------------------------

struct ImportOptions {
  std::string path;
  std::string id;
  std::string family;
  int version = 1;
  std::string taxonomy;
  std::string supersedes;
  std::string title;
  bool validate_only = false;
};

absl::Status ReadSheet(const std::string& path, absl::string_view name,
                       v1::ImportInstrumentFormRequest& request) {
  WEFT_ASSIGN_OR_RETURN(std::string csv, ReadFile(path));
  v1::FormSheet& sheet = *request.add_sheets();
  sheet.set_name(std::string(name));
  sheet.set_csv(std::move(csv));
  return absl::OkStatus();
}

absl::Status ReadForm(const std::string& path, v1::ImportInstrumentFormRequest& request) {
  if (!std::filesystem::is_directory(path)) return ReadSheet(path, "", request);
  for (const absl::string_view name : kSheets) {
    const std::string file = absl::StrCat(path, "/", name, ".csv");
    if (std::filesystem::exists(file)) WEFT_RETURN_IF_ERROR(ReadSheet(file, name, request));
  }
  if (request.sheets().empty()) {
    return UsageError(absl::StrCat(path, " has no survey.csv, choices.csv or settings.csv"));
  }
  return absl::OkStatus();
}

absl::Status ImportForm(Session& session, const ImportOptions& options) {
  v1::ImportInstrumentFormRequest request;
  WEFT_RETURN_IF_ERROR(ReadForm(options.path, request));
  request.set_instrument_id(options.id);
  v1::Instrument& instrument = *request.mutable_instrument();
  instrument.set_family(options.family);
  instrument.set_version(options.version);
  instrument.set_taxonomy(options.taxonomy);
  instrument.set_supersedes(options.supersedes);
  instrument.set_display_name(options.title);
  request.set_request_id(NewRequestId());
  request.set_validate_only(options.validate_only);
  v1::ImportInstrumentFormResponse response;
  WEFT_RETURN_IF_ERROR(
      session.Call(absl::StrCat(kService, "ImportInstrumentForm"), request, response));
  if (session.json()) {
    PrintJson(response);
    return absl::OkStatus();
  }
  for (const v1::FormNote& note : response.notes()) {
    std::string place = note.sheet();
    if (note.line() > 0) absl::StrAppend(&place, ", line ", note.line());
    if (!note.column().empty()) absl::StrAppend(&place, ", ", note.column());
    std::printf("note: %s: %s\n", place.c_str(), note.description().c_str());
  }
  int questions = 0;
  for (const v1::Section& section : response.instrument().sections()) {
    questions += section.questions_size();
  }
  std::printf("%s %s: a draft with %d questions in %d sections\n",
              options.validate_only ? "Would be" : "Created", response.instrument().name().c_str(),
              questions, response.instrument().sections_size());
  if (!options.validate_only) {
    std::printf("Look at it, then: weft publish %s\n", response.instrument().name().c_str());
  }
  return absl::OkStatus();
}

}  // namespace

void AddFormCommands(CLI::App& app, Session*& session, absl::Status& result) {
  auto name = std::make_shared<std::string>();
  auto compare_to = std::make_shared<std::string>();
  CLI::App* diff =
      app.add_subcommand("diff-instruments", "Shows how an instrument differs from an older one");
  diff->add_option("INSTRUMENT", *name, "e.g. instruments/lab-survey-2025")->required();
  diff->add_option("OLDER", *compare_to, "another one (default: the one that it supersedes)");
  diff->callback([&session, &result, name, compare_to] {
    result = DiffInstruments(*session, *name, *compare_to);
  });

  auto out = std::make_shared<ExportOptions>();
  CLI::App* to_form = app.add_subcommand(
      "export-form", "Writes an instrument as an XLSForm for KoboToolbox, ODK and others");
  to_form->add_option("INSTRUMENT", out->instrument, "e.g. instruments/lab-survey-2024")
      ->required();
  to_form->add_option(
      "-o,--output", out->output,
      "a file that ends with .csv, for one with all sheets, or a directory for "
      "survey.csv, choices.csv and settings.csv (default: one file to the terminal)");
  to_form
      ->add_option("--offer", out->offer,
                   "kinds of missing that can be chosen: dont_know, refused, not_applicable")
      ->delimiter(',');
  to_form->add_option("--audience", out->audience,
                      "in whose words (default: in those for everybody), e.g. families");
  to_form->callback([&session, &result, out] { result = ExportForm(*session, *out); });

  auto in = std::make_shared<ImportOptions>();
  CLI::App* from_form =
      app.add_subcommand("import-form", "Makes a draft of an instrument from an XLSForm");
  from_form
      ->add_option("FORM", in->path,
                   "a CSV with all sheets, or a directory with survey.csv, choices.csv and "
                   "settings.csv")
      ->required();
  from_form->add_option("--id", in->id, "id of the new instrument (default: one is made up)");
  from_form->add_option("--family", in->family, "what its versions have in common, e.g. lab-survey")
      ->required();
  from_form->add_option("--version", in->version, "its number in the family")
      ->capture_default_str();
  from_form->add_option("--taxonomy", in->taxonomy, "its partner types, e.g. taxonomies/lab-2025")
      ->required();
  from_form->add_option("--supersedes", in->supersedes, "the instrument that it replaces");
  from_form->add_option("--title", in->title, "its display name (default: the form's title)");
  from_form->add_flag("--validate-only", in->validate_only, "check and change nothing");
  from_form->callback([&session, &result, in] { result = ImportForm(*session, *in); });
}

}  // namespace weft::cli
