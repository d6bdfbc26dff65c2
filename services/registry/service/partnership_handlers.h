// weft.registry.v1.PartnershipService: partnerships. What the two sides say of them stands in
// partnership_view_handlers.h.
#ifndef WEFT_SERVICES_REGISTRY_SERVICE_PARTNERSHIP_HANDLERS_H_
#define WEFT_SERVICES_REGISTRY_SERVICE_PARTNERSHIP_HANDLERS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/storage/database.h"
#include "services/registry/domain/partnership_filter.h"
#include "services/registry/service/vocabulary_reader.h"
#include "services/registry/store/tables.h"
#include "weft/registry/v1/partnership.pb.h"

namespace weft::registry {

class PartnershipHandlers {
 public:
  PartnershipHandlers(const storage::Database& db, const Tables& tables)
      : db_(db), tables_(tables) {}

  Task<absl::Status> CreatePartnership(rpc::CallContext& context,
                                       const v1::CreatePartnershipRequest& request,
                                       v1::Partnership& response);
  Task<absl::Status> BatchCreatePartnerships(rpc::CallContext& context,
                                             const v1::BatchCreatePartnershipsRequest& request,
                                             v1::BatchCreatePartnershipsResponse& response);
  Task<absl::Status> BatchGetPartnerships(rpc::CallContext& context,
                                          const v1::BatchGetPartnershipsRequest& request,
                                          v1::BatchGetPartnershipsResponse& response);
  Task<absl::Status> GetPartnership(rpc::CallContext& context,
                                    const v1::GetPartnershipRequest& request,
                                    v1::Partnership& response);
  Task<absl::Status> ListPartnerships(rpc::CallContext& context,
                                      const v1::ListPartnershipsRequest& request,
                                      v1::ListPartnershipsResponse& response);
  Task<absl::Status> UpdatePartnership(rpc::CallContext& context,
                                       const v1::UpdatePartnershipRequest& request,
                                       v1::Partnership& response);
  Task<absl::Status> DeletePartnership(rpc::CallContext& context,
                                       const v1::DeletePartnershipRequest& request,
                                       v1::Partnership& response);
  Task<absl::Status> UndeletePartnership(rpc::CallContext& context,
                                         const v1::UndeletePartnershipRequest& request,
                                         v1::Partnership& response);

 private:
  // One valid request, under this id. `prefix` is where it stands: "requests[3]." of a batch.
  Task<absl::Status> CreateIn(storage::Transaction& txn, VocabularyReader& vocabularies,
                              const v1::CreatePartnershipRequest& request, absl::string_view id,
                              std::string prefix, v1::Partnership& partnership);
  // A page of partnerships in another state than now's.
  Task<absl::Status> ListAsOf(rpc::CallContext& context, storage::Reader& reader,
                              const v1::ListPartnershipsRequest& request, std::string organization,
                              const PartnershipFilter& filter, storage::PageRequest page,
                              v1::ListPartnershipsResponse& response);

  const storage::Database& db_;
  const Tables& tables_;
};

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_SERVICE_PARTNERSHIP_HANDLERS_H_
