#include "services/ingestion/domain/import/answer_cells.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/validation/text.h"
#include "services/ingestion/domain/import/cell_values.h"
#include "services/ingestion/domain/open_answers.h"

namespace weft::ingestion {
namespace {

constexpr absl::string_view kCountItem = "partner_count";
constexpr absl::string_view kLevelItem = "interaction_level";
constexpr absl::string_view kSelfItem = "includes_self";
constexpr absl::string_view kRatingItem = "shared_responsibility";

// Different spellings of labels that are remembered; a file with more is no survey's.
constexpr size_t kMaxRemembered = 4096;
constexpr int kNotFound = -1;
// Labels that a message lists before it says "and N more".
constexpr size_t kMaxListed = 12;

int MaxTextLength(const v1::Question& question) {
  const int declared = question.text_answer().max_length();
  return declared == 0 ? kDefaultMaxTextLength : declared;
}

std::string Listed(const std::vector<std::string>& labels) {
  const size_t shown = std::min(labels.size(), kMaxListed);
  std::string text = absl::StrJoin(labels.begin(), labels.begin() + shown, ", ");
  if (labels.size() > shown) absl::StrAppend(&text, " and ", labels.size() - shown, " more");
  return text;
}

// What to write for a value that is not there.
constexpr absl::string_view kMissingHint =
    "leave the cell empty when it was not answered, or write NOT_ASKED, DONT_KNOW, REFUSED or "
    "NOT_APPLICABLE";

// "is no X; did you mean Y? Write one of: A, B." for cells that should hold one of some labels.
std::string ExplainLabel(absl::string_view text, absl::string_view what,
                         const std::vector<std::string>& labels,
                         const std::vector<std::string>& spellings) {
  std::string message = absl::StrCat(Quoted(text), " is no ", what, "; ");
  if (LooksMissing(text)) return absl::StrCat(message, kMissingHint);
  const std::string nearest = NearestOf(text, spellings);
  if (!nearest.empty()) absl::StrAppend(&message, "did you mean ", Quoted(nearest), "? ");
  return absl::StrCat(message, "Write one of: ", Listed(labels));
}

template <class Labels>
void CollectLabels(const Labels& from, std::vector<std::string>& labels,
                   std::vector<std::string>& spellings) {
  for (const auto& entry : from) {
    labels.push_back(entry.label());
    spellings.push_back(entry.label());
    spellings.insert(spellings.end(), entry.aliases().begin(), entry.aliases().end());
  }
}

// A point by its name in the API, "INTERACTION_LEVEL_NETWORKING": the same whatever the
// instrument's labels are.
template <class Point>
int ParsePoint(absl::string_view text, bool (*parse)(google::protobuf::ConstStringParam, Point*)) {
  Point point{};
  const bool known = parse(absl::AsciiStrToUpper(text), &point) && point != Point{};
  return known ? static_cast<int>(point) : kNotFound;
}

// What stands between separators of a multi-choice cell.
std::vector<absl::string_view> Parts(absl::string_view text) {
  std::vector<absl::string_view> parts;
  for (absl::string_view part : absl::StrSplit(text, kOptionSeparator)) {
    part = TrimCell(part);
    if (!part.empty()) parts.push_back(part);
  }
  return parts;
}

const v1::PartnerCell* FindCell(const v1::Answers& answers, absl::string_view partner_type) {
  for (const v1::PartnerCell& cell : answers.partner_cells()) {
    if (cell.partner_type() == partner_type) return &cell;
  }
  return nullptr;
}

const v1::Answer* FindAnswer(const v1::Answers& answers, absl::string_view question) {
  for (const v1::Answer& answer : answers.items()) {
    if (answer.question() == question) return &answer;
  }
  return nullptr;
}

v1::PartnerCell& CellFor(const std::string& partner_type, v1::Answers& answers) {
  const int last = answers.partner_cells_size() - 1;
  if (last >= 0 && answers.partner_cells(last).partner_type() == partner_type) {
    return *answers.mutable_partner_cells(last);
  }
  v1::PartnerCell& cell = *answers.add_partner_cells();
  cell.set_partner_type(partner_type);
  return cell;
}

std::string FormatPartnerCell(const InstrumentIndex& instrument, Slot::Kind kind,
                              const v1::PartnerCell& cell, bool codes) {
  if (kind == Slot::Kind::kIncludesSelf) {
    if (!cell.has_includes_self()) return "";
    return cell.includes_self() ? "true" : "false";
  }
  if (kind == Slot::Kind::kCount) {
    if (cell.has_partners()) return FormatCount(cell.partners());
    return std::string(MissingWordFor(cell.count_missing()));
  }
  if (cell.has_level()) {
    return codes ? type::v1::InteractionLevel_Name(cell.level())
                 : std::string(instrument.LabelOf(cell.level()));
  }
  return std::string(MissingWordFor(cell.level_missing()));
}

std::string FormatItem(const InstrumentIndex& instrument, const Slot& slot,
                       const v1::Answer& answer, bool codes) {
  if (answer.has_missing()) return std::string(MissingWordFor(answer.missing()));
  if (answer.has_number()) return FormatNumber(answer.number());
  std::vector<std::string> labels;
  for (const std::string& id : answer.choices().options()) {
    const v1::Option* option = instrument.FindOption(*slot.question, id);
    labels.push_back(option == nullptr || codes ? id : option->label());
  }
  // Shown, and nothing ticked: that is an answer, and an empty cell is none.
  if (labels.empty()) return std::string(1, kOptionSeparator);
  return absl::StrJoin(labels, std::string(1, kOptionSeparator));
}

}  // namespace

SlotTable::SlotTable(const InstrumentIndex& instrument) {
  const auto order_of = [&](const v1::Question& question) {
    return static_cast<size_t>(instrument.QuestionOrder(question.id()));
  };
  if (const v1::Question* matrix = instrument.partner_matrix(); matrix != nullptr) {
    for (int type = 0; type < instrument.partner_types().size(); ++type) {
      const std::string& code = instrument.partner_types()[type];
      const auto add = [&](Slot::Kind kind, absl::string_view field, absl::string_view item) {
        Add({kind, matrix, type, absl::StrCat(code, ".", field), std::string(item),
             order_of(*matrix)});
      };
      if (matrix->partner_matrix().ask_count()) add(Slot::Kind::kCount, "count", kCountItem);
      if (matrix->partner_matrix().ask_level()) add(Slot::Kind::kLevel, "level", kLevelItem);
      add(Slot::Kind::kIncludesSelf, kSelfItem, kSelfItem);
    }
  }
  const auto add = [&](Slot::Kind kind, const v1::Question& question, absl::string_view name) {
    Add({kind, &question, -1, std::string(name), std::string(name), order_of(question)});
  };
  if (const v1::Question* question = instrument.shared_responsibility(); question != nullptr) {
    add(Slot::Kind::kRating, *question, kRatingItem);
  }
  for (const v1::Question* question : instrument.questions()) {
    switch (question->kind_case()) {
      case v1::Question::kChoice:
        add(Slot::Kind::kChoice, *question, question->id());
        break;
      case v1::Question::kMultiChoice:
        add(Slot::Kind::kMultiChoice, *question, question->id());
        break;
      case v1::Question::kNumber:
        add(Slot::Kind::kNumber, *question, question->id());
        break;
      case v1::Question::kTextAnswer:
        add(Slot::Kind::kText, *question, question->id());
        break;
      case v1::Question::kPartnerMatrix:
      case v1::Question::kSharedResponsibility:
      case v1::Question::KIND_NOT_SET:
        break;
    }
  }
}

void SlotTable::Add(Slot slot) {
  by_column_.emplace(slot.column, slots_.size());
  by_item_.emplace(std::make_pair(slot.item, slot.type), slots_.size());
  if (std::find(items_.begin(), items_.end(), slot.item) == items_.end()) {
    items_.push_back(slot.item);
  }
  slots_.push_back(std::move(slot));
}

std::optional<size_t> SlotTable::FindColumn(absl::string_view column) const {
  const auto found = by_column_.find(column);
  if (found == by_column_.end()) return std::nullopt;
  return found->second;
}

std::optional<size_t> SlotTable::FindItem(absl::string_view item, int type) const {
  const auto found = by_item_.find(std::make_pair(std::string(item), type));
  if (found == by_item_.end()) return std::nullopt;
  return found->second;
}

bool SlotTable::IsTypeItem(absl::string_view item) {
  return item == kCountItem || item == kLevelItem || item == kSelfItem;
}

std::optional<Reason> CellParser::Parse(const Slot& slot, absl::string_view text,
                                        CellValue& value) {
  value.kind = CellValue::Kind::kNothing;
  value.na = false;
  const absl::string_view trimmed = TrimCell(text);
  if (trimmed.empty()) return std::nullopt;
  const std::optional<MissingWord> missing = ParseMissingWord(trimmed);
  if (slot.kind == Slot::Kind::kText) {
    // Free text is what somebody wrote: only a word exactly as the format has it is taken out.
    if (missing.has_value() && (trimmed == "NA" || trimmed == MissingWordFor(missing->reason))) {
      value.na = missing->na;
      return std::nullopt;
    }
    value.kind = CellValue::Kind::kPresent;
    const size_t limit = static_cast<size_t>(MaxTextLength(*slot.question));
    // Never more characters than bytes, so most texts need no counting.
    if (text.size() > limit && CharacterCount(text) > limit) return Reason::kTextTooLong;
    return std::nullopt;
  }
  if (missing.has_value()) {
    value.na = missing->na;
    // A flag holds no reason: not known is all that is left of it.
    if (missing->na || slot.kind == Slot::Kind::kIncludesSelf) return std::nullopt;
    value.kind = CellValue::Kind::kMissing;
    value.missing = missing->reason;
    return std::nullopt;
  }
  value.kind = CellValue::Kind::kPresent;
  return ParsePresent(slot, trimmed, value);
}

std::optional<Reason> CellParser::ParsePresent(const Slot& slot, absl::string_view text,
                                               CellValue& value) {
  switch (slot.kind) {
    case Slot::Kind::kCount: {
      std::optional<v1::PartnerCount> count = ParseCount(text);
      if (!count.has_value()) return Reason::kBadCount;
      value.count = *std::move(count);
      return std::nullopt;
    }
    case Slot::Kind::kLevel:
      value.point = FindLevel(text);
      if (value.point != kNotFound) return std::nullopt;
      return ParseNumber(text).has_value() ? Reason::kLevelCodeNotDeclared : Reason::kUnknownLevel;
    case Slot::Kind::kIncludesSelf: {
      const std::optional<bool> flag = ParseFlag(text);
      if (!flag.has_value()) return Reason::kBadFlag;
      value.flag = *flag;
      return std::nullopt;
    }
    case Slot::Kind::kRating:
      value.point = FindRating(text);
      if (value.point != kNotFound) return std::nullopt;
      return ParseNumber(text).has_value() ? Reason::kRatingCodeNotDeclared
                                           : Reason::kUnknownRating;
    case Slot::Kind::kChoice: {
      const int option = FindOption(*slot.question, text);
      if (option == kNotFound) return Reason::kUnknownOption;
      value.options.assign(1, option);
      return std::nullopt;
    }
    case Slot::Kind::kMultiChoice:
      return ParseOptions(slot, text, value);
    case Slot::Kind::kNumber: {
      const std::optional<double> number = ParseNumber(text);
      if (!number.has_value()) return Reason::kBadNumber;
      const v1::NumberQuestion& question = slot.question->number();
      if (question.integer() && std::trunc(*number) != *number) return Reason::kBadNumber;
      if ((question.has_min() && *number < question.min()) ||
          (question.has_max() && *number > question.max())) {
        return Reason::kNumberOutOfRange;
      }
      value.number = *number;
      return std::nullopt;
    }
    case Slot::Kind::kText:
      return std::nullopt;
  }
  return std::nullopt;
}

std::optional<Reason> CellParser::ParseOptions(const Slot& slot, absl::string_view text,
                                               CellValue& value) {
  value.options.clear();
  for (const absl::string_view part : Parts(text)) {
    const int option = FindOption(*slot.question, part);
    if (option == kNotFound) return Reason::kUnknownOption;
    value.options.push_back(option);
  }
  std::sort(value.options.begin(), value.options.end());
  if (std::adjacent_find(value.options.begin(), value.options.end()) != value.options.end()) {
    return Reason::kRepeatedOption;
  }
  return std::nullopt;
}

void CellParser::Remember(Known& known, absl::string_view text, int value) {
  if (known.size() < kMaxRemembered) known.emplace(text, value);
}

int CellParser::FindLevel(absl::string_view text) {
  if (const auto known = levels_.find(text); known != levels_.end()) return known->second;
  int point = ParsePoint(text, type::v1::InteractionLevel_Parse);
  if (const auto level = instrument_.MatchLevel(text); level.has_value()) {
    point = static_cast<int>(*level);
  }
  Remember(levels_, text, point);
  return point;
}

int CellParser::FindRating(absl::string_view text) {
  if (const auto known = ratings_.find(text); known != ratings_.end()) return known->second;
  int point = ParsePoint(text, type::v1::SharedResponsibility_Parse);
  if (const auto rating = instrument_.MatchRating(text); rating.has_value()) {
    point = static_cast<int>(*rating);
  }
  Remember(ratings_, text, point);
  return point;
}

int CellParser::FindOption(const v1::Question& question, absl::string_view text) {
  Known& known = options_[&question];
  if (const auto option = known.find(text); option != known.end()) return option->second;
  const v1::Option* option = instrument_.MatchOption(question, text);
  const int place = option == nullptr ? kNotFound : instrument_.OptionOrder(question, option->id());
  Remember(known, text, place);
  return place;
}

std::string CellParser::Explain(Reason reason, const Slot& slot, absl::string_view text) const {
  std::vector<std::string> labels;
  std::vector<std::string> spellings;
  text = TrimCell(text);
  switch (reason) {
    case Reason::kBadCount:
      if (LooksMissing(text)) return absl::StrCat(Quoted(text), " is no count; ", kMissingHint);
      if (LooksLikeDate(text)) {
        return absl::StrCat(
            Quoted(text),
            " is no count; it looks like a range that a spreadsheet has turned into "
            "a date. Format the column as text and write 10-15");
      }
      return absl::StrCat(Quoted(text),
                          " is no count; write a whole number (12), about that (~12), a range with "
                          "the smaller number first (10-15), or at least that (20+), without "
                          "thousands separators");
    case Reason::kUnknownLevel:
      CollectLabels(instrument_.instrument().levels(), labels, spellings);
      return ExplainLabel(text, "interaction level", labels, spellings);
    case Reason::kLevelCodeNotDeclared:
      CollectLabels(instrument_.instrument().levels(), labels, spellings);
      return absl::StrCat(
          instrument_.instrument().name(), " declares no code ", Quoted(text),
          " for a level, and numbers are never guessed. Write one of: ", Listed(labels));
    case Reason::kUnknownRating:
      CollectLabels(instrument_.instrument().shared_responsibility(), labels, spellings);
      return ExplainLabel(text, "point of the shared-responsibility scale", labels, spellings);
    case Reason::kRatingCodeNotDeclared:
      CollectLabels(instrument_.instrument().shared_responsibility(), labels, spellings);
      return absl::StrCat(
          instrument_.instrument().name(), " declares no code ", Quoted(text),
          " for a rating, and numbers are never guessed. Write one of: ", Listed(labels));
    case Reason::kBadFlag:
      return absl::StrCat(Quoted(text),
                          " is neither yes nor no; write true, false, yes, no, 1 or 0, ",
                          "or leave the cell empty when it is not known");
    case Reason::kUnknownOption: {
      CollectLabels(instrument_.OptionsOf(*slot.question), labels, spellings);
      for (const v1::Option& option : instrument_.OptionsOf(*slot.question)) {
        spellings.push_back(option.id());
      }
      const std::string what = absl::StrCat("option of \"", slot.question->id(), "\"");
      if (slot.kind == Slot::Kind::kChoice) return ExplainLabel(text, what, labels, spellings);
      for (const absl::string_view part : Parts(text)) {
        if (instrument_.MatchOption(*slot.question, part) != nullptr) continue;
        return absl::StrCat(ExplainLabel(part, what, labels, spellings),
                            ". Several are joined by \";\"");
      }
      return "";
    }
    case Reason::kRepeatedOption:
      return absl::StrCat("an option of \"", slot.question->id(),
                          "\" stands twice in the cell; write each once");
    case Reason::kBadTick:
      return absl::StrCat(Quoted(text), " does not say whether the option is ticked; write 1 or 0");
    case Reason::kOptionColumnsDisagree:
      return absl::StrCat("the columns of \"", slot.question->id(),
                          "\" contradict each other: the one with all options, the ones for each, "
                          "or a missing value beside ticks; correct them, or pass some over");
    case Reason::kBadNumber:
      if (LooksMissing(text)) return absl::StrCat(Quoted(text), " is no number; ", kMissingHint);
      return absl::StrCat(Quoted(text), " is no ",
                          slot.question->number().integer() ? "whole " : "",
                          "number; write digits, with a point before decimals and without "
                          "thousands separators");
    case Reason::kNumberOutOfRange: {
      const v1::NumberQuestion& question = slot.question->number();
      std::string bounds;
      if (question.has_min()) absl::StrAppend(&bounds, "at least ", question.min());
      if (question.has_min() && question.has_max()) absl::StrAppend(&bounds, " and ");
      if (question.has_max()) absl::StrAppend(&bounds, "at most ", question.max());
      return absl::StrCat(Quoted(text), " is out of range; \"", slot.question->id(),
                          "\" takes numbers of ", bounds);
    }
    case Reason::kTextTooLong:
      return absl::StrCat("the text has ", CharacterCount(text), " characters; \"",
                          slot.question->id(), "\" takes at most ", MaxTextLength(*slot.question));
    default:
      return std::string(InfoOf(reason).meaning);
  }
}

void PutCell(const InstrumentIndex& instrument, const Slot& slot, const CellValue& value,
             absl::string_view text, v1::IngestItem& item) {
  if (value.kind == CellValue::Kind::kNothing) return;
  const bool missing = value.kind == CellValue::Kind::kMissing;
  v1::Answers& answers = *item.mutable_response()->mutable_answers();
  switch (slot.kind) {
    case Slot::Kind::kCount: {
      v1::PartnerCell& cell = CellFor(instrument.partner_types()[slot.type], answers);
      if (missing) {
        cell.set_count_missing(value.missing);
      } else {
        *cell.mutable_partners() = value.count;
      }
      return;
    }
    case Slot::Kind::kLevel: {
      v1::PartnerCell& cell = CellFor(instrument.partner_types()[slot.type], answers);
      if (missing) {
        cell.set_level_missing(value.missing);
      } else {
        cell.set_level(static_cast<type::v1::InteractionLevel>(value.point));
      }
      return;
    }
    case Slot::Kind::kIncludesSelf:
      CellFor(instrument.partner_types()[slot.type], answers).set_includes_self(value.flag);
      return;
    case Slot::Kind::kRating:
      if (missing) {
        answers.mutable_shared_responsibility()->set_missing(value.missing);
      } else {
        answers.mutable_shared_responsibility()->set_rating(
            static_cast<type::v1::SharedResponsibility>(value.point));
      }
      return;
    case Slot::Kind::kText: {
      v1::OpenAnswer& open = *item.add_open_answers();
      open.set_question(slot.question->id());
      open.set_text(std::string(text));
      return;
    }
    case Slot::Kind::kChoice:
    case Slot::Kind::kMultiChoice:
    case Slot::Kind::kNumber: {
      v1::Answer& answer = *answers.add_items();
      answer.set_question(slot.question->id());
      if (missing) {
        answer.set_missing(value.missing);
      } else if (slot.kind == Slot::Kind::kNumber) {
        answer.set_number(value.number);
      } else {
        v1::Choices& choices = *answer.mutable_choices();
        for (const int option : value.options) {
          choices.add_options(instrument.OptionsOf(*slot.question)[option].id());
        }
      }
      return;
    }
  }
}

std::string FormatTick(const InstrumentIndex& instrument, const Slot& slot, int option,
                       const v1::Answers& answers) {
  const v1::Answer* answer = FindAnswer(answers, slot.question->id());
  if (answer == nullptr) return "";
  if (answer->has_missing()) return std::string(MissingWordFor(answer->missing()));
  const auto& ticked = answer->choices().options();
  const std::string& id = instrument.OptionsOf(*slot.question)[option].id();
  return std::find(ticked.begin(), ticked.end(), id) == ticked.end() ? "0" : "1";
}

std::string FormatCell(const InstrumentIndex& instrument, const Slot& slot,
                       const v1::Answers& answers, bool codes) {
  switch (slot.kind) {
    case Slot::Kind::kCount:
    case Slot::Kind::kLevel:
    case Slot::Kind::kIncludesSelf: {
      const v1::PartnerCell* cell = FindCell(answers, instrument.partner_types()[slot.type]);
      return cell == nullptr ? "" : FormatPartnerCell(instrument, slot.kind, *cell, codes);
    }
    case Slot::Kind::kRating: {
      const v1::SharedResponsibilityAnswer& answer = answers.shared_responsibility();
      if (answer.has_rating()) {
        return codes ? type::v1::SharedResponsibility_Name(answer.rating())
                     : std::string(instrument.LabelOf(answer.rating()));
      }
      return std::string(MissingWordFor(answer.missing()));
    }
    case Slot::Kind::kChoice:
    case Slot::Kind::kMultiChoice:
    case Slot::Kind::kNumber: {
      const v1::Answer* answer = FindAnswer(answers, slot.question->id());
      return answer == nullptr ? "" : FormatItem(instrument, slot, *answer, codes);
    }
    case Slot::Kind::kText:
      return "";
  }
  return "";
}

}  // namespace weft::ingestion
