#include "services/ingestion/domain/form/xlsform_writer.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/error.h"
#include "services/ingestion/domain/audiences.h"
#include "services/ingestion/domain/form/form_logic.h"
#include "services/ingestion/domain/form/form_words.h"
#include "services/ingestion/domain/import/cell_values.h"
#include "services/ingestion/domain/names.h"
#include "services/ingestion/domain/open_answers.h"
#include "services/ingestion/domain/scale_words.h"

namespace weft::ingestion {
namespace {

using type::v1::MissingReason;

absl::string_view MissingLabel(MissingReason reason) {
  switch (reason) {
    case type::v1::MISSING_REASON_DONT_KNOW:
      return "Don't know";
    case type::v1::MISSING_REASON_REFUSED:
      return "Prefer not to say";
    case type::v1::MISSING_REASON_NOT_APPLICABLE:
      return "Does not apply";
    default:
      return "";
  }
}

absl::Status Validate(const v1::Instrument& instrument,
                      const v1::ExportInstrumentFormRequest& request) {
  FieldViolations violations;
  RequireAudience(instrument, request.audience(), "audience", violations);
  for (int i = 0; i < request.offered_missing_size(); ++i) {
    const std::string at = absl::StrCat("offered_missing[", i, "]");
    const auto reason = request.offered_missing(i);
    violations.Require(!MissingLabel(static_cast<MissingReason>(reason)).empty(), at,
                       "must be DONT_KNOW, REFUSED or NOT_APPLICABLE: nobody chooses the others");
    const auto before = request.offered_missing().begin() + i;
    violations.Require(std::find(request.offered_missing().begin(), before, reason) == before, at,
                       "repeats another one");
  }
  return violations.ToStatus();
}

// ". >= 0 and . <= 100"; "" without limits.
std::string Limits(const v1::NumberQuestion& number) {
  std::vector<std::string> limits;
  if (number.has_min()) limits.push_back(absl::StrCat(". >= ", FormatNumber(number.min())));
  if (number.has_max()) limits.push_back(absl::StrCat(". <= ", FormatNumber(number.max())));
  return absl::StrJoin(limits, " and ");
}

std::string LimitsForPeople(const v1::NumberQuestion& number) {
  const absl::string_view what = number.integer() ? "A whole number" : "A number";
  if (number.has_min() && number.has_max()) {
    return absl::StrCat(what, " from ", FormatNumber(number.min()), " to ",
                        FormatNumber(number.max()));
  }
  if (number.has_min()) return absl::StrCat(what, ", at least ", FormatNumber(number.min()));
  return absl::StrCat(what, ", at most ", FormatNumber(number.max()));
}

class Writer {
 public:
  Writer(const v1::Instrument& instrument, const registry::v1::Taxonomy& taxonomy,
         const v1::ExportInstrumentFormRequest& request)
      : instrument_(instrument), index_(instrument), taxonomy_(taxonomy), request_(request) {
    for (const int reason : request.offered_missing()) {
      missing_words_.emplace_back(MissingWordFor(static_cast<MissingReason>(reason)));
    }
  }

  XlsForm Write() {
    AddSettings();
    FormRow& site = AddSurvey("text", kSiteName, "Site");
    site.Set("hint", "The id of the site, as its invitation says it");
    site.Set("required", "yes");
    for (const v1::Section& section : instrument_.sections()) AddSection(section);
    AddNotes();
    return std::move(form_);
  }

 private:
  FormRow& AddSurvey(absl::string_view type, absl::string_view name, absl::string_view label) {
    FormRow& row = form_.sheets.survey.emplace_back();
    row.Set("type", type);
    row.Set("name", name);
    row.Set("label", label);
    return row;
  }

  FormRow& AddChoice(absl::string_view list, absl::string_view name, absl::string_view label) {
    FormRow& row = form_.sheets.choices.emplace_back();
    row.Set("list_name", list);
    row.Set("name", name);
    row.Set("label", label);
    return row;
  }

  void AddSettings() {
    FormRow& row = form_.sheets.settings.emplace_back();
    row.Set("form_title", instrument_.display_name());
    const absl::string_view id = LastId(instrument_.name());
    row.Set("form_id", request_.audience().empty() ? std::string(id)
                                                   : absl::StrCat(id, "-", request_.audience()));
    row.Set("version", absl::StrCat(instrument_.version()));
  }

  void AddSection(const v1::Section& section) {
    // A section's id may begin with a digit, which no name in a form may.
    const std::string name = absl::StrCat("s_", section.id());
    SetRelevant(section.shown_if(), name, AddSurvey("begin_group", name, section.display_name()));
    for (const v1::Question& question : section.questions()) AddQuestion(question);
    form_.sheets.survey.emplace_back().Set("type", "end_group");
  }

  void AddQuestion(const v1::Question& question) {
    switch (question.kind_case()) {
      case v1::Question::kChoice: {
        FormRow& row = AddAsked("select_one", question);
        if (question.choice().ordered()) row.Set(kOrderedColumn, "yes");
        AddOptions(question.id(), question.choice().options());
        AddMissing(question.id());
        return;
      }
      case v1::Question::kMultiChoice:
        AddAsked("select_multiple", question);
        AddOptions(question.id(), question.multi_choice().options());
        return;
      case v1::Question::kNumber: {
        FormRow& row = AddAsked(question.number().integer() ? "integer" : "decimal", question);
        row.Set("constraint", Limits(question.number()));
        if (question.number().has_min() || question.number().has_max()) {
          row.Set("constraint_message", LimitsForPeople(question.number()));
        }
        row.Set(kUnitColumn, question.number().unit());
        return;
      }
      case v1::Question::kTextAnswer: {
        FormRow& row = AddAsked("text", question);
        const int length = MaxTextLength(question.text_answer());
        row.Set("constraint", absl::StrCat("string-length(.) <= ", length));
        row.Set("constraint_message", absl::StrCat("At most ", length, " characters"));
        row.Set("appearance", "multiline");
        return;
      }
      case v1::Question::kPartnerMatrix:
        AddMatrix(question);
        return;
      case v1::Question::kSharedResponsibility:
        AddResponsibility(question);
        return;
      case v1::Question::KIND_NOT_SET:
        return;
    }
  }

  // Of a select, the list of choices is called what the question is.
  FormRow& AddAsked(absl::string_view type, const v1::Question& question) {
    return AddAsked(type, question.id(), question.help(), question);
  }
  FormRow& AddAsked(absl::string_view type, absl::string_view name, absl::string_view hint,
                    const v1::Question& question) {
    const bool select = absl::StartsWith(type, "select_");
    FormRow& row = AddSurvey(select ? absl::StrCat(type, " ", name) : std::string(type), name,
                             question.text());
    row.Set("hint", hint);
    if (question.required()) row.Set("required", "yes");
    if (question.per_rater()) row.Set(kPerRaterColumn, "yes");
    SetRelevant(question.shown_if(), question.id(), row);
    return row;
  }

  void SetRelevant(absl::string_view shown_if, absl::string_view what, FormRow& row) {
    if (shown_if.empty()) return;
    const absl::StatusOr<filter::Expression> condition = filter::Parse(shown_if);
    std::optional<std::string> relevant;
    if (condition.ok()) relevant = ToRelevant(index_, *condition, missing_words_);
    if (relevant.has_value()) {
      row.Set("relevant", *relevant);
      return;
    }
    form_.notes.push_back(
        absl::StrCat("the form always asks \"", what, "\": it cannot say \"", shown_if, "\""));
  }

  void AddOptions(absl::string_view list,
                  const google::protobuf::RepeatedPtrField<v1::Option>& options) {
    for (const v1::Option& option : options) {
      SetAliases(option.aliases(), AddChoice(list, option.id(), option.label()));
    }
  }

  void AddMissing(absl::string_view list) {
    for (const int reason : request_.offered_missing()) {
      const auto missing = static_cast<MissingReason>(reason);
      AddChoice(list, MissingWordFor(missing), MissingLabel(missing));
    }
  }

  template <class Label>
  void AddPoint(absl::string_view list, absl::string_view word, const Label& label) {
    FormRow& row = AddChoice(list, word, label.label());
    row.Set(kDefinitionColumn, label.definition());
    if (label.has_code()) row.Set(kCodeColumn, absl::StrCat(label.code()));
    SetAliases(label.aliases(), row);
  }

  static void SetAliases(const google::protobuf::RepeatedPtrField<std::string>& aliases,
                         FormRow& row) {
    row.Set(kAliasesColumn, absl::StrJoin(aliases, std::string(1, kAliasSeparator)));
  }

  // "Networking: we know of each other" on a line for each point that is defined.
  template <class Labels>
  static std::string Definitions(absl::string_view help, const Labels& labels) {
    std::string text(help);
    for (const auto& label : labels) {
      if (label.definition().empty()) continue;
      absl::StrAppend(&text, text.empty() ? "" : "\n", label.label(), ": ", label.definition());
    }
    return text;
  }

  void AddResponsibility(const v1::Question& question) {
    // Named after its kind, as its column in files is, whatever its id.
    AddAsked("select_one", kResponsibilityName,
             Definitions(question.help(), instrument_.shared_responsibility()), question);
    if (question.id() != kResponsibilityName) {
      form_.notes.push_back(
          absl::StrCat("\"", question.id(), "\" is called ", kResponsibilityName, " in the form"));
    }
    for (const v1::ResponsibilityLabel& label : instrument_.shared_responsibility()) {
      AddPoint(kResponsibilityName, WordOf(label.rating()), label);
    }
    AddMissing(kResponsibilityName);
  }

  void AddMatrix(const v1::Question& question) {
    const v1::PartnerMatrixQuestion& matrix = question.partner_matrix();
    FormRow& group = AddSurvey("begin_group", question.id(), question.text());
    if (question.per_rater()) group.Set(kPerRaterColumn, "yes");
    SetRelevant(question.shown_if(), question.id(), group);
    if (question.required()) {
      group.Set(kRequiredColumn, "yes");
      form_.notes.push_back(absl::StrCat("\"", question.id(),
                                         "\" is required, and the form does not insist that one "
                                         "partner type be answered"));
    }
    const std::string help = Definitions(question.help(), instrument_.levels());
    if (!help.empty()) AddSurvey("note", absl::StrCat(question.id(), kHelpSuffix), help);
    for (const registry::v1::PartnerType& type : taxonomy_.types()) AddType(matrix, type);
    form_.sheets.survey.emplace_back().Set("type", "end_group");
    if (!matrix.ask_level()) return;
    for (const v1::LevelLabel& label : instrument_.levels()) {
      AddPoint(kLevelList, WordOf(label.level()), label);
    }
    AddMissing(kLevelList);
  }

  void AddType(const v1::PartnerMatrixQuestion& matrix, const registry::v1::PartnerType& type) {
    FormRow& group = AddSurvey("begin_group", type.code(), type.display_name());
    group.Set("appearance", "field-list");
    if (matrix.ask_count()) {
      FormRow& count = AddSurvey("integer", absl::StrCat(type.code(), kCountSuffix),
                                 absl::StrCat(type.display_name(), ": how many?"));
      count.Set("hint", type.description());
      count.Set("constraint", ". >= 0");
      count.Set("constraint_message", "A whole number, at least 0");
    }
    if (matrix.ask_level()) {
      AddSurvey(absl::StrCat("select_one ", kLevelList), absl::StrCat(type.code(), kLevelSuffix),
                absl::StrCat(type.display_name(), ": how deeply?"));
    }
    form_.sheets.survey.emplace_back().Set("type", "end_group");
  }

  void AddNotes() {
    if (!instrument_.description().empty()) form_.notes.emplace_back("the description stays out");
    if (instrument_.has_submission_checks()) {
      form_.notes.emplace_back("the thresholds of warnings (submission_checks) stay out");
    }
    if (!instrument_.column_aliases().empty()) {
      form_.notes.push_back(
          absl::StrCat(instrument_.column_aliases_size(),
                       " column alias(es) are for files of other origin and stay out"));
    }
    const bool asks_count =
        std::any_of(form_.sheets.survey.begin(), form_.sheets.survey.end(), [](const FormRow& row) {
          return row.Get("type") == "integer" && absl::EndsWith(row.Get("name"), kCountSuffix);
        });
    if (asks_count) {
      form_.notes.push_back(
          "numbers of partners are whole in the form; \"~12\", \"10-15\" and \"20+\" need a file "
          "of another format");
    }
  }

  const v1::Instrument& instrument_;
  const InstrumentIndex index_;
  const registry::v1::Taxonomy& taxonomy_;
  const v1::ExportInstrumentFormRequest& request_;
  std::vector<std::string> missing_words_;
  XlsForm form_;
};

}  // namespace

absl::StatusOr<XlsForm> ToXlsForm(const v1::Instrument& instrument,
                                  const registry::v1::Taxonomy& taxonomy,
                                  const v1::ExportInstrumentFormRequest& request) {
  absl::Status valid = Validate(instrument, request);
  if (!valid.ok()) return valid;
  v1::Instrument as_shown = instrument;
  SpeakTo(request.audience(), as_shown);
  XlsForm form = Writer(as_shown, taxonomy, request).Write();
  if (request.audience().empty() && !instrument.audiences().empty()) {
    form.notes.push_back(absl::StrCat("the words for ", absl::StrJoin(instrument.audiences(), ", "),
                                      " stay out: each audience has a form of its own"));
  }
  return form;
}

}  // namespace weft::ingestion
