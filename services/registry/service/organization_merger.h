// One attempt to merge organizations, in a transaction.
#ifndef WEFT_SERVICES_REGISTRY_SERVICE_ORGANIZATION_MERGER_H_
#define WEFT_SERVICES_REGISTRY_SERVICE_ORGANIZATION_MERGER_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/storage/transaction.h"
#include "services/registry/domain/hierarchy.h"
#include "services/registry/domain/organization_merge.h"
#include "services/registry/store/tables.h"
#include "weft/registry/v1/organization.pb.h"
#include "weft/registry/v1/organization_merge.pb.h"
#include "weft/registry/v1/partnership.pb.h"

namespace weft::registry {

// Adds what stands above each of `names`, and they themselves, as `reader` has it.
// FAILED_PRECONDITION (ORGANIZATION_PARENTS_TOO_DEEP) past a bound. The arguments by reference
// outlive the Task.
Task<absl::Status> LoadHierarchy(const Tables& tables, storage::Reader& reader,
                                 std::vector<std::string> names, Hierarchy& hierarchy);

// Between the rows of long work: others are served, and a caller that has gone ends it. `row`
// counts.
Task<absl::Status> BetweenRows(rpc::CallContext& context, size_t row);

class OrganizationMerger {
 public:
  // `id` is that of the merge. All but `id` outlives this.
  OrganizationMerger(rpc::CallContext& context, const Tables& tables, storage::Transaction& txn,
                     const v1::MergeOrganizationsRequest& request, std::string id)
      : context_(context), tables_(tables), txn_(txn), request_(request), id_(std::move(id)) {}

  // Writes everything and fills the response. Once.
  Task<absl::Status> Run(v1::MergeOrganizationsResponse& response);

 private:
  using ReferenceKind = v1::MergedReference::Kind;

  // The organizations, which must stand for themselves.
  Task<absl::Status> ReadParties();
  // The ties of the duplicates, and who names them.
  Task<absl::Status> ReadRows();
  Task<absl::Status> ReadReferences(const std::string& duplicate, ReferenceKind kind);
  // How the organization is to be written, which is `row` at first.
  v1::Organization& Changed(v1::Organization row);
  Task<absl::Status> WriteOrganizations();
  Task<absl::Status> MoveTies();
  // Makes the last merges of all wait for this one.
  Task<absl::Status> Block();

  rpc::CallContext& context_;
  const Tables& tables_;
  storage::Transaction& txn_;
  const v1::MergeOrganizationsRequest& request_;
  const std::string id_;

  v1::Organization survivor_;
  std::vector<v1::Organization> duplicates_;
  std::vector<v1::Partnership> ties_;
  MergeSize size_;
  // Organizations that change, before and after, by name.
  std::map<std::string, std::pair<v1::Organization, v1::Organization>> changes_;
  v1::OrganizationMerge merge_;
};

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_SERVICE_ORGANIZATION_MERGER_H_
