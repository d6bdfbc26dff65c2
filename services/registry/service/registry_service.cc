#include "services/registry/service/registry_service.h"

#include <utility>

#include "common/rpc/binder.h"

namespace weft::registry {

RegistryService::RegistryService(rpc::Server& server, const storage::Database& db,
                                 SearchOptions search)
    : taxonomies_(db, tables_),
      crosswalks_(db, tables_),
      cohorts_(db, tables_),
      memberships_(db, tables_),
      sites_(db, tables_),
      organizations_(db, tables_),
      search_index_(db, tables_, std::move(search)),
      search_(db, tables_, search_index_),
      directory_(db, tables_),
      merges_(db, tables_),
      partnerships_(db, tables_),
      views_(db, tables_),
      agreement_(db, tables_),
      vocabularies_(db, tables_),
      proposals_(db, tables_),
      changes_(db, tables_.FeedTables()) {
  rpc::Binder(server, "weft.registry.v1.TaxonomyService")
      .On("CreateTaxonomy", &taxonomies_, &TaxonomyHandlers::CreateTaxonomy)
      .On("GetTaxonomy", &taxonomies_, &TaxonomyHandlers::GetTaxonomy)
      .On("ListTaxonomies", &taxonomies_, &TaxonomyHandlers::ListTaxonomies)
      .On("UpdateTaxonomy", &taxonomies_, &TaxonomyHandlers::UpdateTaxonomy)
      .On("DeleteTaxonomy", &taxonomies_, &TaxonomyHandlers::DeleteTaxonomy)
      .On("PublishTaxonomy", &taxonomies_, &TaxonomyHandlers::PublishTaxonomy)
      .On("CreateCrosswalk", &crosswalks_, &CrosswalkHandlers::CreateCrosswalk)
      .On("GetCrosswalk", &crosswalks_, &CrosswalkHandlers::GetCrosswalk)
      .On("ListCrosswalks", &crosswalks_, &CrosswalkHandlers::ListCrosswalks)
      .On("UpdateCrosswalk", &crosswalks_, &CrosswalkHandlers::UpdateCrosswalk)
      .On("DeleteCrosswalk", &crosswalks_, &CrosswalkHandlers::DeleteCrosswalk);
  rpc::Binder(server, "weft.registry.v1.CohortService")
      .On("CreateCohort", &cohorts_, &CohortHandlers::CreateCohort)
      .On("GetCohort", &cohorts_, &CohortHandlers::GetCohort)
      .On("ListCohorts", &cohorts_, &CohortHandlers::ListCohorts)
      .On("UpdateCohort", &cohorts_, &CohortHandlers::UpdateCohort)
      .On("DeleteCohort", &cohorts_, &CohortHandlers::DeleteCohort)
      .On("CreateMembership", &memberships_, &MembershipHandlers::CreateMembership)
      .On("GetMembership", &memberships_, &MembershipHandlers::GetMembership)
      .On("ListMemberships", &memberships_, &MembershipHandlers::ListMemberships)
      .On("UpdateMembership", &memberships_, &MembershipHandlers::UpdateMembership)
      .On("DeleteMembership", &memberships_, &MembershipHandlers::DeleteMembership);
  rpc::Binder(server, "weft.registry.v1.SiteService")
      .On("CreateSite", &sites_, &SiteHandlers::CreateSite)
      .On("GetSite", &sites_, &SiteHandlers::GetSite)
      .On("BatchGetSites", &sites_, &SiteHandlers::BatchGetSites)
      .On("ListSites", &sites_, &SiteHandlers::ListSites)
      .On("UpdateSite", &sites_, &SiteHandlers::UpdateSite)
      .On("DeleteSite", &sites_, &SiteHandlers::DeleteSite);
  rpc::Binder(server, "weft.registry.v1.OrganizationService")
      .On("CreateOrganization", &organizations_, &OrganizationHandlers::CreateOrganization)
      .On("BatchCreateOrganizations", &organizations_,
          &OrganizationHandlers::BatchCreateOrganizations)
      .On("GetOrganization", &organizations_, &OrganizationHandlers::GetOrganization)
      .On("BatchGetOrganizations", &organizations_, &OrganizationHandlers::BatchGetOrganizations)
      .On("LookupOrganization", &organizations_, &OrganizationHandlers::LookupOrganization)
      .On("ListOrganizations", &organizations_, &OrganizationHandlers::ListOrganizations)
      .On("SearchOrganizations", &search_, &OrganizationSearchHandlers::SearchOrganizations)
      .On("ListDuplicateCandidates", &search_, &OrganizationSearchHandlers::ListDuplicateCandidates)
      .On("UpdateOrganization", &organizations_, &OrganizationHandlers::UpdateOrganization)
      .On("DeleteOrganization", &organizations_, &OrganizationHandlers::DeleteOrganization)
      .On("UndeleteOrganization", &organizations_, &OrganizationHandlers::UndeleteOrganization)
      .On("ImportDirectory", &directory_, &DirectoryHandlers::ImportDirectory)
      .On("ExportDirectory", &directory_, &DirectoryHandlers::ExportDirectory)
      .On("MergeOrganizations", &merges_, &OrganizationMergeHandlers::MergeOrganizations)
      .On("UnmergeOrganizations", &merges_, &OrganizationMergeHandlers::UnmergeOrganizations)
      .On("GetOrganizationMerge", &merges_, &OrganizationMergeHandlers::GetOrganizationMerge)
      .On("ListOrganizationMerges", &merges_, &OrganizationMergeHandlers::ListOrganizationMerges);
  rpc::Binder(server, "weft.registry.v1.PartnershipService")
      .On("CreatePartnership", &partnerships_, &PartnershipHandlers::CreatePartnership)
      .On("BatchCreatePartnerships", &partnerships_, &PartnershipHandlers::BatchCreatePartnerships)
      .On("BatchGetPartnerships", &partnerships_, &PartnershipHandlers::BatchGetPartnerships)
      .On("GetPartnership", &partnerships_, &PartnershipHandlers::GetPartnership)
      .On("ListPartnerships", &partnerships_, &PartnershipHandlers::ListPartnerships)
      .On("UpdatePartnership", &partnerships_, &PartnershipHandlers::UpdatePartnership)
      .On("DeletePartnership", &partnerships_, &PartnershipHandlers::DeletePartnership)
      .On("UndeletePartnership", &partnerships_, &PartnershipHandlers::UndeletePartnership)
      .On("GetSiteView", &views_, &PartnershipViewHandlers::GetSiteView)
      .On("UpdateSiteView", &views_, &PartnershipViewHandlers::UpdateSiteView)
      .On("GetOrganizationView", &views_, &PartnershipViewHandlers::GetOrganizationView)
      .On("UpdateOrganizationView", &views_, &PartnershipViewHandlers::UpdateOrganizationView)
      .On("AssessPartnership", &views_, &PartnershipViewHandlers::AssessPartnership)
      .On("AssessPartnershipAsOrganization", &views_,
          &PartnershipViewHandlers::AssessPartnershipAsOrganization)
      .On("GetPartnershipAgreement", &agreement_, &AgreementHandlers::GetPartnershipAgreement)
      .On("ListAssessments", &views_, &PartnershipViewHandlers::ListAssessments)
      .On("ConfirmPartnership", &views_, &PartnershipViewHandlers::ConfirmPartnership)
      .On("DisputePartnership", &views_, &PartnershipViewHandlers::DisputePartnership)
      .On("ProposePartnership", &proposals_, &PartnershipProposalHandlers::ProposePartnership)
      .On("GetPartnershipProposal", &proposals_,
          &PartnershipProposalHandlers::GetPartnershipProposal)
      .On("ListPartnershipProposals", &proposals_,
          &PartnershipProposalHandlers::ListPartnershipProposals)
      .On("AcceptPartnershipProposal", &proposals_,
          &PartnershipProposalHandlers::AcceptPartnershipProposal)
      .On("DeclinePartnershipProposal", &proposals_,
          &PartnershipProposalHandlers::DeclinePartnershipProposal)
      .On("WithdrawPartnershipProposal", &proposals_,
          &PartnershipProposalHandlers::WithdrawPartnershipProposal);
  rpc::Binder(server, "weft.registry.v1.VocabularyService")
      .On("CreateVocabulary", &vocabularies_, &VocabularyHandlers::CreateVocabulary)
      .On("GetVocabulary", &vocabularies_, &VocabularyHandlers::GetVocabulary)
      .On("ListVocabularies", &vocabularies_, &VocabularyHandlers::ListVocabularies)
      .On("UpdateVocabulary", &vocabularies_, &VocabularyHandlers::UpdateVocabulary)
      .On("DeleteVocabulary", &vocabularies_, &VocabularyHandlers::DeleteVocabulary)
      .On("PublishVocabulary", &vocabularies_, &VocabularyHandlers::PublishVocabulary);
  rpc::Binder(server, "weft.registry.v1.ChangeService")
      .On("Watch", &changes_, &service::ChangeServiceHandlers::Watch)
      .On("ListChanges", &changes_, &service::ChangeServiceHandlers::ListChanges);
  server.Spawn("search index", auth::Principal{"services/registry"},
               [this](rpc::CallContext& context) { return search_index_.Run(context); });
}

}  // namespace weft::registry
