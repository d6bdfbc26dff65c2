#include "services/ingestion/domain/form/xlsform_reader.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/validation/ids.h"
#include "common/validation/text.h"
#include "services/ingestion/domain/conditions.h"
#include "services/ingestion/domain/form/form_logic.h"
#include "services/ingestion/domain/form/form_words.h"
#include "services/ingestion/domain/import/cell_values.h"
#include "services/ingestion/domain/instrument_index.h"
#include "services/ingestion/domain/instrument_rules.h"
#include "services/ingestion/domain/open_answers.h"
#include "services/ingestion/domain/scale_words.h"

namespace weft::ingestion {
namespace {

constexpr absl::string_view kMatrixId = "partners";

// Rows that ask nobody anything; what they record comes with every export and is passed over there.
constexpr absl::string_view kMetadata[] = {
    "start", "end",          "today", "deviceid", "username",       "phonenumber", "simserial",
    "email", "subscriberid", "audit", "hidden",   "start-geopoint", "last-saved"};

bool IsMetadata(absl::string_view type) {
  return std::find(std::begin(kMetadata), std::end(kMetadata), type) != std::end(kMetadata);
}

// "yes", "TRUE", "true()"; false for nothing, nullopt for an expression.
std::optional<bool> ReadFlag(absl::string_view text) {
  if (text.empty()) return false;
  absl::ConsumeSuffix(&text, "()");
  return ParseFlag(text);
}
bool IsYes(absl::string_view text) { return ReadFlag(text).value_or(false); }

// ". >= 0 and . <= 10": false when `constraint` says anything else.
bool ReadLimits(absl::string_view constraint, v1::NumberQuestion& number) {
  for (absl::string_view part : absl::StrSplit(constraint, " and ")) {
    part = absl::StripAsciiWhitespace(part);
    if (!absl::ConsumePrefix(&part, ".")) return false;
    part = absl::StripLeadingAsciiWhitespace(part);
    const bool lower = absl::ConsumePrefix(&part, ">=");
    if (!lower && !absl::ConsumePrefix(&part, "<=")) return false;
    const std::optional<double> limit = ParseNumber(absl::StripAsciiWhitespace(part));
    if (!limit.has_value()) return false;
    if (lower) {
      number.set_min(*limit);
    } else {
      number.set_max(*limit);
    }
  }
  return true;
}

// "string-length(.) <= 200".
bool ReadLength(absl::string_view constraint, v1::TextQuestion& text) {
  std::string bare = absl::StrReplaceAll(constraint, {{" ", ""}});
  absl::string_view rest = bare;
  int length = 0;
  if (!absl::ConsumePrefix(&rest, "string-length(.)<=") || !absl::SimpleAtoi(rest, &length) ||
      length <= 0) {
    return false;
  }
  text.set_max_length(length == kDefaultMaxTextLength ? 0 : length);
  return true;
}

class Reader {
 public:
  Reader(const FormSheets& sheets, const registry::v1::Taxonomy& taxonomy, v1::Instrument base,
         FormProblems& problems)
      : sheets_(sheets), taxonomy_(taxonomy), instrument_(std::move(base)), problems_(problems) {
    for (const registry::v1::PartnerType& type : taxonomy.types()) types_.insert(type.code());
    levels_given_ = !instrument_.levels().empty();
    ratings_given_ = !instrument_.shared_responsibility().empty();
  }

  v1::Instrument Read() {
    ReadSettings();
    ReadChoices();
    if (sheets_.survey.empty()) {
      problems_.Add({.sheet = kSurveySheet}, "is missing or has no rows: it holds the questions");
    }
    NoteLanguages();
    for (const FormRow& row : sheets_.survey) ReadRow(row);
    for (const Group& group : groups_) {
      problems_.Add(Place(*group.row, "type"),
                    absl::StrCat("begins the group ", Quoted(group.name), ", which no row ends"));
    }
    FinishMatrix();
    ReadConditions();
    auto& sections = *instrument_.mutable_sections();
    sections.erase(std::remove_if(sections.begin(), sections.end(),
                                  [](const v1::Section& s) { return s.questions().empty(); }),
                   sections.end());
    return std::move(instrument_);
  }

 private:
  struct Group {
    const FormRow* row;
    std::string name;
  };
  // What a form says of when something is asked, until all questions are known.
  struct Relevant {
    const FormRow* row;
    std::string text;
    const v1::Section* section;
    const v1::Question* question;  // null: of the whole section
    std::string* shown_if;
  };

  static FormPlace Place(const FormRow& row, absl::string_view column = "") {
    return {.sheet = kSurveySheet, .line = row.line(), .column = column};
  }

  // --- Settings, choices, languages --------------------------------------------------------------

  void ReadSettings() {
    if (!instrument_.display_name().empty()) return;
    for (const FormRow& row : sheets_.settings) {
      instrument_.set_display_name(std::string(row.Get("form_title")));
      if (!instrument_.display_name().empty()) return;
    }
    problems_.Add({.sheet = kSettingsSheet, .column = "form_title"},
                  "is missing; give the instrument a display_name instead");
  }

  void ReadChoices() {
    for (const FormRow& row : sheets_.choices) {
      absl::string_view list = row.Get("list_name");
      if (list.empty()) list = row.Get("list name");
      if (list.empty()) {
        problems_.Add({.sheet = kChoicesSheet, .line = row.line(), .column = "list_name"},
                      "is missing");
        continue;
      }
      lists_[std::string(list)].push_back(&row);
    }
  }

  void NoteLanguages() {
    std::set<std::string> languages;
    for (const FormRow& row : sheets_.survey) {
      for (const auto& [column, text] : row.cells()) {
        if (absl::StartsWith(column, "label::")) languages.insert(column);
      }
    }
    if (languages.size() < 2) return;
    problems_.Note(
        {.sheet = kSurveySheet},
        absl::StrCat("has ", languages.size(), " languages (", absl::StrJoin(languages, ", "),
                     "); an instrument has one: of each row the first is kept"));
  }

  // --- Rows --------------------------------------------------------------------------------------

  void ReadRow(const FormRow& row) {
    const std::vector<std::string> words =
        absl::StrSplit(row.Get("type"), absl::ByAnyChar(" \t"), absl::SkipWhitespace());
    if (words.empty()) {
      problems_.Add(Place(row, "type"), "is missing");
      return;
    }
    std::string type = absl::AsciiStrToLower(words[0]);
    size_t next = 1;
    if ((type == "begin" || type == "end") && words.size() > 1) {
      absl::StrAppend(&type, "_", absl::AsciiStrToLower(words[next++]));
    }
    if (type == "begin_group") return BeginGroup(row);
    if (type == "end_group") return EndGroup(row);
    if (IsMetadata(type)) return;
    if (type == "note" && IsHelp(row)) {
      help_[groups_.back().name] = std::string(row.Get("label"));
      return;
    }
    if (type == "note" || type == "calculate") {
      problems_.Note(Place(row), absl::StrCat("is a ", type, ", which asks nothing: not kept"));
      return;
    }
    const absl::string_view list = words.size() > next ? absl::string_view(words[next]) : "";
    const bool or_other = words.size() > next + 1 && words[next + 1] == "or_other";
    if (absl::AsciiStrToLower(row.Get("name")) == kSiteName) return;
    if (!IsAsked(type)) {
      problems_.Add(
          Place(row, "type"),
          absl::StrCat("is ", Quoted(type),
                       "; an instrument asks select_one, select_multiple, integer, decimal "
                       "and text: take the row out, or ask for a text"));
      return;
    }
    NoteLogic(row);
    if (const std::optional<std::string> code = TypeOf(row.Get("name"), type); code.has_value()) {
      AddToMatrix(row, type, *code, list);
      return;
    }
    if (type == "select_one" && AsId(row.Get("name"), "") == kResponsibilityName) {
      AddResponsibility(row, list);
      return;
    }
    AddQuestion(row, type, list, or_other);
  }

  // Whether a note is what the writer says at the head of a matrix.
  bool IsHelp(const FormRow& row) const {
    return !groups_.empty() && row.Get("name") == absl::StrCat(groups_.back().name, kHelpSuffix);
  }

  static bool IsAsked(absl::string_view type) {
    return type == "select_one" || type == "select_multiple" || type == "integer" ||
           type == "decimal" || type == "text";
  }

  void NoteLogic(const FormRow& row) {
    for (const absl::string_view column : {"choice_filter", "calculation", "default"}) {
      if (!row.Get(column).empty()) problems_.Note(Place(row, column), "is not kept");
    }
  }

  void BeginGroup(const FormRow& row) {
    const std::string name(row.Get("name"));
    NoteLogic(row);
    const bool outer = groups_.empty();
    groups_.push_back({&row, name});
    if (types_.contains(name)) NoteTypeLogic(row);
    if (!outer || types_.contains(name)) return;
    section_ = instrument_.add_sections();
    std::string id = absl::StrReplaceAll(AsId(absl::StripPrefix(name, "s_"), "-"), {{"_", "-"}});
    section_->set_id(UniqueSection(IsId(id) ? id : absl::StrCat("section-", sections_.size() + 1)));
    section_->set_display_name(std::string(row.Get("label").empty() ? name : row.Get("label")));
    if (row.Get("relevant").empty()) return;
    relevant_.push_back(
        {&row, std::string(row.Get("relevant")), section_, nullptr, section_->mutable_shown_if()});
  }

  void NoteTypeLogic(const FormRow& row) {
    if (row.Get("relevant").empty()) return;
    problems_.Note(Place(row, "relevant"),
                   "is about one partner type; the instrument asks about all types alike");
  }

  void EndGroup(const FormRow& row) {
    if (groups_.empty()) {
      problems_.Add(Place(row, "type"), "ends a group that no row began");
      return;
    }
    groups_.pop_back();
    if (groups_.empty()) section_ = nullptr;
  }

  std::string UniqueSection(const std::string& id) {
    std::string unique = id;
    for (int n = 2; !sections_.insert(unique).second; ++n) unique = absl::StrCat(id, "-", n);
    return unique;
  }

  v1::Section& CurrentSection() {
    if (section_ == nullptr) {
      section_ = instrument_.add_sections();
      section_->set_id(UniqueSection("questions"));
      section_->set_display_name("Questions");
    }
    return *section_;
  }

  // --- Questions ---------------------------------------------------------------------------------

  // A question with what all kinds have; null when its name cannot be an id.
  v1::Question* Ask(const FormRow& row, absl::string_view id, absl::string_view text) {
    if (!ids_.insert(std::string(id)).second) {
      problems_.Add(Place(row, "name"), absl::StrCat("repeats the question ", Quoted(id)));
      return nullptr;
    }
    v1::Question& question = *CurrentSection().add_questions();
    question.set_id(std::string(id));
    question.set_text(std::string(text));
    question.set_help(std::string(row.Get("hint")));
    question.set_required(Required(row));
    NoteRelevant(row, question);
    question.set_per_rater(IsYes(row.Get(kPerRaterColumn)));
    return &question;
  }

  // What decides about the question: its own row and the groups around it inside of its section.
  void NoteRelevant(const FormRow& row, v1::Question& question) {
    std::vector<std::string> parts;
    for (size_t i = 1; i < groups_.size() && groups_[i].row != &row; ++i) {
      if (!types_.contains(groups_[i].name)) parts.emplace_back(groups_[i].row->Get("relevant"));
    }
    parts.emplace_back(row.Get("relevant"));
    parts.erase(std::remove(parts.begin(), parts.end(), ""), parts.end());
    if (parts.empty()) return;
    if (parts.size() > 1) {
      for (std::string& part : parts) part = absl::StrCat("(", part, ")");
    }
    relevant_.push_back({&row, absl::StrJoin(parts, " and "), &CurrentSection(), &question,
                         question.mutable_shown_if()});
  }

  bool Required(const FormRow& row) {
    const absl::string_view required = row.Get("required");
    const std::optional<bool> flag = ReadFlag(required);
    if (!flag.has_value()) {
      problems_.Note(Place(row, "required"),
                     absl::StrCat("depends on ", Quoted(required), "; it is taken as \"no\""));
    }
    return flag.value_or(false);
  }

  void AddQuestion(const FormRow& row, absl::string_view type, absl::string_view list,
                   bool or_other) {
    const absl::string_view name = row.Get("name");
    const std::string id = AsId(name, "");
    if (!IsQuestionId(id)) {
      problems_.Add(
          Place(row, "name"),
          absl::StrCat("is ", Quoted(name), "; it must begin with a letter and have at most ",
                       kMaxItemId, " characters"));
      return;
    }
    if (row.Get("label").empty()) {
      problems_.Add(Place(row, "label"), "is missing: it is the question as shown");
      return;
    }
    v1::Question* question = Ask(row, id, row.Get("label"));
    if (question == nullptr) return;
    if (id != name) Rename(row, id, name);
    if (type == "select_one") {
      question->mutable_choice()->set_ordered(IsYes(row.Get(kOrderedColumn)));
      ReadOptions(row, list, or_other, *question->mutable_choice()->mutable_options());
    } else if (type == "select_multiple") {
      ReadOptions(row, list, or_other, *question->mutable_multi_choice()->mutable_options());
    } else if (type == "text") {
      v1::TextQuestion& text = *question->mutable_text_answer();
      NoteConstraint(row, ReadLength(row.Get("constraint"), text));
    } else {
      v1::NumberQuestion& number = *question->mutable_number();
      number.set_integer(type == "integer");
      number.set_unit(std::string(row.Get(kUnitColumn)));
      const bool kept = ReadLimits(row.Get("constraint"), number);
      if (!kept) {
        number.clear_min();
        number.clear_max();
      }
      NoteConstraint(row, kept);
    }
    if (or_other) AddOther(row, id);
  }

  void Rename(const FormRow& row, const std::string& id, absl::string_view name) {
    problems_.Note(Place(row, "name"),
                   absl::StrCat("becomes \"", id, "\"; files may go on calling it ", Quoted(name)));
    v1::ColumnAlias& alias = *instrument_.add_column_aliases();
    alias.set_column(id);
    alias.set_alias(std::string(name));
  }

  void NoteConstraint(const FormRow& row, bool kept) {
    if (kept || row.Get("constraint").empty()) return;
    problems_.Note(Place(row, "constraint"),
                   "is not kept; an instrument has limits of a number (\". >= 0 and . <= 10\") and "
                   "of a text's length (\"string-length(.) <= 200\")");
  }

  // What `or_other` adds to a form: the choice "other" and a text question after it.
  void AddOther(const FormRow& row, const std::string& id) {
    v1::Question& question = *CurrentSection().add_questions();
    question.set_id(absl::StrCat(id, "_other"));
    question.set_text(absl::StrCat("Other: ", row.Get("label")));
    question.mutable_text_answer();
    if (!ids_.insert(question.id()).second) {
      problems_.Add(Place(row, "type"),
                    absl::StrCat("needs a question \"", question.id(),
                                 "\" for its or_other, and there is one already"));
    }
  }

  const std::vector<const FormRow*>* ListOf(const FormRow& row, absl::string_view list) {
    const auto found = lists_.find(std::string(list));
    if (found != lists_.end()) return &found->second;
    problems_.Add(Place(row, "type"), list.empty()
                                          ? "names no list of choices"
                                          : absl::StrCat("takes choices of the list ", Quoted(list),
                                                         ", of which the sheet choices has none"));
    return nullptr;
  }

  static void AddAliases(const FormRow& choice,
                         google::protobuf::RepeatedPtrField<std::string>& aliases) {
    for (const absl::string_view alias :
         absl::StrSplit(choice.Get(kAliasesColumn), kAliasSeparator, absl::SkipWhitespace())) {
      *aliases.Add() = std::string(alias);
    }
  }

  absl::string_view LabelOf(const FormRow& choice) {
    if (choice.Get("label").empty()) {
      problems_.Add({.sheet = kChoicesSheet, .line = choice.line(), .column = "label"},
                    "is missing");
    }
    return choice.Get("label");
  }

  void ReadOptions(const FormRow& row, absl::string_view list, bool or_other,
                   google::protobuf::RepeatedPtrField<v1::Option>& options) {
    const std::vector<const FormRow*>* choices = ListOf(row, list);
    if (choices == nullptr) return;
    for (const FormRow* choice : *choices) {
      const absl::string_view name = choice->Get("name");
      // A kind of missing is an answer to every question, and no option of one.
      if (IsMissingWord(name)) continue;
      v1::Option& option = *options.Add();
      option.set_id(AsId(name, "-"));
      option.set_label(std::string(LabelOf(*choice)));
      AddAliases(*choice, *option.mutable_aliases());
      if (option.id() != name && FoldText(name) != FoldText(option.label()) &&
          FoldText(name) != option.id()) {
        option.add_aliases(std::string(name));
      }
      if (!IsOptionId(option.id())) {
        problems_.Add({.sheet = kChoicesSheet, .line = choice->line(), .column = "name"},
                      absl::StrCat("is ", Quoted(name),
                                   "; it must begin with a letter or digit and have at most ",
                                   kMaxItemId, " characters"));
      }
    }
    const bool has_other = std::any_of(options.begin(), options.end(),
                                       [](const v1::Option& o) { return o.id() == "other"; });
    if (!or_other || has_other) return;
    v1::Option& option = *options.Add();
    option.set_id("other");
    option.set_label("Other");
  }

  // --- The scales --------------------------------------------------------------------------------

  // Reads the labels of a scale from a list of choices, once.
  template <class Label, class WordToPoint, class SetPoint>
  void ReadScale(const FormRow& row, absl::string_view list, std::string& known, bool given,
                 WordToPoint point_of, SetPoint set_point, absl::string_view points,
                 google::protobuf::RepeatedPtrField<Label>& labels) {
    const std::vector<const FormRow*>* choices = ListOf(row, list);
    if (choices == nullptr || given || known == list) return;
    if (!known.empty()) {
      problems_.Add(Place(row, "type"), absl::StrCat("takes its choices from ", Quoted(list),
                                                     ", another question from ", Quoted(known),
                                                     "; an instrument has one scale for all"));
      return;
    }
    known = std::string(list);
    for (const FormRow* choice : *choices) {
      const absl::string_view name = choice->Get("name");
      if (IsMissingWord(name)) continue;
      auto point = point_of(AsId(name, ""));
      if (!point.has_value()) point = point_of(AsId(choice->Get("label"), ""));
      if (!point.has_value()) {
        problems_.Add({.sheet = kChoicesSheet, .line = choice->line(), .column = "name"},
                      absl::StrCat("is ", Quoted(name), "; it must be one of ", points,
                                   ", or its label must"));
        continue;
      }
      Label& label = *labels.Add();
      set_point(label, *point);
      label.set_label(std::string(LabelOf(*choice)));
      label.set_definition(std::string(choice->Get(kDefinitionColumn)));
      AddAliases(*choice, *label.mutable_aliases());
      int code = 0;
      if (absl::SimpleAtoi(choice->Get(kCodeColumn), &code)) label.set_code(code);
      // What exports hold: readable without a mapping unless it is the word or the label anyway.
      if (!point_of(AsId(name, "")).has_value() && FoldText(name) != FoldText(label.label())) {
        int number = 0;
        if (absl::SimpleAtoi(name, &number) && !label.has_code()) {
          label.set_code(number);
        } else {
          label.add_aliases(std::string(name));
        }
      }
    }
  }

  void AddResponsibility(const FormRow& row, absl::string_view list) {
    v1::Question* question = Ask(row, kResponsibilityName, row.Get("label"));
    if (question == nullptr) return;
    question->mutable_shared_responsibility();
    ReadScale(
        row, list, rating_list_, ratings_given_,
        [](absl::string_view word) { return ResponsibilityOf(word); },
        [](v1::ResponsibilityLabel& label, type::v1::SharedResponsibility rating) {
          label.set_rating(rating);
        },
        "not_evident, moderately_evident, significantly_evident",
        *instrument_.mutable_shared_responsibility());
    question->set_help(WithoutDefinitions(question->help(), instrument_.shared_responsibility()));
  }

  // A hint without the definitions of `labels`, which may have several lines each.
  template <class Labels>
  static std::string WithoutDefinitions(absl::string_view hint, const Labels& labels) {
    std::string text = absl::StrCat("\n", hint, "\n");
    for (const auto& label : labels) {
      const std::string entry = absl::StrCat("\n", label.label(), ": ", label.definition(), "\n");
      for (size_t at = text.find(entry); at != std::string::npos; at = text.find(entry, at)) {
        text.erase(at, entry.size() - 1);
      }
    }
    return text.size() < 2 ? "" : text.substr(1, text.size() - 2);
  }

  // --- The partner matrix ------------------------------------------------------------------------

  // The partner type whose count or level a question of this name and type is.
  std::optional<std::string> TypeOf(absl::string_view name, absl::string_view type) const {
    const std::string id = AsId(name, "");
    absl::string_view code = id;
    const bool count = type == "integer" && absl::ConsumeSuffix(&code, kCountSuffix);
    if (!count && !(type == "select_one" && absl::ConsumeSuffix(&code, kLevelSuffix))) {
      return std::nullopt;
    }
    if (!types_.contains(code)) return std::nullopt;
    return std::string(code);
  }

  void AddToMatrix(const FormRow& row, absl::string_view type, const std::string& code,
                   absl::string_view list) {
    if (!matrix_rows_.insert(AsId(row.Get("name"), "")).second) {
      problems_.Add(Place(row, "name"),
                    absl::StrCat("repeats the question ", Quoted(row.Get("name"))));
      return;
    }
    if (matrix_ == nullptr) BeginMatrix(row);
    if (matrix_ == nullptr) return;
    v1::PartnerMatrixQuestion& matrix = *matrix_->mutable_partner_matrix();
    asked_types_.insert(code);
    NoteTypeLogic(row);
    if (Required(row)) matrix_->set_required(true);
    if (type == "integer") {
      matrix.set_ask_count(true);
      return;
    }
    matrix.set_ask_level(true);
    ReadScale(
        row, list, level_list_, levels_given_, [](absl::string_view word) { return LevelOf(word); },
        [](v1::LevelLabel& label, type::v1::InteractionLevel level) { label.set_level(level); },
        "no_interaction, networking, cooperation, coordination, collaboration",
        *instrument_.mutable_levels());
  }

  void BeginMatrix(const FormRow& row) {
    // The group around the groups of single types, if it is not the section itself.
    size_t depth = groups_.size();
    while (depth > 0 && types_.contains(groups_[depth - 1].name)) --depth;
    const FormRow* group = depth > 1 ? groups_[depth - 1].row : nullptr;
    std::string id = group == nullptr ? "" : AsId(group->Get("name"), "");
    if (!IsQuestionId(id)) id = std::string(kMatrixId);
    const FormRow none;
    matrix_ =
        Ask(group == nullptr ? none : *group, id,
            group == nullptr || group->Get("label").empty() ? "Partners" : group->Get("label"));
    if (matrix_ == nullptr) return;
    matrix_->mutable_partner_matrix();
    if (group == nullptr) return;
    if (IsYes(group->Get(kRequiredColumn))) matrix_->set_required(true);
    matrix_->set_help(help_[std::string(group->Get("name"))]);
  }

  void ReadConditions() {
    if (relevant_.empty()) return;
    v1::Instrument known = instrument_;
    for (const registry::v1::PartnerType& type : taxonomy_.types()) {
      known.add_partner_types(type.code());
    }
    const InstrumentIndex index(std::move(known));
    for (const Relevant& relevant : relevant_) {
      if (relevant.section->questions().empty()) continue;
      const v1::Question& first =
          relevant.question == nullptr ? relevant.section->questions(0) : *relevant.question;
      FieldViolations violations;
      const absl::StatusOr<filter::Expression> condition = FromRelevant(index, relevant.text);
      if (condition.ok()) {
        CheckCondition(index, *condition, index.QuestionOrder(first.id()), "relevant", violations);
      }
      const absl::Status checked = condition.ok() ? violations.ToStatus() : condition.status();
      if (checked.ok()) {
        *relevant.shown_if = filter::ToText(*condition);
        continue;
      }
      problems_.Note(
          Place(*relevant.row, "relevant"),
          absl::StrCat("is not kept, and what it is about is always asked: ", checked.message()));
    }
  }

  void FinishMatrix() {
    if (matrix_ == nullptr) return;
    matrix_->set_help(WithoutDefinitions(matrix_->help(), instrument_.levels()));
    std::vector<absl::string_view> silent;
    for (const std::string& type : types_) {
      if (!asked_types_.contains(type)) silent.push_back(type);
    }
    if (silent.empty()) return;
    problems_.Note({.sheet = kSurveySheet},
                   absl::StrCat("does not ask about ", absl::StrJoin(silent, ", "),
                                "; the instrument asks about every type of its taxonomy"));
  }

  const FormSheets& sheets_;
  const registry::v1::Taxonomy& taxonomy_;
  v1::Instrument instrument_;
  FormProblems& problems_;
  std::set<std::string, std::less<>> types_;
  absl::flat_hash_map<std::string, std::vector<const FormRow*>> lists_;
  bool levels_given_ = false;
  bool ratings_given_ = false;

  std::vector<Group> groups_;
  absl::flat_hash_set<std::string> sections_;
  v1::Section* section_ = nullptr;
  absl::flat_hash_set<std::string> ids_;
  v1::Question* matrix_ = nullptr;
  // By the names of groups.
  absl::flat_hash_map<std::string, std::string> help_;
  absl::flat_hash_set<std::string> matrix_rows_;
  std::set<std::string> asked_types_;
  std::string level_list_;
  std::string rating_list_;
  std::vector<Relevant> relevant_;
};

}  // namespace

v1::Instrument FromXlsForm(const FormSheets& sheets, const registry::v1::Taxonomy& taxonomy,
                           v1::Instrument base, FormProblems& problems) {
  return Reader(sheets, taxonomy, std::move(base), problems).Read();
}

}  // namespace weft::ingestion
