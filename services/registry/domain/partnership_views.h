// What each side says of a partnership, and by whom it may be said.
#ifndef WEFT_SERVICES_REGISTRY_DOMAIN_PARTNERSHIP_VIEWS_H_
#define WEFT_SERVICES_REGISTRY_DOMAIN_PARTNERSHIP_VIEWS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/base/error.h"
#include "google/protobuf/repeated_field.h"
#include "google/protobuf/timestamp.pb.h"
#include "weft/registry/v1/partnership.pb.h"

namespace weft::registry {

// At most 50 conditions. `field` is the list's: "partnership.conditions".
void CheckConditions(FieldViolations& violations, const std::string& field,
                     const google::protobuf::RepeatedPtrField<v1::Condition>& conditions);

// Whether a view may be stored as it is.
absl::Status ValidateView(const v1::SiteView& view);
absl::Status ValidateView(const v1::OrganizationView& view);

// Views as they are before anything is written: their names alone.
v1::SiteView EmptySiteView(absl::string_view partnership);
v1::OrganizationView EmptyOrganizationView(absl::string_view partnership);

// What is wrong with the request by itself.
absl::Status ValidateConfirm(const v1::ConfirmPartnershipRequest& request);
absl::Status ValidateDispute(const v1::DisputePartnershipRequest& request);

// The organization's last word: into its view, and from there into the partnership.
void SetConfirmation(v1::Partnership::Confirmation confirmation, absl::string_view note,
                     absl::string_view principal, const google::protobuf::Timestamp& now,
                     v1::OrganizationView& view, v1::Partnership& partnership);

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_DOMAIN_PARTNERSHIP_VIEWS_H_
