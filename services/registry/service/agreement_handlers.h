// weft.registry.v1.PartnershipService: how far the two sides of partnerships agree.
#ifndef WEFT_SERVICES_REGISTRY_SERVICE_AGREEMENT_HANDLERS_H_
#define WEFT_SERVICES_REGISTRY_SERVICE_AGREEMENT_HANDLERS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/storage/database.h"
#include "services/registry/domain/agreement.h"
#include "services/registry/store/tables.h"
#include "weft/registry/v1/partnership.pb.h"

namespace weft::registry {

class AgreementHandlers {
 public:
  AgreementHandlers(const storage::Database& db, const Tables& tables) : db_(db), tables_(tables) {}

  Task<absl::Status> GetPartnershipAgreement(rpc::CallContext& context,
                                             const v1::GetPartnershipAgreementRequest& request,
                                             v1::PartnershipAgreement& response);

 private:
  // The parents whose ties are asked for: a site, all of them, or the sites of a cohort.
  Task<absl::StatusOr<std::vector<std::string>>> Parents(
      storage::Reader& reader, const v1::GetPartnershipAgreementRequest& request);
  // Counts the ties under one parent.
  Task<absl::Status> Count(rpc::CallContext& context, storage::Reader& reader,
                           const v1::GetPartnershipAgreementRequest& request, std::string parent,
                           std::string organization, AgreementCounter& counter);

  const storage::Database& db_;
  const Tables& tables_;
};

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_SERVICE_AGREEMENT_HANDLERS_H_
