#include "services/registry/domain/cohort.h"

#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/validation/text.h"
#include "services/registry/domain/names.h"
#include "services/registry/domain/period.h"

namespace weft::registry {
namespace {

constexpr size_t kMaxLab = 200;
constexpr size_t kMaxDescription = 4000;

void CheckCohort(FieldViolations& violations, const v1::Cohort& cohort) {
  RequireText(violations, "cohort.display_name", cohort.display_name(), kMaxDisplayName);
  RequireText(violations, "cohort.lab", cohort.lab(), kMaxLab);
  RequireText(violations, "cohort.label", cohort.label(), kMaxDisplayName);
  CheckPeriod(violations, "cohort", PeriodOf(cohort));
  CheckText(violations, "cohort.description", cohort.description(), kMaxDescription, Lines::kMany);
}

}  // namespace

absl::Status ValidateCreate(const v1::CreateCohortRequest& request) {
  FieldViolations violations;
  CheckNewId(violations, "cohort_id", request.cohort_id());
  if (request.has_cohort()) {
    CheckCohort(violations, request.cohort());
  } else {
    violations.Add("cohort", "is required");
  }
  return violations.ToStatus();
}

v1::Cohort NewCohort(const v1::CreateCohortRequest& request, absl::string_view id) {
  v1::Cohort cohort = request.cohort();
  ClearStamps(cohort);
  cohort.set_name(NameIn(kCohorts, id));
  return cohort;
}

absl::Status ValidateCohort(const v1::Cohort& cohort) {
  FieldViolations violations;
  CheckCohort(violations, cohort);
  return violations.ToStatus();
}

bool DatesDiffer(const v1::Cohort& before, const v1::Cohort& after) {
  return PeriodOf(before) != PeriodOf(after);
}

absl::Status CheckNoMemberships(const v1::Cohort& cohort, const std::vector<v1::Membership>& some) {
  if (some.empty()) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, "COHORT_HAS_MEMBERSHIPS",
               absl::StrCat("\"", cohort.name(), "\" has memberships, e.g. \"", some.front().name(),
                            "\"; delete them first (ListMemberships with parent \"", cohort.name(),
                            "\" lists them), or give the cohort an end_date and keep its history"),
               {{"name", cohort.name()}, {"membership", some.front().name()}});
}

}  // namespace weft::registry
