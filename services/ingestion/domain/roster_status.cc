#include "services/ingestion/domain/roster_status.h"

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/validation/dates.h"
#include "services/ingestion/domain/response_rate.h"

namespace weft::ingestion {
namespace {

constexpr int kMaxDays = 1000;

absl::CivilDay CivilDayOf(absl::Time time) { return absl::ToCivilDay(time, absl::UTCTimeZone()); }

absl::CivilDay CivilDayOf(const google::type::Date& date) {
  return absl::CivilDay(date.year(), date.month(), date.day());
}

void CountMissing(type::v1::MissingReason reason, v1::Completeness& counts) {
  switch (reason) {
    case type::v1::MISSING_REASON_NOT_ASKED:
      counts.set_not_asked(counts.not_asked() + 1);
      return;
    case type::v1::MISSING_REASON_DONT_KNOW:
      counts.set_dont_know(counts.dont_know() + 1);
      return;
    case type::v1::MISSING_REASON_REFUSED:
      counts.set_refused(counts.refused() + 1);
      return;
    case type::v1::MISSING_REASON_NOT_APPLICABLE:
      counts.set_not_applicable(counts.not_applicable() + 1);
      return;
    default:
      return;  // not answered: what is left in the end
  }
}

void CountOne(bool answered, bool missing, type::v1::MissingReason reason,
              v1::Completeness& counts) {
  if (answered) counts.set_answered(counts.answered() + 1);
  if (missing) CountMissing(reason, counts);
}

bool IsDue(const v1::Wave& wave, const v1::RosterEntry& entry, const v1::Response* response) {
  if (wave.state() != v1::Wave::STATE_OPEN || !entry.active()) return false;
  return response == nullptr || response->state() == v1::Response::STATE_STARTED ||
         response->state() == v1::Response::STATE_RETURNED;
}

// Adds `sign` times the counts of `rate` to `day`.
void AddCounts(const v1::ResponseRate& rate, int sign, v1::ResponseRateDay& day) {
  day.set_invited(day.invited() + sign * rate.invited());
  day.set_started(day.started() + sign * rate.started());
  day.set_submitted(day.submitted() + sign * rate.submitted());
  day.set_approved(day.approved() + sign * rate.approved());
  day.set_returned(day.returned() + sign * rate.returned());
  day.set_declined(day.declined() + sign * rate.declined());
  day.set_withdrawn(day.withdrawn() + sign * rate.withdrawn());
}

void AddDay(const v1::ResponseRateDay& change, v1::ResponseRateDay& day) {
  day.set_invited(day.invited() + change.invited());
  day.set_started(day.started() + change.started());
  day.set_submitted(day.submitted() + change.submitted());
  day.set_approved(day.approved() + change.approved());
  day.set_returned(day.returned() + change.returned());
  day.set_declined(day.declined() + change.declined());
  day.set_withdrawn(day.withdrawn() + change.withdrawn());
}

// What became of an entry and its response, one step after the other. Neither has a name: they are
// each other's.
struct Past {
  v1::RosterEntry entry;
  v1::Response response;
  bool has_response = false;

  void Apply(const v1::RosterAmendment& amendment) {
    entry.set_active(amendment.action() == v1::RosterAmendment::ACTION_ADDED);
  }
  void Apply(const v1::StateChange& change) {
    const bool restarted = change.state() == v1::Response::STATE_STARTED &&
                           (response.state() == v1::Response::STATE_WITHDRAWN ||
                            response.state() == v1::Response::STATE_DECLINED);
    if (restarted) response.Clear();
    has_response = true;
    response.set_state(change.state());
    if (change.state() == v1::Response::STATE_SUBMITTED) response.set_submitted_revision(1);
    if (change.state() == v1::Response::STATE_APPROVED) response.set_approved_revision(1);
  }
  v1::ResponseRate Counts() const {
    ResponseRateBook book;
    book.SetEntry(entry);
    if (has_response) book.SetResponse(response);
    return book.Rate("");
  }
};

}  // namespace

v1::Completeness CompletenessOf(const InstrumentIndex& instrument, const v1::Answers& answers) {
  v1::Completeness counts;
  int asked = 0;
  for (const v1::Question* question : instrument.questions()) {
    if (question->has_text_answer()) continue;
    if (question->has_partner_matrix()) {
      const v1::PartnerMatrixQuestion& matrix = question->partner_matrix();
      asked += instrument.partner_types().size() *
               (static_cast<int>(matrix.ask_count()) + static_cast<int>(matrix.ask_level()));
    } else {
      ++asked;
    }
  }
  for (const v1::PartnerCell& cell : answers.partner_cells()) {
    CountOne(cell.has_partners(), cell.has_count_missing(), cell.count_missing(), counts);
    CountOne(cell.has_level(), cell.has_level_missing(), cell.level_missing(), counts);
  }
  CountOne(answers.shared_responsibility().has_rating(),
           answers.shared_responsibility().has_missing(), answers.shared_responsibility().missing(),
           counts);
  for (const v1::Answer& item : answers.items()) {
    CountOne(item.has_choices() || item.has_number(), item.has_missing(), item.missing(), counts);
  }
  counts.set_asked(asked - counts.not_asked());
  counts.set_not_answered(counts.asked() - counts.answered() - counts.dont_know() -
                          counts.refused() - counts.not_applicable());
  return counts;
}

v1::RosterStatus StatusOf(const v1::Wave& wave, const InstrumentIndex& instrument,
                          const v1::RosterEntry& entry, const v1::Response* response,
                          absl::Time now) {
  v1::RosterStatus status;
  status.set_roster_entry(entry.name());
  status.set_site(entry.site());
  status.set_display_name(entry.display_name());
  status.set_due(IsDue(wave, entry, response));
  if (status.due() && wave.has_field_end_date()) {
    status.set_days_left(static_cast<int32_t>(CivilDayOf(wave.field_end_date()) - CivilDayOf(now)));
  }
  const v1::Response none;
  const v1::Response& row = response == nullptr ? none : *response;
  *status.mutable_completeness() = CompletenessOf(instrument, row.answers());
  if (response == nullptr) return status;
  status.set_response(row.name());
  status.set_state(row.state());
  if (row.has_answer_time()) {
    *status.mutable_answer_time() = row.answer_time();
    status.set_answer_age_days(
        static_cast<int32_t>((now - FromProto(row.answer_time())) / absl::Hours(24)));
  }
  status.set_contributor_count(row.contributor_count());
  status.set_unresolved_count(row.unresolved_count());
  if (row.has_submit_time()) *status.mutable_submit_time() = row.submit_time();
  if (row.has_approve_time()) *status.mutable_approve_time() = row.approve_time();
  return status;
}

absl::StatusOr<DayRange> DaysOf(const v1::GetResponseRateSeriesRequest& request,
                                const v1::Wave& wave, absl::Time now) {
  FieldViolations violations;
  if (request.has_start_date()) CheckDate(violations, "start_date", request.start_date());
  if (request.has_end_date()) CheckDate(violations, "end_date", request.end_date());
  WEFT_RETURN_IF_ERROR(violations.ToStatus());
  const DayRange range{
      .first = request.has_start_date() ? CivilDayOf(request.start_date())
                                        : CivilDayOf(FromProto(wave.open_time())),
      .last = request.has_end_date() ? CivilDayOf(request.end_date()) : CivilDayOf(now)};
  violations.Require(range.first <= range.last, "end_date", "is before the first day");
  violations.Require(range.last - range.first < kMaxDays, "end_date",
                     absl::StrCat("is ", kMaxDays, " days or more after the first day"));
  WEFT_RETURN_IF_ERROR(violations.ToStatus());
  return range;
}

void ResponseRateSeries::Add(const v1::RosterEntry& entry, const v1::Response* response) {
  Past past;
  // Who was there at the opening has no amendment that put them there.
  past.entry.set_active(entry.amendments().empty() ||
                        entry.amendments(0).action() == v1::RosterAmendment::ACTION_REMOVED);
  v1::ResponseRate before;
  const auto note = [&](absl::Time time) {
    const v1::ResponseRate after = past.Counts();
    v1::ResponseRateDay& day = changes_[CivilDayOf(time)];
    AddCounts(before, -1, day);
    AddCounts(after, 1, day);
    before = after;
  };
  note(opened_);
  // Both lists are in the order of time.
  int amendment = 0;
  int change = 0;
  const int changes = response == nullptr ? 0 : response->state_changes_size();
  while (amendment < entry.amendments_size() || change < changes) {
    const absl::Time amended = amendment < entry.amendments_size()
                                   ? FromProto(entry.amendments(amendment).record_time())
                                   : absl::InfiniteFuture();
    const absl::Time changed = change < changes ? FromProto(response->state_changes(change).time())
                                                : absl::InfiniteFuture();
    if (amended <= changed) {
      past.Apply(entry.amendments(amendment++));
      note(amended);
    } else {
      past.Apply(response->state_changes(change++));
      note(changed);
    }
  }
}

std::vector<v1::ResponseRateDay> ResponseRateSeries::Days(const DayRange& range) const {
  std::vector<v1::ResponseRateDay> days;
  v1::ResponseRateDay sum;
  auto change = changes_.begin();
  for (absl::CivilDay day = range.first; day <= range.last; ++day) {
    for (; change != changes_.end() && change->first <= day; ++change) AddDay(change->second, sum);
    v1::ResponseRateDay& row = days.emplace_back(sum);
    row.mutable_date()->set_year(static_cast<int32_t>(day.year()));
    row.mutable_date()->set_month(day.month());
    row.mutable_date()->set_day(day.day());
  }
  return days;
}

}  // namespace weft::ingestion
