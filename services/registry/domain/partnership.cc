#include "services/registry/domain/partnership.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/partnerships/levels_on_day.h"
#include "common/validation/counts.h"
#include "common/validation/dates.h"
#include "common/validation/ids.h"
#include "common/validation/text.h"
#include "google/protobuf/util/time_util.h"
#include "services/registry/domain/batches.h"
#include "services/registry/domain/codes.h"
#include "services/registry/domain/names.h"
#include "services/registry/domain/partnership_views.h"
#include "services/registry/domain/period.h"

namespace weft::registry {
namespace {

using google::protobuf::Timestamp;
using google::type::Date;
using v1::Assessment;
using v1::Partnership;

constexpr int kMaxAgreements = 20;
constexpr size_t kMaxAgreementNote = 500;
constexpr size_t kMaxRater = 200;
constexpr size_t kMaxProse = 2000;

// "sites/s1/partnerships/p1" has four.
constexpr size_t kSiteSegments = 2;
constexpr size_t kPartnershipSegments = 4;

std::string LeadingSegments(absl::string_view name, size_t count) {
  const std::vector<absl::string_view> parts = absl::StrSplit(name, '/');
  return absl::StrJoin(parts.begin(), parts.begin() + std::min(count, parts.size()), "/");
}

void CheckAgreements(FieldViolations& violations, const std::string& field,
                     const Partnership& partnership) {
  if (!CheckCount(violations, field, partnership.agreements_size(), kMaxAgreements)) return;
  for (int i = 0; i < partnership.agreements_size(); ++i) {
    const v1::Agreement& agreement = partnership.agreements(i);
    const std::string entry = absl::StrCat(field, "[", i, "]");
    CheckCode(violations, absl::StrCat(entry, ".kind"), agreement.kind());
    if (agreement.has_review_date()) {
      CheckDate(violations, absl::StrCat(entry, ".review_date"), agreement.review_date());
    }
    CheckText(violations, absl::StrCat(entry, ".note"), agreement.note(), kMaxAgreementNote,
              Lines::kMany);
  }
}

// `field` is where it stands in the request: "partnership".
void CheckPartnership(FieldViolations& violations, const std::string& field,
                      const Partnership& partnership) {
  CheckName(violations, absl::StrCat(field, ".organization"), kOrganizations,
            partnership.organization());
  CheckCode(violations, absl::StrCat(field, ".partner_type"), partnership.partner_type());
  CheckRolesMechanismsConditions(violations, field, partnership);
  CheckAgreements(violations, absl::StrCat(field, ".agreements"), partnership);
  CheckPeriod(violations, field, PeriodOf(partnership));
}

void CheckCreate(FieldViolations& violations, const std::string& prefix,
                 const v1::CreatePartnershipRequest& request) {
  CheckName(violations, absl::StrCat(prefix, "parent"), kSites, request.parent());
  CheckNewId(violations, absl::StrCat(prefix, "partnership_id"), request.partnership_id());
  const std::string field = absl::StrCat(prefix, "partnership");
  if (request.has_partnership()) {
    CheckPartnership(violations, field, request.partnership());
  } else {
    violations.Add(field, "is required");
  }
}

void CheckRecordedBy(FieldViolations& violations, bool given, const Timestamp& time) {
  using google::protobuf::util::TimeUtil;
  if (!given) return;
  violations.Require(time.seconds() >= TimeUtil::kTimestampMinSeconds &&
                         time.seconds() <= TimeUtil::kTimestampMaxSeconds && time.nanos() >= 0 &&
                         time.nanos() < 1'000'000'000,
                     "recorded_by", "is no time, as \"2025-03-01T12:00:00Z\"");
}

// The site of a batch, or "sites/-" for several.
void CheckBatchParent(FieldViolations& violations, absl::string_view parent) {
  if (parent != kEverySite) CheckName(violations, "parent", kSites, parent);
}

void CheckUnderParent(FieldViolations& violations, absl::string_view field,
                      absl::string_view parent, absl::string_view site) {
  violations.Require(parent == kEverySite || site == parent, field,
                     absl::StrCat("is of ", Quoted(site), ", and the batch of ", Quoted(parent),
                                  "; \"sites/-\" as its parent takes those of several sites"));
}

}  // namespace

std::string PartnershipName(absl::string_view site, absl::string_view id) {
  return absl::StrCat(site, "/partnerships/", id);
}
std::string SiteOf(absl::string_view name) { return LeadingSegments(name, kSiteSegments); }
std::string PartnershipOf(absl::string_view name) {
  return LeadingSegments(name, kPartnershipSegments);
}

absl::Status ValidateCreate(const v1::CreatePartnershipRequest& request) {
  FieldViolations violations;
  CheckCreate(violations, "", request);
  return violations.ToStatus();
}

absl::Status ValidateBatch(const v1::BatchCreatePartnershipsRequest& request) {
  FieldViolations violations;
  CheckBatchParent(violations, request.parent());
  ChosenNames names;
  CheckBatch(violations, "partnership", request,
             [&](const std::string& prefix, const v1::CreatePartnershipRequest& one) {
               CheckCreate(violations, prefix, one);
               CheckUnderParent(violations, absl::StrCat(prefix, "parent"), request.parent(),
                                one.parent());
               if (one.partnership_id().empty()) return;
               names.Check(violations, absl::StrCat(prefix, "partnership_id"),
                           PartnershipName(one.parent(), one.partnership_id()));
             });
  return violations.ToStatus();
}

absl::Status ValidateBatch(const v1::BatchGetPartnershipsRequest& request) {
  FieldViolations violations;
  CheckBatchParent(violations, request.parent());
  if (request.names().empty()) violations.Add("names", "is required; ask for at least one");
  if (CheckCount(violations, "names", request.names_size(), kMaxBatch)) {
    for (int i = 0; i < request.names_size(); ++i) {
      const std::string field = absl::StrCat("names[", i, "]");
      const std::string& name = request.names(i);
      const std::string site = SiteOf(name);
      if (!IdIn(kSites, site).has_value() || !IsId(LastId(name)) ||
          name != PartnershipName(site, LastId(name))) {
        violations.Add(
            field,
            absl::StrCat("must be a name like sites/site-01/partnerships/p1, not ", Quoted(name)));
        continue;
      }
      CheckUnderParent(violations, field, request.parent(), site);
    }
  }
  return violations.ToStatus();
}

absl::Status PartnershipsMissing(const std::vector<std::string>& missing) {
  return NamesMissing("PARTNERSHIP_NOT_FOUND", "partnership", "ListPartnerships", missing);
}

absl::Status ValidateGet(const v1::GetPartnershipRequest& request) {
  FieldViolations violations;
  if (request.has_effective_on()) CheckDate(violations, "effective_on", request.effective_on());
  CheckRecordedBy(violations, request.has_recorded_by(), request.recorded_by());
  return violations.ToStatus();
}

absl::Status ValidateList(const v1::ListPartnershipsRequest& request) {
  FieldViolations violations;
  if (request.parent() != kEverySite) CheckName(violations, "parent", kSites, request.parent());
  if (!request.organization().empty()) {
    CheckName(violations, "organization", kOrganizations, request.organization());
  }
  if (request.has_effective_on()) CheckDate(violations, "effective_on", request.effective_on());
  CheckRecordedBy(violations, request.has_recorded_by(), request.recorded_by());
  return violations.ToStatus();
}

absl::Status ValidateAgreement(const v1::GetPartnershipAgreementRequest& request) {
  FieldViolations violations;
  if (request.parent() != kEverySite) CheckName(violations, "parent", kSites, request.parent());
  if (!request.organization().empty()) {
    CheckName(violations, "organization", kOrganizations, request.organization());
  }
  if (!request.cohort().empty()) {
    CheckName(violations, "cohort", kCohorts, request.cohort());
    violations.Require(request.parent() == kEverySite, "parent",
                       "must be \"sites/-\" with a cohort, which says which sites");
  }
  if (request.has_effective_on()) CheckDate(violations, "effective_on", request.effective_on());
  return violations.ToStatus();
}

Partnership NewPartnership(const v1::CreatePartnershipRequest& request, absl::string_view id) {
  Partnership partnership = request.partnership();
  ClearStamps(partnership);
  ClearLevels(partnership);
  partnership.set_confirmation(Partnership::CONFIRMATION_UNCONFIRMED);
  partnership.clear_assessment_count();
  partnership.clear_delete_time();
  partnership.set_name(PartnershipName(request.parent(), id));
  return partnership;
}

absl::Status ValidatePartnership(const Partnership& partnership) {
  FieldViolations violations;
  CheckPartnership(violations, "partnership", partnership);
  return violations.ToStatus();
}

std::string OpenTieKey(absl::string_view site, absl::string_view organization,
                       absl::string_view partner_type) {
  // None of the parts has a space.
  return absl::StrCat(site, " ", organization, " ", partner_type);
}

std::vector<std::string> OpenTieKeys(const Partnership& partnership) {
  if (partnership.has_delete_time() || partnership.has_end_date()) return {};
  return {OpenTieKey(SiteOf(partnership.name()), partnership.organization(),
                     partnership.partner_type())};
}

absl::Status OpenTieTaken(const Partnership& partnership, absl::string_view existing) {
  return Error(absl::StatusCode::kAlreadyExists, "PARTNERSHIP_OPEN_TIE_TAKEN",
               absl::StrCat("\"", existing, "\" is an open tie of that site with \"",
                            partnership.organization(), "\" as ", partnership.partner_type(),
                            "; change that one, or give it an end_date before another begins"),
               {{"name", partnership.name()}, {"existing", std::string(existing)}});
}

absl::Status CheckNoPartnerships(const v1::Site& site, const std::vector<Partnership>& some) {
  if (some.empty()) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, "SITE_HAS_PARTNERSHIPS",
               absl::StrCat("\"", site.name(), "\" has partnerships, e.g. \"", some.front().name(),
                            "\", whose history goes with it; end the site's memberships and keep "
                            "it instead"),
               {{"name", site.name()}, {"partnership", some.front().name()}});
}

void CheckRating(FieldViolations& violations, const std::string& field,
                 const Assessment& assessment, const Partnership& partnership, absl::Time now) {
  if (assessment.level() == weft::type::v1::INTERACTION_LEVEL_UNSPECIFIED ||
      !weft::type::v1::InteractionLevel_IsValid(assessment.level())) {
    violations.Add(absl::StrCat(field, ".level"),
                   "is required: INTERACTION_LEVEL_NO_INTERACTION, _NETWORKING, _COOPERATION, "
                   "_COORDINATION or _COLLABORATION");
  }
  // Where it is tomorrow already, today's date is theirs.
  const Date latest = DayOf(now + absl::Hours(24));
  const Date date = assessment.has_effective_date() ? assessment.effective_date() : DayOf(now);
  const std::string day = absl::StrCat(field, ".effective_date");
  CheckDate(violations, day, date);
  if (IsDay(date) && CompareDates(date, latest) > 0) {
    violations.Add(day, absl::StrCat("is ", FormatDate(date),
                                     ", which is in the future; rate what is so by now"));
  } else if (IsDay(date) && !Contains(PeriodOf(partnership), date)) {
    violations.Add(
        day, absl::StrCat(
                 "is ", FormatDate(date), ", which is outside the partnership, ",
                 partnership.has_start_date() ? FormatDate(partnership.start_date()) : "open",
                 " to ", partnership.has_end_date() ? FormatDate(partnership.end_date()) : "open"));
  }
  CheckText(violations, absl::StrCat(field, ".rater"), assessment.rater(), kMaxRater);
  if (!assessment.instrument().empty()) {
    CheckName(violations, absl::StrCat(field, ".instrument"), "instruments",
              assessment.instrument());
  }
  CheckText(violations, absl::StrCat(field, ".definition"), assessment.definition(), kMaxProse,
            Lines::kMany);
  CheckText(violations, absl::StrCat(field, ".note"), assessment.note(), kMaxProse, Lines::kMany);
}

absl::Status ValidateAssessment(const Assessment& assessment, Assessment::Side side,
                                const Partnership& partnership, absl::Time now) {
  FieldViolations violations;
  if (assessment.side() != Assessment::SIDE_UNSPECIFIED && assessment.side() != side) {
    violations.Add("assessment.side",
                   side == Assessment::SIDE_SITE
                       ? "must be SIDE_SITE or unset; AssessPartnershipAsOrganization records the "
                         "organization's rating"
                       : "must be SIDE_ORGANIZATION or unset; AssessPartnership records the site's "
                         "rating");
  }
  CheckRating(violations, "assessment", assessment, partnership, now);
  return violations.ToStatus();
}

Assessment NewAssessment(const Assessment& given, Assessment::Side side,
                         const Partnership& partnership, absl::string_view principal,
                         absl::Time now) {
  Assessment assessment = given;
  assessment.clear_uid();
  assessment.clear_create_time();
  assessment.clear_etag();
  assessment.set_name(
      absl::StrCat(partnership.name(), "/assessments/", partnership.assessment_count() + 1));
  assessment.set_side(side);
  assessment.set_principal(std::string(principal));
  if (!assessment.has_effective_date()) {
    *assessment.mutable_effective_date() = DayOf(now);
  }
  return assessment;
}

void ApplyAssessment(const Assessment& assessment, Partnership& partnership) {
  partnership.set_assessment_count(partnership.assessment_count() + 1);
  TakeRating(assessment, partnership);
}

void SetLevelsOn(const Date& day, const std::optional<Timestamp>& recorded_by,
                 const std::vector<Assessment>& assessments, Partnership& partnership) {
  ClearLevels(partnership);
  for (const Assessment& assessment : assessments) {
    if (recorded_by.has_value() && FromProto(assessment.create_time()) > FromProto(*recorded_by))
      continue;
    AddRating(day, assessment, partnership);
  }
}

absl::Status NotInForce(absl::string_view name, const Date& day) {
  return Error(absl::StatusCode::kNotFound, "PARTNERSHIP_NOT_IN_FORCE",
               absl::StrCat("\"", name, "\" was not in force on ", FormatDate(day),
                            "; read it without effective_on to see its days"),
               {{"name", std::string(name)}, {"effective_on", FormatDate(day)}});
}

absl::Status NotRecorded(absl::string_view name) {
  return Error(absl::StatusCode::kNotFound, "PARTNERSHIP_NOT_RECORDED",
               absl::StrCat("\"", name,
                            "\" was recorded after recorded_by; its create_time says "
                            "when"),
               {{"name", std::string(name)}});
}

}  // namespace weft::registry
