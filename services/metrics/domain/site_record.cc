#include "services/metrics/domain/site_record.h"

#include <algorithm>
#include <string>

#include "absl/strings/string_view.h"
#include "services/metrics/domain/cell.h"
#include "services/metrics/domain/questions.h"

namespace weft::metrics {
namespace {

using ingestion::v1::Answers;
using ingestion::v1::Instrument;
using ingestion::v1::Question;
using ingestion::v1::Response;
using store::v1::CountedAnswers;
using store::v1::SiteRecord;

constexpr uint32_t kRatingMissing = 8;

}  // namespace

bool TakesPart(const Response& response) {
  return response.state() != Response::STATE_WITHDRAWN &&
         response.state() != Response::STATE_DECLINED;
}

int RevisionAt(const Response& response, v1::ReviewFloor floor) {
  return floor == v1::REVIEW_FLOOR_APPROVED ? response.approved_revision()
                                            : response.submitted_revision();
}

int CountedRevision(const Response& response, v1::ReviewFloor floor) {
  return TakesPart(response) ? RevisionAt(response, floor) : 0;
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
  Questions(instrument).Count(revision, answers, counted);
  return counted;
}

void SetRosterEntry(const ingestion::v1::RosterEntry* entry, SiteRecord& record) {
  const auto& source = entry == nullptr ? ingestion::v1::RosterEntry::default_instance() : *entry;
  record.set_named(source.naming() == registry::v1::Site::NAMING_NAMED);
  record.set_label(record.named() ? source.display_name() : source.neutral_label());
  record.set_invited(source.active());
  auto& cohorts = *record.mutable_cohorts();
  cohorts = source.cohorts();
  std::sort(cohorts.begin(), cohorts.end());
  cohorts.erase(std::unique(cohorts.begin(), cohorts.end()), cohorts.end());
  record.clear_attributes();
  if (source.has_attributes()) {
    *record.mutable_attributes() = source.attributes();
    record.mutable_attributes()->clear_effective_date();
  }
  *record.mutable_places() = source.places();
}

SiteRecord MakeSiteRecord(const Instrument& instrument, absl::string_view site,
                          const SiteSources& sources) {
  SiteRecord record;
  record.set_site(std::string(site));
  SetRosterEntry(sources.entry, record);
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

const CountedAnswers* AnswersAt(const SiteRecord& site, v1::ReviewFloor floor) {
  if (floor == v1::REVIEW_FLOOR_APPROVED) {
    return site.has_approved() ? &site.approved() : nullptr;
  }
  return site.has_submitted() ? &site.submitted() : nullptr;
}

}  // namespace weft::metrics
