#include "services/metrics/store/registry_mirror.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "common/base/status_macros.h"
#include "services/metrics/store/change.h"
#include "services/metrics/store/keys.h"
#include "services/metrics/store/rows.h"
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
using storage::Entry;
using type::v1::Change;

bool IsPartnership(absl::Span<const absl::string_view> parts) {
  return parts.size() == 4 && parts[0] == "sites" && parts[2] == "partnerships";
}

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

}  // namespace

absl::Status RegistryMirror::Note(std::string key, const std::optional<Entry>& entry) {
  std::string organization;
  if (entry.has_value()) {
    Partnership partnership;
    WEFT_RETURN_IF_ERROR(ParseRow(*entry, partnership));
    organization = std::string(IdOfName(partnership.organization()));
  }
  organizations_[std::move(key)] = std::move(organization);
  return absl::OkStatus();
}

Task<absl::Status> RegistryMirror::Prefetch(const std::vector<const Change*>& changes) {
  std::vector<std::string> keys;
  for (const Change* change : changes) {
    const std::vector<absl::string_view> parts = absl::StrSplit(change->name(), '/');
    if (IsPartnership(parts)) keys.push_back(PartnershipKey(parts[1], parts[3]));
  }
  if (keys.empty()) co_return absl::OkStatus();
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  storage::Snapshot& snapshot = txn_.snapshot();
  std::vector<std::string> asked = keys;
  absl::StatusOr<std::vector<std::optional<Entry>>> rows =
      co_await snapshot.GetMany(std::move(asked));
  WEFT_CO_RETURN_IF_ERROR(rows.status());
  for (size_t i = 0; i < keys.size(); ++i) {
    WEFT_CO_RETURN_IF_ERROR(Note(std::move(keys[i]), (*rows)[i]));
  }
  co_return absl::OkStatus();
}

Task<absl::Status> RegistryMirror::Apply(const Change& change,
                                         absl::Span<const absl::string_view> parts) {
  absl::Status applied;
  if (IsPartnership(parts)) {
    applied = co_await ApplyPartnership(change, std::string(parts[1]), std::string(parts[3]));
  } else if (parts.size() == 6 && parts[0] == "sites" && parts[4] == "assessments") {
    applied = ApplyAssessment(change, parts);
  } else if (parts.size() == 2 && parts[0] == "organizations") {
    applied = Keep<Organization>(change, OrganizationKey(parts[1]));
  } else if (parts.size() == 2 && parts[0] == "cohorts") {
    applied = Keep<Cohort>(change, CohortKey(parts[1]));
  } else if (parts.size() == 4 && parts[0] == "cohorts" && parts[2] == "memberships") {
    applied = Keep<Membership>(change, MembershipKey(parts[1], parts[3]));
  } else if (parts.size() == 2 && parts[0] == "sites") {
    applied = Keep<Site>(change, RegistrySiteKey(parts[1]));
  }
  co_return applied;
}

template <class T>
absl::Status RegistryMirror::Keep(const Change& change, std::string key) {
  if (IsDeleted(change)) {
    txn_.Delete(std::move(key));
    return absl::OkStatus();
  }
  T resource;
  WEFT_RETURN_IF_ERROR(UnpackChange(change, resource));
  txn_.Put(std::move(key), Pruned(resource).SerializeAsString());
  return absl::OkStatus();
}

absl::Status RegistryMirror::ApplyAssessment(const Change& change,
                                             absl::Span<const absl::string_view> parts) {
  uint64_t number = 0;
  if (!absl::SimpleAtoi(parts[5], &number)) {
    return InvalidChange(change, "has an assessment that is no number");
  }
  return Keep<Assessment>(change, AssessmentKey(parts[1], parts[3], number));
}

Task<absl::Status> RegistryMirror::ApplyPartnership(const Change& change, std::string site,
                                                    std::string id) {
  std::string organization;
  if (!IsDeleted(change)) {
    Partnership partnership;
    WEFT_CO_RETURN_IF_ERROR(UnpackChange(change, partnership));
    organization = std::string(IdOfName(partnership.organization()));
  }
  std::string key = PartnershipKey(site, id);
  if (!organizations_.contains(key)) {
    storage::Snapshot& snapshot = txn_.snapshot();
    absl::StatusOr<std::optional<Entry>> entry = co_await snapshot.Get(key);
    WEFT_CO_RETURN_IF_ERROR(entry.status());
    WEFT_CO_RETURN_IF_ERROR(Note(key, *entry));
  }
  std::string& before = organizations_[key];
  if (before != organization) {
    if (!before.empty()) txn_.Delete(ByOrganizationKey(before, site, id));
    if (!organization.empty()) txn_.Put(ByOrganizationKey(organization, site, id), "");
    before = std::move(organization);
  }
  co_return Keep<Partnership>(change, std::move(key));
}

}  // namespace weft::metrics
