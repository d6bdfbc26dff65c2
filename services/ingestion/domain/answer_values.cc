#include "services/ingestion/domain/answer_values.h"

#include "absl/strings/str_cat.h"

namespace weft::ingestion {
namespace {

constexpr absl::string_view kSharedResponsibility = "shared_responsibility";

enum class Shape { kCount, kLevel, kIncludesSelf, kRating, kItem };

struct Name {
  Shape shape = Shape::kItem;
  absl::string_view id;  // of the partner type or question
};

// What a name is, by its shape alone. Ids hold no dot. nullopt for none of these.
std::optional<Name> ParseName(absl::string_view name) {
  const size_t dot = name.find('.');
  if (dot == absl::string_view::npos) {
    return Name{name == kSharedResponsibility ? Shape::kRating : Shape::kItem, name};
  }
  const absl::string_view type = name.substr(0, dot);
  const absl::string_view part = name.substr(dot + 1);
  if (part == "count") return Name{Shape::kCount, type};
  if (part == "level") return Name{Shape::kLevel, type};
  if (part == "includes_self") return Name{Shape::kIncludesSelf, type};
  return std::nullopt;
}

const v1::PartnerCell* FindCell(const v1::Answers& answers, absl::string_view type) {
  for (const v1::PartnerCell& cell : answers.partner_cells()) {
    if (cell.partner_type() == type) return &cell;
  }
  return nullptr;
}

v1::PartnerCell& CellOf(v1::Answers& answers, absl::string_view type) {
  for (v1::PartnerCell& cell : *answers.mutable_partner_cells()) {
    if (cell.partner_type() == type) return cell;
  }
  v1::PartnerCell& cell = *answers.add_partner_cells();
  cell.set_partner_type(std::string(type));
  return cell;
}

const v1::Answer* FindItem(const v1::Answers& answers, absl::string_view question) {
  for (const v1::Answer& item : answers.items()) {
    if (item.question() == question) return &item;
  }
  return nullptr;
}

v1::AnswerValue CountOf(const v1::PartnerCell& cell) {
  v1::AnswerValue value;
  if (cell.has_partners()) *value.mutable_partners() = cell.partners();
  if (cell.has_count_missing()) value.set_missing(cell.count_missing());
  return value;
}

v1::AnswerValue LevelOf(const v1::PartnerCell& cell) {
  v1::AnswerValue value;
  if (cell.has_level()) value.set_level(cell.level());
  if (cell.has_level_missing()) value.set_missing(cell.level_missing());
  return value;
}

v1::AnswerValue IncludesSelfOf(const v1::PartnerCell& cell) {
  v1::AnswerValue value;
  if (cell.has_includes_self()) value.set_includes_self(cell.includes_self());
  return value;
}

v1::AnswerValue RatingOf(const v1::SharedResponsibilityAnswer& answer) {
  v1::AnswerValue value;
  if (answer.has_rating()) value.set_rating(answer.rating());
  if (answer.has_missing()) value.set_missing(answer.missing());
  return value;
}

v1::AnswerValue ItemOf(const v1::Answer& answer) {
  v1::AnswerValue value;
  if (answer.has_choices()) *value.mutable_choices() = answer.choices();
  if (answer.has_number()) value.set_number(answer.number());
  if (answer.has_missing()) value.set_missing(answer.missing());
  return value;
}

bool PutCount(absl::string_view type, const v1::AnswerValue& value, v1::Answers& answers) {
  switch (value.value_case()) {
    case v1::AnswerValue::kPartners:
      *CellOf(answers, type).mutable_partners() = value.partners();
      return true;
    case v1::AnswerValue::kMissing:
      CellOf(answers, type).set_count_missing(value.missing());
      return true;
    case v1::AnswerValue::VALUE_NOT_SET:
      CellOf(answers, type).clear_count();
      return true;
    default:
      return false;
  }
}

bool PutLevel(absl::string_view type, const v1::AnswerValue& value, v1::Answers& answers) {
  switch (value.value_case()) {
    case v1::AnswerValue::kLevel:
      CellOf(answers, type).set_level(value.level());
      return true;
    case v1::AnswerValue::kMissing:
      CellOf(answers, type).set_level_missing(value.missing());
      return true;
    case v1::AnswerValue::VALUE_NOT_SET:
      CellOf(answers, type).clear_depth();
      return true;
    default:
      return false;
  }
}

bool PutIncludesSelf(absl::string_view type, const v1::AnswerValue& value, v1::Answers& answers) {
  switch (value.value_case()) {
    case v1::AnswerValue::kIncludesSelf:
      CellOf(answers, type).set_includes_self(value.includes_self());
      return true;
    case v1::AnswerValue::VALUE_NOT_SET:
      CellOf(answers, type).clear_includes_self();
      return true;
    default:
      return false;
  }
}

bool PutRating(const v1::AnswerValue& value, v1::Answers& answers) {
  switch (value.value_case()) {
    case v1::AnswerValue::kRating:
      answers.mutable_shared_responsibility()->set_rating(value.rating());
      return true;
    case v1::AnswerValue::kMissing:
      answers.mutable_shared_responsibility()->set_missing(value.missing());
      return true;
    case v1::AnswerValue::VALUE_NOT_SET:
      answers.clear_shared_responsibility();
      return true;
    default:
      return false;
  }
}

bool PutItem(absl::string_view question, const v1::AnswerValue& value, v1::Answers& answers) {
  v1::Answer item;
  item.set_question(std::string(question));
  switch (value.value_case()) {
    case v1::AnswerValue::kChoices:
      *item.mutable_choices() = value.choices();
      break;
    case v1::AnswerValue::kNumber:
      item.set_number(value.number());
      break;
    case v1::AnswerValue::kMissing:
      item.set_missing(value.missing());
      break;
    case v1::AnswerValue::VALUE_NOT_SET:
      break;
    default:
      return false;
  }
  auto& items = *answers.mutable_items();
  int at = 0;
  while (at < items.size() && items[at].question() != question) ++at;
  if (value.value_case() == v1::AnswerValue::VALUE_NOT_SET) {
    if (at < items.size()) items.DeleteSubrange(at, 1);
  } else if (at < items.size()) {
    items[at] = item;
  } else {
    *answers.add_items() = item;
  }
  return true;
}

}  // namespace

std::optional<AnswerSlot> FindSlot(const InstrumentIndex& instrument, absl::string_view name) {
  const std::optional<Name> parsed = ParseName(name);
  if (!parsed.has_value()) return std::nullopt;
  const int types = instrument.partner_types().size();
  AnswerSlot slot;
  if (parsed->shape == Shape::kItem || parsed->shape == Shape::kRating) {
    slot.question = parsed->shape == Shape::kRating ? instrument.shared_responsibility()
                                                    : instrument.FindQuestion(parsed->id);
    if (slot.question == nullptr || slot.question->has_text_answer() ||
        slot.question->has_partner_matrix() ||
        slot.question->has_shared_responsibility() != (parsed->shape == Shape::kRating)) {
      return std::nullopt;
    }
    slot.rated = slot.question->per_rater();
    slot.order = 3 * types + instrument.QuestionOrder(slot.question->id());
    return slot;
  }
  slot.question = instrument.partner_matrix();
  const int type = instrument.TypeOrder(parsed->id);
  if (slot.question == nullptr || type < 0) return std::nullopt;
  const v1::PartnerMatrixQuestion& matrix = slot.question->partner_matrix();
  if (parsed->shape == Shape::kCount && !matrix.ask_count()) return std::nullopt;
  if (parsed->shape == Shape::kLevel && !matrix.ask_level()) return std::nullopt;
  slot.rated = slot.question->per_rater() && parsed->shape == Shape::kLevel;
  slot.order = 3 * type + static_cast<int>(parsed->shape);
  return slot;
}

v1::AnswerValue ValueOf(const v1::Answers& answers, absl::string_view name) {
  const std::optional<Name> parsed = ParseName(name);
  if (!parsed.has_value()) return {};
  if (parsed->shape == Shape::kRating) return RatingOf(answers.shared_responsibility());
  if (parsed->shape == Shape::kItem) {
    const v1::Answer* item = FindItem(answers, parsed->id);
    return item == nullptr ? v1::AnswerValue() : ItemOf(*item);
  }
  const v1::PartnerCell* cell = FindCell(answers, parsed->id);
  if (cell == nullptr) return {};
  if (parsed->shape == Shape::kCount) return CountOf(*cell);
  if (parsed->shape == Shape::kLevel) return LevelOf(*cell);
  return IncludesSelfOf(*cell);
}

std::map<std::string, v1::AnswerValue> ValuesOf(const v1::Answers& answers) {
  std::map<std::string, v1::AnswerValue> values;
  const auto add = [&](std::string name, v1::AnswerValue value) {
    if (IsSet(value)) values.emplace(std::move(name), std::move(value));
  };
  for (const v1::PartnerCell& cell : answers.partner_cells()) {
    add(absl::StrCat(cell.partner_type(), ".count"), CountOf(cell));
    add(absl::StrCat(cell.partner_type(), ".level"), LevelOf(cell));
    add(absl::StrCat(cell.partner_type(), ".includes_self"), IncludesSelfOf(cell));
  }
  add(std::string(kSharedResponsibility), RatingOf(answers.shared_responsibility()));
  for (const v1::Answer& item : answers.items()) add(item.question(), ItemOf(item));
  return values;
}

bool PutValue(absl::string_view name, const v1::AnswerValue& value, v1::Answers& answers) {
  const std::optional<Name> parsed = ParseName(name);
  if (!parsed.has_value()) return false;
  switch (parsed->shape) {
    case Shape::kCount:
      return PutCount(parsed->id, value, answers);
    case Shape::kLevel:
      return PutLevel(parsed->id, value, answers);
    case Shape::kIncludesSelf:
      return PutIncludesSelf(parsed->id, value, answers);
    case Shape::kRating:
      return PutRating(value, answers);
    case Shape::kItem:
      break;
  }
  return PutItem(parsed->id, value, answers);
}

bool SameValue(const v1::AnswerValue& a, const v1::AnswerValue& b) {
  return a.SerializeAsString() == b.SerializeAsString();
}

bool IsSet(const v1::AnswerValue& value) {
  return value.value_case() != v1::AnswerValue::VALUE_NOT_SET;
}

}  // namespace weft::ingestion
