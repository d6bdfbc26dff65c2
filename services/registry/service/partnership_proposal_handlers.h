// weft.registry.v1.PartnershipService: ties that organizations propose. An organization's account
// sees and makes proposals of its own organization alone; sites decide them.
#ifndef WEFT_SERVICES_REGISTRY_SERVICE_PARTNERSHIP_PROPOSAL_HANDLERS_H_
#define WEFT_SERVICES_REGISTRY_SERVICE_PARTNERSHIP_PROPOSAL_HANDLERS_H_

#include "absl/status/status.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/storage/database.h"
#include "services/registry/store/tables.h"
#include "weft/registry/v1/partnership.pb.h"
#include "weft/registry/v1/partnership_proposal.pb.h"

namespace weft::registry {

class PartnershipProposalHandlers {
 public:
  PartnershipProposalHandlers(const storage::Database& db, const Tables& tables)
      : db_(db), tables_(tables) {}

  Task<absl::Status> ProposePartnership(rpc::CallContext& context,
                                        const v1::ProposePartnershipRequest& request,
                                        v1::PartnershipProposal& response);
  Task<absl::Status> GetPartnershipProposal(rpc::CallContext& context,
                                            const v1::GetPartnershipProposalRequest& request,
                                            v1::PartnershipProposal& response);
  Task<absl::Status> ListPartnershipProposals(rpc::CallContext& context,
                                              const v1::ListPartnershipProposalsRequest& request,
                                              v1::ListPartnershipProposalsResponse& response);
  // Everything that an accepted proposal becomes is in one commit.
  Task<absl::Status> AcceptPartnershipProposal(rpc::CallContext& context,
                                               const v1::AcceptPartnershipProposalRequest& request,
                                               v1::Partnership& response);
  Task<absl::Status> DeclinePartnershipProposal(
      rpc::CallContext& context, const v1::DeclinePartnershipProposalRequest& request,
      v1::PartnershipProposal& response);
  Task<absl::Status> WithdrawPartnershipProposal(
      rpc::CallContext& context, const v1::WithdrawPartnershipProposalRequest& request,
      v1::PartnershipProposal& response);

 private:
  // The site and the organization of a tie that there is to be.
  Task<absl::Status> CheckBothSides(storage::Reader& reader, v1::PartnershipProposal& proposal);
  // Closes a proposal without a tie.
  template <class Request>
  Task<absl::Status> Close(rpc::CallContext& context, const Request& request,
                           v1::PartnershipProposal::State state, v1::PartnershipProposal& response);

  const storage::Database& db_;
  const Tables& tables_;
};

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_SERVICE_PARTNERSHIP_PROPOSAL_HANDLERS_H_
