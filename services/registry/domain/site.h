// What makes a site valid.
#ifndef WEFT_SERVICES_REGISTRY_DOMAIN_SITE_H_
#define WEFT_SERVICES_REGISTRY_DOMAIN_SITE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "weft/registry/v1/cohort.pb.h"
#include "weft/registry/v1/site.pb.h"

namespace weft::registry {

// Everything that is wrong with the request, in one answer.
absl::Status ValidateCreate(const v1::CreateSiteRequest& request);
absl::Status ValidateBatch(const v1::BatchGetSitesRequest& request);

// The site that a valid request asks for, under the id that was chosen for it.
v1::Site NewSite(const v1::CreateSiteRequest& request, absl::string_view id);

// Whether `site` may be stored as it is.
absl::Status ValidateSite(const v1::Site& site);

// NOT_FOUND that names what a batch asked for in vain: the first few of `missing`, and how many.
absl::Status SitesMissing(const std::vector<std::string>& missing);

// FAILED_PRECONDITION while a site that is to be deleted has memberships, of which `some` are
// given; OK when there are none.
absl::Status CheckNoMemberships(const v1::Site& site, const std::vector<v1::Membership>& some);

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_DOMAIN_SITE_H_
