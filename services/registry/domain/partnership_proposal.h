// What makes a proposal of a tie valid, how it is decided, and what it becomes (access.h: who may
// propose).
#ifndef WEFT_SERVICES_REGISTRY_DOMAIN_PARTNERSHIP_PROPOSAL_H_
#define WEFT_SERVICES_REGISTRY_DOMAIN_PARTNERSHIP_PROPOSAL_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"
#include "weft/registry/v1/partnership.pb.h"
#include "weft/registry/v1/partnership_proposal.pb.h"
#include "weft/registry/v1/site.pb.h"

namespace weft::registry {

// How many proposals of an organization may be open, in all and with one site: nobody has more of
// them to answer at a time.
inline constexpr int kMaxOpenProposals = 50;
inline constexpr int kMaxOpenProposalsWithSite = 5;

// Everything that is wrong with the request by itself, in one answer.
absl::Status ValidatePropose(const v1::ProposePartnershipRequest& request, absl::Time now);
absl::Status ValidateList(const v1::ListPartnershipProposalsRequest& request);
absl::Status ValidateAccept(const v1::AcceptPartnershipProposalRequest& request);
absl::Status ValidateDecline(const v1::DeclinePartnershipProposalRequest& request);
absl::Status ValidateWithdraw(const v1::WithdrawPartnershipProposalRequest& request);

// The proposal that a valid request makes at `now`, under the id that was chosen for it.
v1::PartnershipProposal NewProposal(const v1::ProposePartnershipRequest& request,
                                    absl::string_view id, absl::string_view principal,
                                    absl::Time now);

bool IsOpen(const v1::PartnershipProposal& proposal);
// FAILED_PRECONDITION (PARTNERSHIP_PROPOSAL_CLOSED) unless it is open.
absl::Status CheckOpen(const v1::PartnershipProposal& proposal);
// Closes an open proposal.
void Decide(v1::PartnershipProposal::State state, absl::string_view note,
            absl::string_view principal, const google::protobuf::Timestamp& now,
            v1::PartnershipProposal& proposal);

// What an open proposal, and an open tie of the same kind, is unique by.
std::string OpenTieKey(const v1::PartnershipProposal& proposal);
// Under which an open proposal is unique, and under which open ones are counted: those of the
// organization, in all and with one site. None once it is closed.
std::vector<std::string> OpenProposalKeys(const v1::PartnershipProposal& proposal);
std::vector<std::string> OpenProposalCounts(const v1::PartnershipProposal& proposal);
std::string CountOfOrganization(const v1::PartnershipProposal& proposal);
std::string CountWithSite(const v1::PartnershipProposal& proposal);

// FAILED_PRECONDITION (PARTNERSHIP_PROPOSALS_TOO_MANY) when so many are open already.
absl::Status CheckRoom(const v1::PartnershipProposal& proposal, int open, int open_with_site);
// ALREADY_EXISTS: what is there already, by name.
absl::Status ProposalOpenTaken(const v1::PartnershipProposal& proposal, absl::string_view existing);
absl::Status CheckNotRecorded(const v1::PartnershipProposal& proposal,
                              const std::optional<v1::Partnership>& tie);

// FAILED_PRECONDITION (SITE_HAS_PARTNERSHIP_PROPOSALS) while a site that is to be deleted has
// proposals, of which `some` are given; OK when there are none.
absl::Status CheckNoProposals(const v1::Site& site,
                              const std::vector<v1::PartnershipProposal>& some);

// What an accepted proposal becomes: the tie, with nothing of the site's own in it, what the
// organization says of it, and its rating, if it gave one. The levels and the confirmation of
// `partnership` follow.
v1::Partnership TieOf(const v1::PartnershipProposal& proposal, absl::string_view id);
v1::OrganizationView ViewOf(const v1::PartnershipProposal& proposal, v1::Partnership& partnership);
std::optional<v1::Assessment> RatingOf(const v1::PartnershipProposal& proposal,
                                       v1::Partnership& partnership, absl::Time now);

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_DOMAIN_PARTNERSHIP_PROPOSAL_H_
