// Every method of the registry, called with nothing.
#include "tests/services/registry/service_fixture.h"
#include "tests/testing/empty_request_sweep.h"

namespace weft::registry {
namespace {

class EmptyRequestsTest : public RegistryTest {};
INSTANTIATE_TEST_SUITE_P(Engines, EmptyRequestsTest, ::testing::Values("memory"), EngineName);

TEST_P(EmptyRequestsTest, AreRefusedWithAReason) {
  testing::SweepWithEmptyRequests(client(), "weft.registry.v1.TaxonomyService", {"ListTaxonomies"});
  testing::SweepWithEmptyRequests(client(), "weft.registry.v1.CohortService", {"ListCohorts"});
  testing::SweepWithEmptyRequests(client(), "weft.registry.v1.SiteService", {"ListSites"});
  testing::SweepWithEmptyRequests(client(), "weft.registry.v1.OrganizationService",
                                  {"ListOrganizations", "ListDuplicateCandidates",
                                   "ExportDirectory", "ListOrganizationMerges"});
  testing::SweepWithEmptyRequests(client(), "weft.registry.v1.PartnershipService", {});
  testing::SweepWithEmptyRequests(client(), "weft.registry.v1.VocabularyService",
                                  {"ListVocabularies"});
  testing::SweepWithEmptyRequests(client(), "weft.registry.v1.ChangeService",
                                  {"Watch", "ListChanges"});
}

}  // namespace
}  // namespace weft::registry
