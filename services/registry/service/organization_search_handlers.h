// OrganizationService's SearchOrganizations and ListDuplicateCandidates.
#ifndef WEFT_SERVICES_REGISTRY_SERVICE_ORGANIZATION_SEARCH_HANDLERS_H_
#define WEFT_SERVICES_REGISTRY_SERVICE_ORGANIZATION_SEARCH_HANDLERS_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/storage/database.h"
#include "services/registry/domain/organization_duplicates.h"
#include "services/registry/service/organization_search_index.h"
#include "services/registry/store/tables.h"
#include "weft/registry/v1/organization_search.pb.h"

namespace weft::registry {

class OrganizationSearchHandlers {
 public:
  OrganizationSearchHandlers(const storage::Database& db, const Tables& tables,
                             OrganizationSearchIndex& index)
      : db_(db), tables_(tables), index_(index) {}

  Task<absl::Status> SearchOrganizations(rpc::CallContext& context,
                                         const v1::SearchOrganizationsRequest& request,
                                         v1::SearchOrganizationsResponse& response);
  Task<absl::Status> ListDuplicateCandidates(rpc::CallContext& context,
                                             const v1::ListDuplicateCandidatesRequest& request,
                                             v1::ListDuplicateCandidatesResponse& response);

 private:
  // Organizations that may match.
  struct Candidates {
    std::vector<std::string> names;
    bool truncated = false;
  };
  // A site's partners that the caller may know of.
  Task<absl::StatusOr<Candidates>> PartnersOf(rpc::CallContext& context, std::string site);
  // The rows of these as they are now, serialized; "" for one that is gone.
  Task<absl::StatusOr<std::vector<std::string>>> Load(rpc::CallContext& context,
                                                      std::vector<std::string> names);

  // One organization, and those that may be the same, serialized.
  struct Group {
    std::string organization;
    std::vector<std::string> others;
  };
  // Loads the organizations and what they may be the same as. With `after`, only others whose names
  // come after their own; and for the first organization, after `after`.
  Task<absl::StatusOr<std::vector<Group>>> LoadGroups(rpc::CallContext& context,
                                                      std::vector<std::string> names, bool once,
                                                      std::string after);
  // The pairs of these that the query asks for, in order.
  Task<absl::StatusOr<std::vector<v1::DuplicateCandidate>>> Compare(rpc::CallContext& context,
                                                                    std::vector<Group> groups,
                                                                    const DuplicateQuery& query);
  Task<absl::Status> ListOfOne(rpc::CallContext& context,
                               const v1::ListDuplicateCandidatesRequest& request,
                               const DuplicateQuery& query, storage::PageRequest page,
                               v1::ListDuplicateCandidatesResponse& response);
  Task<absl::Status> ListOfAll(rpc::CallContext& context,
                               const v1::ListDuplicateCandidatesRequest& request,
                               const DuplicateQuery& query, storage::PageRequest page,
                               v1::ListDuplicateCandidatesResponse& response);

  const storage::Database& db_;
  const Tables& tables_;
  OrganizationSearchIndex& index_;
};

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_SERVICE_ORGANIZATION_SEARCH_HANDLERS_H_
