// weft.registry.v1.TaxonomyService: crosswalks.
#ifndef WEFT_SERVICES_REGISTRY_SERVICE_CROSSWALK_HANDLERS_H_
#define WEFT_SERVICES_REGISTRY_SERVICE_CROSSWALK_HANDLERS_H_

#include "absl/status/status.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/rpc/stream.h"
#include "common/storage/database.h"
#include "google/protobuf/empty.pb.h"
#include "services/registry/store/tables.h"
#include "weft/registry/v1/taxonomy.pb.h"

namespace weft::registry {

class CrosswalkHandlers {
 public:
  CrosswalkHandlers(const storage::Database& db, const Tables& tables) : db_(db), tables_(tables) {}

  Task<absl::Status> CreateCrosswalk(rpc::CallContext& context,
                                     const v1::CreateCrosswalkRequest& request,
                                     v1::Crosswalk& response);
  Task<absl::Status> GetCrosswalk(rpc::CallContext& context, const v1::GetCrosswalkRequest& request,
                                  rpc::Serialized<v1::Crosswalk>& response);
  Task<absl::Status> ListCrosswalks(rpc::CallContext& context,
                                    const v1::ListCrosswalksRequest& request,
                                    rpc::Serialized<v1::ListCrosswalksResponse>& response);
  Task<absl::Status> UpdateCrosswalk(rpc::CallContext& context,
                                     const v1::UpdateCrosswalkRequest& request,
                                     v1::Crosswalk& response);
  Task<absl::Status> DeleteCrosswalk(rpc::CallContext& context,
                                     const v1::DeleteCrosswalkRequest& request,
                                     google::protobuf::Empty& response);

 private:
  // Whether the crosswalk fits the two taxonomies that its name relates.
  Task<absl::Status> CheckFits(storage::Reader& reader, const v1::Crosswalk& crosswalk);

  const storage::Database& db_;
  const Tables& tables_;
};

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_SERVICE_CROSSWALK_HANDLERS_H_
