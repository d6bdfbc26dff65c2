#include "services/metrics/store/registry_mirror.h"

#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "common/base/status_macros.h"
#include "services/metrics/store/change.h"
#include "services/metrics/store/keys.h"
#include "weft/registry/v1/cohort.pb.h"
#include "weft/registry/v1/organization.pb.h"
#include "weft/registry/v1/partnership.pb.h"
#include "weft/registry/v1/site.pb.h"

namespace weft::metrics {
namespace {

using registry::v1::Assessment;
using registry::v1::Cohort;
using registry::v1::Membership;
using registry::v1::Organization;
using registry::v1::Partnership;
using registry::v1::Site;
using type::v1::Change;

// The days of a resource, where they are set.
template <class Resource>
void CopyPeriod(const Resource& resource, Resource& kept) {
  if (resource.has_start_date()) *kept.mutable_start_date() = resource.start_date();
  if (resource.has_end_date()) *kept.mutable_end_date() = resource.end_date();
}

Partnership Pruned(const Partnership& partnership) {
  Partnership kept;
  kept.set_name(partnership.name());
  kept.set_organization(partnership.organization());
  kept.set_partner_type(partnership.partner_type());
  CopyPeriod(partnership, kept);
  kept.set_is_self(partnership.is_self());
  kept.set_level(partnership.level());
  if (partnership.has_level_effective_date()) {
    *kept.mutable_level_effective_date() = partnership.level_effective_date();
  }
  kept.set_organization_level(partnership.organization_level());
  if (partnership.has_organization_level_effective_date()) {
    *kept.mutable_organization_level_effective_date() =
        partnership.organization_level_effective_date();
  }
  kept.set_confirmation(partnership.confirmation());
  if (partnership.has_delete_time()) *kept.mutable_delete_time() = partnership.delete_time();
  return kept;
}

Organization Pruned(const Organization& organization) {
  Organization kept;
  kept.set_name(organization.name());
  kept.set_display_name(organization.display_name());
  *kept.mutable_partner_types() = organization.partner_types();
  *kept.mutable_locations() = organization.locations();
  kept.set_merged_into(organization.merged_into());
  if (organization.has_delete_time()) *kept.mutable_delete_time() = organization.delete_time();
  return kept;
}

// The table's key tells whose it is and in which order they were recorded.
Assessment Pruned(const Assessment& assessment) {
  Assessment kept;
  kept.set_side(assessment.side());
  kept.set_level(assessment.level());
  *kept.mutable_effective_date() = assessment.effective_date();
  *kept.mutable_create_time() = assessment.create_time();
  return kept;
}

Cohort Pruned(const Cohort& cohort) {
  Cohort kept;
  kept.set_name(cohort.name());
  kept.set_display_name(cohort.display_name());
  CopyPeriod(cohort, kept);
  return kept;
}

Membership Pruned(const Membership& membership) {
  Membership kept;
  kept.set_site(membership.site());
  CopyPeriod(membership, kept);
  return kept;
}

Site Pruned(const Site& site) {
  Site kept;
  kept.set_name(site.name());
  // What networks call it by, unless it agreed to be named: nobody can guess it, as they can names.
  kept.set_uid(site.uid());
  kept.set_naming(site.naming());
  // Its name is nobody's business unless it agreed to be named.
  if (site.naming() == Site::NAMING_NAMED) kept.set_display_name(site.display_name());
  kept.set_neutral_label(site.neutral_label());
  *kept.mutable_places() = site.places();
  *kept.mutable_attributes() = site.attributes();
  return kept;
}

// Writes what the resource became, without the fields that nobody needs.
template <class T>
absl::Status Keep(const Change& change, std::string key, storage::Transaction& txn) {
  if (IsDeleted(change)) {
    txn.Delete(std::move(key));
    return absl::OkStatus();
  }
  T resource;
  WEFT_RETURN_IF_ERROR(UnpackChange(change, resource));
  txn.Put(std::move(key), Pruned(resource).SerializeAsString());
  return absl::OkStatus();
}

absl::Status KeepAssessment(const Change& change, absl::Span<const absl::string_view> parts,
                            storage::Transaction& txn) {
  uint64_t number = 0;
  if (!absl::SimpleAtoi(parts[5], &number)) {
    return InvalidChange(change, "has an assessment that is no number");
  }
  return Keep<Assessment>(change, AssessmentKey(parts[1], parts[3], number), txn);
}

}  // namespace

absl::Status MirrorChange(const Change& change, absl::Span<const absl::string_view> parts,
                          storage::Transaction& txn) {
  if (parts.size() == 4 && parts[0] == "sites" && parts[2] == "partnerships") {
    return Keep<Partnership>(change, PartnershipKey(parts[1], parts[3]), txn);
  }
  if (parts.size() == 6 && parts[0] == "sites" && parts[4] == "assessments") {
    return KeepAssessment(change, parts, txn);
  }
  if (parts.size() == 2 && parts[0] == "organizations") {
    return Keep<Organization>(change, OrganizationKey(parts[1]), txn);
  }
  if (parts.size() == 2 && parts[0] == "cohorts") {
    return Keep<Cohort>(change, CohortKey(parts[1]), txn);
  }
  if (parts.size() == 4 && parts[0] == "cohorts" && parts[2] == "memberships") {
    return Keep<Membership>(change, MembershipKey(parts[1], parts[3]), txn);
  }
  if (parts.size() == 2 && parts[0] == "sites") {
    return Keep<Site>(change, RegistrySiteKey(parts[1]), txn);
  }
  return absl::OkStatus();
}

}  // namespace weft::metrics
