// What each side says of a partnership (access.h: who may say it).
#ifndef WEFT_SERVICES_REGISTRY_DOMAIN_PARTNERSHIP_VIEWS_H_
#define WEFT_SERVICES_REGISTRY_DOMAIN_PARTNERSHIP_VIEWS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/base/error.h"
#include "google/protobuf/timestamp.pb.h"
#include "weft/registry/v1/partnership.pb.h"
#include "weft/registry/v1/partnership_proposal.pb.h"

namespace weft::registry {

// What both sides know: the same rules hold for these in the partnership and in either view.
// `field` is where it stands in the request: "partnership".
void CheckRolesMechanismsConditions(FieldViolations& violations, const std::string& field,
                                    const v1::Partnership& partnership);
void CheckRolesMechanisms(FieldViolations& violations, const v1::PartnershipProposal& proposal);

// Whether a view may be stored as it is.
absl::Status ValidateView(const v1::SiteView& view);
absl::Status ValidateView(const v1::OrganizationView& view);

// The view of a partnership before anything is written in it. `view` is a new message.
void MakeEmpty(absl::string_view partnership, v1::SiteView& view);
void MakeEmpty(absl::string_view partnership, v1::OrganizationView& view);

// A note that goes with a decision, of either side. `field` is where it is: "note".
void CheckDecisionNote(FieldViolations& violations, absl::string_view field,
                       absl::string_view note);
// What is wrong with the request by itself.
absl::Status ValidateConfirm(const v1::ConfirmPartnershipRequest& request);
absl::Status ValidateDispute(const v1::DisputePartnershipRequest& request);

// The organization's last word: into its view, and from there into the partnership.
void SetConfirmation(v1::Partnership::Confirmation confirmation, absl::string_view note,
                     absl::string_view principal, const google::protobuf::Timestamp& now,
                     v1::OrganizationView& view, v1::Partnership& partnership);

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_DOMAIN_PARTNERSHIP_VIEWS_H_
