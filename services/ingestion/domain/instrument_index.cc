#include "services/ingestion/domain/instrument_index.h"

#include <cmath>
#include <cstdint>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace weft::ingestion {
namespace {

constexpr absl::string_view kNoBreakSpace = "\xC2\xA0";
// Beyond this a double no longer holds every whole number.
constexpr double kMaxWhole = 9007199254740992.0;

// nullopt without a condition. One that cannot be read is none; no published instrument has it.
std::optional<filter::Expression> Condition(absl::string_view text) {
  if (text.empty()) return std::nullopt;
  absl::StatusOr<filter::Expression> parsed = filter::Parse(text);
  if (!parsed.ok()) return std::nullopt;
  return *std::move(parsed);
}

std::optional<filter::Expression> Both(absl::string_view section, absl::string_view question) {
  std::optional<filter::Expression> outer = Condition(section);
  std::optional<filter::Expression> inner = Condition(question);
  if (!outer.has_value()) return inner;
  if (!inner.has_value()) return outer;
  filter::Expression both;
  both.kind = filter::Expression::Kind::kAnd;
  both.operands = {*std::move(outer), *std::move(inner)};
  return both;
}

constexpr absl::string_view kTypeFields[] = {"count", "level", "includes_self"};

}  // namespace

absl::Span<const absl::string_view> TypeFields() { return kTypeFields; }

bool IsTypeColumn(absl::string_view column) {
  const size_t dot = column.rfind('.');
  return dot != absl::string_view::npos &&
         absl::c_linear_search(kTypeFields, column.substr(dot + 1));
}

std::string FoldText(absl::string_view text) {
  std::string folded;
  folded.reserve(text.size());
  bool gap = false;
  while (!text.empty()) {
    if (absl::ConsumePrefix(&text, kNoBreakSpace)) {
      gap = true;
      continue;
    }
    const auto byte = static_cast<unsigned char>(text.front());
    text.remove_prefix(1);
    if (absl::ascii_isspace(byte)) {
      gap = true;
      continue;
    }
    if (gap && !folded.empty()) folded.push_back(' ');
    gap = false;
    folded.push_back(absl::ascii_tolower(byte));
  }
  return folded;
}

std::optional<int64_t> ParseWholeNumber(absl::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  // Only digits, sign and point: "1e1", "0x3", "inf" and "nan" are no numbers of a survey.
  if (text.find_first_not_of("0123456789+-.") != absl::string_view::npos) return std::nullopt;
  double number = 0;
  if (!absl::SimpleAtod(text, &number) || std::trunc(number) != number ||
      std::abs(number) > kMaxWhole) {
    return std::nullopt;
  }
  return static_cast<int64_t>(number);
}

bool IsMissingWord(absl::string_view text) {
  const std::string folded = FoldText(text);
  for (const absl::string_view word : kMissingWords) {
    if (folded == absl::AsciiStrToLower(word)) return true;
  }
  return false;
}

template <class Point>
std::optional<Point> InstrumentIndex::Scale<Point>::Match(absl::string_view text) const {
  const auto label = by_text.find(FoldText(text));
  if (label != by_text.end()) return label->second;
  const std::optional<int64_t> number = ParseWholeNumber(text);
  if (!number.has_value()) return std::nullopt;
  const auto code = by_code.find(*number);
  if (code == by_code.end()) return std::nullopt;
  return code->second;
}

InstrumentIndex::InstrumentIndex(v1::Instrument instrument) : instrument_(std::move(instrument)) {
  for (const v1::Section& section : instrument_.sections()) {
    for (const v1::Question& question : section.questions()) {
      question_order_.emplace(question.id(), static_cast<int>(questions_.size()));
      questions_.push_back(&question);
      conditions_.push_back(Both(section.shown_if(), question.shown_if()));
      if (conditions_.back().has_value()) has_conditions_ = true;
      if (question.has_partner_matrix()) partner_matrix_ = &question;
      if (question.has_shared_responsibility()) shared_responsibility_ = &question;
      const auto& options = OptionsOf(question);
      if (options.empty()) continue;
      Options& index = options_[&question];
      for (int i = 0; i < options.size(); ++i) {
        index.by_id.emplace(options[i].id(), i);
        index.by_text.emplace(FoldText(options[i].id()), i);
        index.by_text.emplace(FoldText(options[i].label()), i);
        for (const std::string& alias : options[i].aliases()) {
          index.by_text.emplace(FoldText(alias), i);
        }
      }
    }
  }
  for (int i = 0; i < instrument_.partner_types_size(); ++i) {
    type_order_.emplace(instrument_.partner_types(i), i);
  }
  const auto add_points = [](const auto& labels, auto point_of, auto& scale) {
    for (const auto& label : labels) {
      scale.by_text.emplace(FoldText(label.label()), point_of(label));
      for (const std::string& alias : label.aliases()) {
        scale.by_text.emplace(FoldText(alias), point_of(label));
      }
      if (label.has_code()) scale.by_code.emplace(label.code(), point_of(label));
    }
  };
  add_points(
      instrument_.levels(), [](const v1::LevelLabel& label) { return label.level(); }, levels_);
  add_points(
      instrument_.shared_responsibility(),
      [](const v1::ResponsibilityLabel& label) { return label.rating(); }, ratings_);
  for (const v1::ColumnAlias& alias : instrument_.column_aliases()) {
    for (const char* format : {"wide", "tidy"}) {
      if (!alias.format().empty() && alias.format() != format) continue;
      if (!IsColumn(alias.column(), format)) continue;
      aliases_.emplace(std::make_pair(std::string(format), FoldText(alias.alias())),
                       alias.column());
    }
  }
}

const v1::Question* InstrumentIndex::FindQuestion(absl::string_view id) const {
  const int order = QuestionOrder(id);
  return order < 0 ? nullptr : questions_[static_cast<size_t>(order)];
}

int InstrumentIndex::QuestionOrder(absl::string_view id) const {
  const auto found = question_order_.find(id);
  return found == question_order_.end() ? -1 : found->second;
}

const filter::Expression* InstrumentIndex::ConditionOf(int order) const {
  const std::optional<filter::Expression>& condition = conditions_[static_cast<size_t>(order)];
  return condition.has_value() ? &*condition : nullptr;
}

const google::protobuf::RepeatedPtrField<v1::Option>& InstrumentIndex::OptionsOf(
    const v1::Question& question) const {
  // An unset choice answers the default instance, whose options are empty.
  return question.has_multi_choice() ? question.multi_choice().options()
                                     : question.choice().options();
}

const InstrumentIndex::Options* InstrumentIndex::OptionIndex(const v1::Question& question) const {
  const auto found = options_.find(&question);
  return found == options_.end() ? nullptr : &found->second;
}

const v1::Option* InstrumentIndex::FindOption(const v1::Question& question,
                                              absl::string_view id) const {
  const int order = OptionOrder(question, id);
  return order < 0 ? nullptr : &OptionsOf(question)[order];
}

const v1::Option* InstrumentIndex::MatchOption(const v1::Question& question,
                                               absl::string_view text) const {
  const Options* options = OptionIndex(question);
  if (options == nullptr) return nullptr;
  const auto found = options->by_text.find(FoldText(text));
  return found == options->by_text.end() ? nullptr : &OptionsOf(question)[found->second];
}

int InstrumentIndex::OptionOrder(const v1::Question& question, absl::string_view id) const {
  const Options* options = OptionIndex(question);
  if (options == nullptr) return -1;
  const auto found = options->by_id.find(id);
  return found == options->by_id.end() ? -1 : found->second;
}

std::optional<type::v1::InteractionLevel> InstrumentIndex::MatchLevel(
    absl::string_view text) const {
  return levels_.Match(text);
}

std::optional<type::v1::SharedResponsibility> InstrumentIndex::MatchRating(
    absl::string_view text) const {
  return ratings_.Match(text);
}

absl::string_view InstrumentIndex::LabelOf(type::v1::InteractionLevel level) const {
  for (const v1::LevelLabel& label : instrument_.levels()) {
    if (label.level() == level) return label.label();
  }
  return "";
}

absl::string_view InstrumentIndex::LabelOf(type::v1::SharedResponsibility rating) const {
  for (const v1::ResponsibilityLabel& label : instrument_.shared_responsibility()) {
    if (label.rating() == rating) return label.label();
  }
  return "";
}

int InstrumentIndex::TypeOrder(absl::string_view code) const {
  const auto found = type_order_.find(code);
  return found == type_order_.end() ? -1 : found->second;
}

std::optional<InstrumentIndex::Column> InstrumentIndex::MatchColumn(
    absl::string_view header, absl::string_view format) const {
  std::string folded = FoldText(header);
  if (IsColumn(folded, format)) return Column{std::move(folded), false};
  const auto alias = aliases_.find(std::make_pair(std::string(format), std::move(folded)));
  if (alias == aliases_.end()) return std::nullopt;
  return Column{alias->second, true};
}

bool InstrumentIndex::IsColumn(absl::string_view item, absl::string_view format) const {
  if (format == "tidy") {
    return item == "site" || item == "item" || item == "partner_type" || item == "value";
  }
  if (item == "site" || item == "shared_responsibility") return true;
  if (IsTypeColumn(item)) return TypeOrder(item.substr(0, item.rfind('.'))) >= 0;
  const v1::Question* question = FindQuestion(item);
  return question != nullptr && !question->has_partner_matrix() &&
         !question->has_shared_responsibility();
}

}  // namespace weft::ingestion
