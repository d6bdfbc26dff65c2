#include "services/ingestion/domain/wave_rules.h"

#include <algorithm>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/validation/dates.h"
#include "common/validation/ids.h"
#include "common/validation/text.h"

namespace weft::ingestion {
namespace {

constexpr int kMaxCohorts = 100;

absl::Status Refuse(const v1::Wave& wave, absl::string_view reason, absl::string_view what) {
  return Error(absl::StatusCode::kFailedPrecondition, reason,
               absl::StrCat("\"", wave.name(), "\" ", what),
               {{"name", wave.name()}, {"state", v1::Wave::State_Name(wave.state())}});
}

}  // namespace

void ValidateWave(const v1::Wave& wave, absl::string_view path, FieldViolations& violations) {
  const auto at = [&](absl::string_view field) { return absl::StrCat(path, ".", field); };
  RequireText(violations, at("display_name"), wave.display_name(), kMaxDisplayName);
  violations.Require(IdIn("instruments", wave.instrument()).has_value(), at("instrument"),
                     "must be a name like instruments/lab-survey-2024");
  violations.Require(wave.cohorts_size() >= 1, at("cohorts"), "needs one cohort or more");
  violations.Require(wave.cohorts_size() <= kMaxCohorts, at("cohorts"),
                     absl::StrCat("has more than ", kMaxCohorts, " entries"));
  std::set<std::string> seen;
  for (int i = 0; i < wave.cohorts_size(); ++i) {
    const std::string cohort_at = absl::StrCat(at("cohorts"), "[", i, "]");
    violations.Require(IdIn("cohorts", wave.cohorts(i)).has_value(), cohort_at,
                       "must be a name like cohorts/2024-2025");
    violations.Require(seen.insert(wave.cohorts(i)).second, cohort_at,
                       absl::StrCat("repeats ", Quoted(wave.cohorts(i))));
  }
  if (wave.has_field_start_date()) {
    CheckDate(violations, at("field_start_date"), wave.field_start_date());
  }
  if (wave.has_field_end_date()) {
    CheckDate(violations, at("field_end_date"), wave.field_end_date());
  }
  if (IsDay(wave.field_start_date()) && IsDay(wave.field_end_date())) {
    violations.Require(
        CompareDates(wave.field_start_date(), wave.field_end_date()) <= 0, at("field_end_date"),
        absl::StrCat("is ", FormatDate(wave.field_end_date()), ", before field_start_date"));
  }
}

absl::Status ValidateCreate(const v1::CreateWaveRequest& request) {
  FieldViolations violations;
  violations.Require(request.wave_id().empty() || IsId(request.wave_id()), "wave_id", kIdRule);
  if (request.has_wave()) {
    ValidateWave(request.wave(), "wave", violations);
  } else {
    violations.Add("wave", "is required");
  }
  return violations.ToStatus();
}

v1::Wave NewWave(const v1::CreateWaveRequest& request, absl::string_view id) {
  v1::Wave wave = request.wave();
  wave.set_name(absl::StrCat("waves/", id));
  wave.set_state(v1::Wave::STATE_DRAFT);
  wave.clear_open_time();
  wave.clear_close_time();
  wave.clear_roster_size();
  wave.clear_taxonomy();
  return wave;
}

absl::Status CheckWaveUpdate(const v1::Wave& before, const v1::Wave& after) {
  const bool same = before.instrument() == after.instrument() &&
                    std::equal(before.cohorts().begin(), before.cohorts().end(),
                               after.cohorts().begin(), after.cohorts().end());
  if (same || before.state() == v1::Wave::STATE_DRAFT) return absl::OkStatus();
  return Refuse(before, "WAVE_NOT_DRAFT",
                "was opened, so its instrument and cohorts are fixed; AmendRoster adds and removes "
                "sites");
}

absl::Status RequireDraft(const v1::Wave& wave) {
  if (wave.state() == v1::Wave::STATE_DRAFT) return absl::OkStatus();
  return Refuse(wave, "WAVE_NOT_DRAFT", "is no draft any more");
}

absl::Status RequireOpen(const v1::Wave& wave) {
  if (wave.state() == v1::Wave::STATE_OPEN) return absl::OkStatus();
  return Refuse(wave, "WAVE_NOT_OPEN",
                wave.state() == v1::Wave::STATE_DRAFT
                    ? "is not open yet; OpenWave freezes its roster and opens it"
                    : "is closed and takes no responses any more");
}

absl::Status RequireOpenOrClosed(const v1::Wave& wave) {
  if (wave.state() != v1::Wave::STATE_DRAFT) return absl::OkStatus();
  return Refuse(wave, "WAVE_NOT_OPEN", "is not open yet; OpenWave freezes its roster and opens it");
}

absl::Status Open(const v1::Instrument& instrument, int roster_size, absl::Time now,
                  v1::Wave& wave) {
  if (roster_size == 0) {
    return Refuse(wave, "ROSTER_EMPTY",
                  absl::StrCat("has no site to invite: no membership in ",
                               wave.cohorts_size() == 1 ? wave.cohorts(0) : "its cohorts",
                               " is in force on ", FormatDate(DayOf(now))));
  }
  wave.set_state(v1::Wave::STATE_OPEN);
  wave.set_taxonomy(instrument.taxonomy());
  wave.set_roster_size(roster_size);
  *wave.mutable_open_time() = ToProto(now);
  return absl::OkStatus();
}

void Close(absl::Time now, v1::Wave& wave) {
  wave.set_state(v1::Wave::STATE_CLOSED);
  *wave.mutable_close_time() = ToProto(now);
}

}  // namespace weft::ingestion
