#include "services/metrics/domain/questions.h"

#include <algorithm>
#include <cstdint>

#include "services/metrics/domain/cell.h"
#include "services/metrics/domain/site_record.h"

namespace weft::metrics {
namespace {

using ingestion::v1::Answer;
using ingestion::v1::Answers;
using ingestion::v1::Instrument;
using ingestion::v1::PartnerCell;
using ingestion::v1::Question;
using store::v1::CountedAnswers;
using store::v1::ItemAnswer;

template <class Options>
std::vector<std::string> IdsOf(const Options& options) {
  std::vector<std::string> ids;
  ids.reserve(static_cast<size_t>(options.size()));
  for (const auto& option : options) ids.push_back(option.id());
  return ids;
}

// The places of the chosen options, each once.
void AddChoices(const ingestion::v1::Choices& chosen, const std::vector<std::string>& options,
                ItemAnswer& item) {
  for (size_t i = 0; i < options.size(); ++i) {
    if (std::find(chosen.options().begin(), chosen.options().end(), options[i]) !=
        chosen.options().end()) {
      item.add_options(static_cast<uint32_t>(i));
    }
  }
}

void SetRating(uint32_t code, ItemAnswer& item) {
  const type::v1::SharedResponsibility rating = RatingOf(code);
  if (rating == type::v1::SHARED_RESPONSIBILITY_UNSPECIFIED) {
    item.set_missing(RatingMissing(code));
  } else {
    item.add_options(rating - type::v1::SHARED_RESPONSIBILITY_NOT_EVIDENT);
  }
}

}  // namespace

void Questions::Places::Add(absl::string_view name) {
  places_.emplace(name, names_.size());
  names_.emplace_back(name);
}

size_t Questions::Places::Find(absl::string_view name, size_t next) const {
  if (next < names_.size() && names_[next] == name) return next;
  const auto found = places_.find(name);
  return found == places_.end() ? names_.size() : found->second;
}

Questions::Questions(const Instrument& instrument) {
  for (const std::string& type : instrument.partner_types()) types_.Add(type);
  for (const StructuredItem& structured : StructuredItems(instrument)) {
    const Question& question = *structured.question;
    Item item;
    if (question.has_choice()) {
      item = {.kind = Kind::kChoice, .options = IdsOf(question.choice().options())};
    } else if (question.has_multi_choice()) {
      item = {.kind = Kind::kMultiChoice, .options = IdsOf(question.multi_choice().options())};
    } else if (question.has_shared_responsibility()) {
      item.kind = Kind::kSharedResponsibility;
    }
    ids_.Add(question.id());
    items_.push_back(std::move(item));
  }
}

void Questions::Count(int revision, const Answers& answers, CountedAnswers& counted) const {
  counted.Clear();
  counted.set_revision(revision);
  counted.set_rating(RatingCode(answers));
  CountCells(answers, counted);
  CountItems(answers, counted);
}

void Questions::CountCells(const Answers& answers, CountedAnswers& counted) const {
  cells_.assign(types_.size(), nullptr);
  size_t next = 0;
  for (const PartnerCell& cell : answers.partner_cells()) {
    const size_t place = types_.Find(cell.partner_type(), next);
    if (place == types_.size()) continue;
    if (cells_[place] == nullptr) cells_[place] = &cell;
    next = place + 1;
  }
  const auto count = static_cast<int>(cells_.size());
  counted.mutable_cells()->Reserve(count);
  counted.mutable_count_min()->Reserve(count);
  counted.mutable_count_max()->Reserve(count);
  for (size_t place = 0; place < cells_.size(); ++place) {
    const PartnerCell* const found = cells_[place];
    const PartnerCell& cell = found == nullptr ? PartnerCell::default_instance() : *found;
    if (cell.partners().approximate()) counted.add_approximate(static_cast<uint32_t>(place));
    counted.add_cells(CellState::FromAnswer(cell).code());
    counted.add_count_min(cell.has_partners() ? cell.partners().min() : -1);
    counted.add_count_max(cell.partners().has_max() ? cell.partners().max() : -1);
  }
}

void Questions::CountItems(const Answers& answers, CountedAnswers& counted) const {
  answers_.assign(ids_.size(), nullptr);
  size_t next = 0;
  for (const Answer& answer : answers.items()) {
    const size_t place = ids_.Find(answer.question(), next);
    if (place == ids_.size()) continue;
    if (answers_[place] == nullptr) answers_[place] = &answer;
    next = place + 1;
  }
  counted.mutable_items()->Reserve(static_cast<int>(items_.size()));
  for (size_t i = 0; i < items_.size(); ++i) {
    const Item& item = items_[i];
    const Answer& answer = answers_[i] == nullptr ? Answer::default_instance() : *answers_[i];
    ItemAnswer& result = *counted.add_items();
    if (item.kind == Kind::kSharedResponsibility) {
      SetRating(counted.rating(), result);
      continue;
    }
    if (item.kind == Kind::kMultiChoice && answer.has_choices()) {
      AddChoices(answer.choices(), item.options, result);
      continue;
    }
    if (item.kind == Kind::kChoice && answer.has_choices()) {
      AddChoices(answer.choices(), item.options, result);
      if (result.options_size() > 0) continue;
    }
    if (item.kind == Kind::kNumber && answer.has_number()) {
      result.set_number(answer.number());
      continue;
    }
    result.set_missing(NamedReason(answer.missing()));
  }
}

}  // namespace weft::metrics
