// The registry's handlers, bound to a server.
#ifndef WEFT_SERVICES_REGISTRY_SERVICE_REGISTRY_SERVICE_H_
#define WEFT_SERVICES_REGISTRY_SERVICE_REGISTRY_SERVICE_H_

#include "common/rpc/server.h"
#include "common/rpc/service_main.h"
#include "common/service/change_service.h"
#include "common/storage/database.h"
#include "services/registry/service/agreement_handlers.h"
#include "services/registry/service/cohort_handlers.h"
#include "services/registry/service/crosswalk_handlers.h"
#include "services/registry/service/directory_handlers.h"
#include "services/registry/service/membership_handlers.h"
#include "services/registry/service/organization_handlers.h"
#include "services/registry/service/organization_merge_handlers.h"
#include "services/registry/service/organization_search_handlers.h"
#include "services/registry/service/organization_search_index.h"
#include "services/registry/service/partnership_handlers.h"
#include "services/registry/service/partnership_proposal_handlers.h"
#include "services/registry/service/partnership_view_handlers.h"
#include "services/registry/service/site_handlers.h"
#include "services/registry/service/taxonomy_handlers.h"
#include "services/registry/service/vocabulary_handlers.h"
#include "services/registry/store/tables.h"

namespace weft::registry {

class RegistryService final : public rpc::Service {
 public:
  // Binds the services of weft.registry.v1 to `server`. The database outlives the server's last
  // call, and so does this.
  RegistryService(rpc::Server& server, const storage::Database& db, SearchOptions search = {});

 private:
  const Tables tables_;
  TaxonomyHandlers taxonomies_;
  CrosswalkHandlers crosswalks_;
  CohortHandlers cohorts_;
  MembershipHandlers memberships_;
  SiteHandlers sites_;
  OrganizationHandlers organizations_;
  OrganizationSearchIndex search_index_;
  OrganizationSearchHandlers search_;
  DirectoryHandlers directory_;
  OrganizationMergeHandlers merges_;
  PartnershipHandlers partnerships_;
  PartnershipViewHandlers views_;
  AgreementHandlers agreement_;
  VocabularyHandlers vocabularies_;
  PartnershipProposalHandlers proposals_;
  service::ChangeServiceHandlers changes_;
};

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_SERVICE_REGISTRY_SERVICE_H_
