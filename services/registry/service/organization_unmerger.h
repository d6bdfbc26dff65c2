// One attempt to undo a merge of organizations, in a transaction.
#ifndef WEFT_SERVICES_REGISTRY_SERVICE_ORGANIZATION_UNMERGER_H_
#define WEFT_SERVICES_REGISTRY_SERVICE_ORGANIZATION_UNMERGER_H_

#include <map>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/storage/transaction.h"
#include "services/registry/store/tables.h"
#include "weft/registry/v1/organization.pb.h"
#include "weft/registry/v1/organization_merge.pb.h"

namespace weft::registry {

class OrganizationUnmerger {
 public:
  // What is passed outlives this.
  OrganizationUnmerger(rpc::CallContext& context, const Tables& tables, storage::Transaction& txn,
                       const v1::UnmergeOrganizationsRequest& request)
      : context_(context), tables_(tables), txn_(txn), request_(request) {}

  // Writes everything and fills the response. Once.
  Task<absl::Status> Run(v1::UnmergeOrganizationsResponse& response);

 private:
  // Rows before and after, by name.
  using Changes = std::map<std::string, std::pair<v1::Organization, v1::Organization>>;

  // The survivor without what the merge made of it, and the others as they name each other again.
  Task<absl::Status> ReturnOrganizations(v1::UnmergeOrganizationsResponse& response);
  // Reads all that this changes beside the survivor.
  Task<absl::Status> ReadChanges(Changes& changes);
  Task<absl::Status> WriteChanges(Changes& changes);
  Task<absl::Status> ReturnTies(v1::UnmergeOrganizationsResponse& response);
  // Lets the merges go on that waited for this one.
  Task<absl::Status> Unblock();

  rpc::CallContext& context_;
  const Tables& tables_;
  storage::Transaction& txn_;
  const v1::UnmergeOrganizationsRequest& request_;
  v1::OrganizationMerge merge_;
};

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_SERVICE_ORGANIZATION_UNMERGER_H_
