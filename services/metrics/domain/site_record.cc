#include "services/metrics/domain/site_record.h"

#include <algorithm>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "services/metrics/domain/cell.h"

namespace weft::metrics {
namespace {

using ingestion::v1::Answer;
using ingestion::v1::Answers;
using ingestion::v1::Instrument;
using ingestion::v1::Option;
using ingestion::v1::PartnerCell;
using ingestion::v1::Question;
using ingestion::v1::Response;
using store::v1::CountedAnswers;
using store::v1::ItemAnswer;

constexpr uint32_t kRatingMissing = 8;

// The places of the chosen options among `options`, each once.
void AddChoices(const google::protobuf::RepeatedPtrField<std::string>& chosen,
                const google::protobuf::RepeatedPtrField<Option>& options, ItemAnswer& item) {
  for (int i = 0; i < options.size(); ++i) {
    if (std::find(chosen.begin(), chosen.end(), options[i].id()) != chosen.end()) {
      item.add_options(static_cast<uint32_t>(i));
    }
  }
}

ItemAnswer CountItem(const Question& question, const Answer* answer) {
  ItemAnswer item;
  if (answer != nullptr && answer->has_choices() && question.has_multi_choice()) {
    AddChoices(answer->choices().options(), question.multi_choice().options(), item);
    return item;
  }
  if (answer != nullptr && answer->has_choices() && question.has_choice()) {
    AddChoices(answer->choices().options(), question.choice().options(), item);
    if (item.options_size() > 0) return item;
  }
  if (answer != nullptr && answer->has_number() && question.has_number()) {
    item.set_number(answer->number());
    return item;
  }
  item.set_missing(
      NamedReason(answer == nullptr ? type::v1::MISSING_REASON_UNSPECIFIED : answer->missing()));
  return item;
}

ItemAnswer RatingItem(uint32_t rating) {
  ItemAnswer item;
  if (rating >= kRatingMissing) {
    item.set_missing(rating - kRatingMissing);
  } else {
    item.add_options(rating - type::v1::SHARED_RESPONSIBILITY_NOT_EVIDENT);
  }
  return item;
}

}  // namespace

int CountedRevision(const Response& response, v1::ReviewFloor floor) {
  if (response.state() == Response::STATE_WITHDRAWN ||
      response.state() == Response::STATE_DECLINED) {
    return 0;
  }
  return floor == v1::REVIEW_FLOOR_APPROVED ? response.approved_revision()
                                            : response.submitted_revision();
}

std::vector<StructuredItem> StructuredItems(const Instrument& instrument) {
  std::vector<StructuredItem> items;
  for (const auto& section : instrument.sections()) {
    for (const Question& question : section.questions()) {
      if (question.has_choice() || question.has_multi_choice() || question.has_number() ||
          question.has_shared_responsibility()) {
        items.push_back({&section, &question});
      }
    }
  }
  return items;
}

uint32_t RatingCode(const Answers& answers) {
  const auto& answer = answers.shared_responsibility();
  if (answer.rating() >= type::v1::SHARED_RESPONSIBILITY_NOT_EVIDENT &&
      answer.rating() <= type::v1::SHARED_RESPONSIBILITY_SIGNIFICANTLY_EVIDENT) {
    return answer.rating();
  }
  return kRatingMissing + NamedReason(answer.missing());
}

type::v1::SharedResponsibility RatingOf(uint32_t code) {
  return code < kRatingMissing ? static_cast<type::v1::SharedResponsibility>(code)
                               : type::v1::SHARED_RESPONSIBILITY_UNSPECIFIED;
}

type::v1::MissingReason RatingMissing(uint32_t code) {
  return code < kRatingMissing ? type::v1::MISSING_REASON_UNSPECIFIED
                               : static_cast<type::v1::MissingReason>(code - kRatingMissing);
}

CountedAnswers CountAnswers(const Instrument& instrument, int revision, const Answers& answers) {
  CountedAnswers counted;
  counted.set_revision(revision);

  absl::flat_hash_map<absl::string_view, const PartnerCell*> cells;
  for (const PartnerCell& cell : answers.partner_cells()) cells.emplace(cell.partner_type(), &cell);
  for (const std::string& type : instrument.partner_types()) {
    const auto found = cells.find(type);
    const PartnerCell& cell =
        found == cells.end() ? PartnerCell::default_instance() : *found->second;
    counted.add_cells(CellState::FromAnswer(cell).code());
    counted.add_count_min(cell.has_partners() ? cell.partners().min() : -1);
    counted.add_count_max(cell.partners().has_max() ? cell.partners().max() : -1);
  }

  counted.set_rating(RatingCode(answers));

  absl::flat_hash_map<absl::string_view, const Answer*> items;
  for (const Answer& answer : answers.items()) items.emplace(answer.question(), &answer);
  for (const StructuredItem& item : StructuredItems(instrument)) {
    if (item.question->has_shared_responsibility()) {
      *counted.add_items() = RatingItem(counted.rating());
    } else {
      const auto found = items.find(item.question->id());
      *counted.add_items() =
          CountItem(*item.question, found == items.end() ? nullptr : found->second);
    }
  }
  return counted;
}

store::v1::SiteRecord MakeSiteRecord(const Instrument& instrument, absl::string_view site,
                                     const SiteSources& sources) {
  store::v1::SiteRecord record;
  record.set_site(std::string(site));
  if (sources.entry != nullptr) {
    record.set_named(sources.entry->naming() == registry::v1::Site::NAMING_NAMED);
    record.set_label(record.named() ? sources.entry->display_name()
                                    : sources.entry->neutral_label());
    record.set_invited(sources.entry->active());
    *record.mutable_cohorts() = sources.entry->cohorts();
    auto& cohorts = *record.mutable_cohorts();
    std::sort(cohorts.begin(), cohorts.end());
    cohorts.erase(std::unique(cohorts.begin(), cohorts.end()), cohorts.end());
  }
  if (sources.response == nullptr) return record;
  const int submitted = CountedRevision(*sources.response, v1::REVIEW_FLOOR_SUBMITTED);
  if (submitted > 0 && sources.submitted != nullptr) {
    *record.mutable_submitted() = CountAnswers(instrument, submitted, *sources.submitted);
  }
  const int approved = CountedRevision(*sources.response, v1::REVIEW_FLOOR_APPROVED);
  if (approved > 0 && sources.approved != nullptr) {
    *record.mutable_approved() = CountAnswers(instrument, approved, *sources.approved);
  }
  return record;
}

const CountedAnswers* AnswersAt(const store::v1::SiteRecord& site, v1::ReviewFloor floor) {
  if (floor == v1::REVIEW_FLOOR_APPROVED) {
    return site.has_approved() ? &site.approved() : nullptr;
  }
  return site.has_submitted() ? &site.submitted() : nullptr;
}

}  // namespace weft::metrics
