#include "services/registry/domain/site.h"

#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/validation/counts.h"
#include "common/validation/dates.h"
#include "common/validation/ids.h"
#include "common/validation/text.h"
#include "services/registry/domain/names.h"
#include "services/registry/domain/place.h"

namespace weft::registry {
namespace {

constexpr size_t kMaxHostOrganization = 200;
constexpr int kMaxAttributes = 100;
constexpr size_t kMaxAttributeText = 100;

void CheckAttributes(FieldViolations& violations, absl::string_view field,
                     const v1::SiteAttributes& attributes) {
  if (!v1::SiteAttributes::Setting_IsValid(attributes.setting())) {
    violations.Add(absl::StrCat(field, ".setting"),
                   absl::StrCat("is ", static_cast<int>(attributes.setting()),
                                ", which is no value of Setting"));
  }
  CheckText(violations, absl::StrCat(field, ".entry_point"), attributes.entry_point(),
            kMaxAttributeText);
  CheckText(violations, absl::StrCat(field, ".stage"), attributes.stage(), kMaxAttributeText);
}

void CheckEffectiveDates(FieldViolations& violations, const v1::Site& site) {
  for (int i = 0; i < site.attributes_size(); ++i) {
    const std::string field = absl::StrCat("site.attributes[", i, "].effective_date");
    const v1::SiteAttributes& entry = site.attributes(i);
    if (!entry.has_effective_date()) {
      violations.Require(i == 0, field, "is required in every entry but the first");
      continue;
    }
    CheckDate(violations, field, entry.effective_date());
    if (i == 0 || !site.attributes(i - 1).has_effective_date()) continue;
    const google::type::Date& previous = site.attributes(i - 1).effective_date();
    if (!IsDay(previous) || !IsDay(entry.effective_date())) continue;
    if (CompareDates(previous, entry.effective_date()) >= 0) {
      violations.Add(
          field, absl::StrCat("is ", FormatDate(entry.effective_date()),
                              " and must be after the entry before it, ", FormatDate(previous)));
    }
  }
}

void CheckSite(FieldViolations& violations, const v1::Site& site) {
  RequireText(violations, "site.display_name", site.display_name(), kMaxDisplayName);
  RequireText(violations, "site.neutral_label", site.neutral_label(), kMaxDisplayName);
  if (!v1::Site::Naming_IsValid(site.naming())) {
    violations.Add("site.naming", absl::StrCat("is ", static_cast<int>(site.naming()),
                                               "; use NAMING_NEUTRAL or NAMING_NAMED"));
  }
  CheckText(violations, "site.host_organization", site.host_organization(), kMaxHostOrganization);
  CheckPlaces(violations, "site.places", site.places());
  if (CheckCount(violations, "site.attributes", site.attributes_size(), kMaxAttributes)) {
    for (int i = 0; i < site.attributes_size(); ++i) {
      CheckAttributes(violations, absl::StrCat("site.attributes[", i, "]"), site.attributes(i));
    }
    CheckEffectiveDates(violations, site);
  }
}

}  // namespace

absl::Status ValidateCreate(const v1::CreateSiteRequest& request) {
  FieldViolations violations;
  CheckNewId(violations, "site_id", request.site_id());
  if (request.has_site()) {
    CheckSite(violations, request.site());
  } else {
    violations.Add("site", "is required");
  }
  return violations.ToStatus();
}

absl::Status ValidateBatch(const v1::BatchGetSitesRequest& request) {
  FieldViolations violations;
  CheckBatchOfNames(violations, kSites, "site", request.names());
  return violations.ToStatus();
}

v1::Site NewSite(const v1::CreateSiteRequest& request, absl::string_view id) {
  v1::Site site = request.site();
  ClearStamps(site);
  site.set_name(NameIn(kSites, id));
  return site;
}

absl::Status ValidateSite(const v1::Site& site) {
  FieldViolations violations;
  CheckSite(violations, site);
  return violations.ToStatus();
}

absl::Status SitesMissing(const std::vector<std::string>& missing) {
  return NamesMissing("SITE_NOT_FOUND", "site", "ListSites", missing);
}

absl::Status CheckNoMemberships(const v1::Site& site, const std::vector<v1::Membership>& some) {
  if (some.empty()) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, "SITE_HAS_MEMBERSHIPS",
               absl::StrCat("\"", site.name(), "\" has memberships, e.g. \"", some.front().name(),
                            "\"; delete them first (ListMemberships with parent \"cohorts/-\" and "
                            "site \"",
                            site.name(), "\" lists them)"),
               {{"name", site.name()}, {"membership", some.front().name()}});
}

}  // namespace weft::registry
