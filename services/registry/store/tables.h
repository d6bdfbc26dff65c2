// What the registry keeps, and under which keys. docs/storage-keys.md lists the same table ids;
// they are on disk: never reuse or renumber one.
#ifndef WEFT_SERVICES_REGISTRY_STORE_TABLES_H_
#define WEFT_SERVICES_REGISTRY_STORE_TABLES_H_

#include <vector>

#include "common/storage/feed_table.h"
#include "common/storage/table.h"
#include "services/registry/store/membership_store.h"
#include "services/registry/store/organization_merge_store.h"
#include "services/registry/store/organization_store.h"
#include "services/registry/store/partnership_proposal_store.h"
#include "services/registry/store/partnership_store.h"
#include "weft/registry/v1/cohort.pb.h"
#include "weft/registry/v1/partnership.pb.h"
#include "weft/registry/v1/site.pb.h"
#include "weft/registry/v1/taxonomy.pb.h"
#include "weft/registry/v1/vocabulary.pb.h"

namespace weft::registry {

struct Tables {
  Tables();

  // Unique index "family_version": one taxonomy for each version of a family.
  const storage::Table<v1::Taxonomy> taxonomies;
  const storage::Table<v1::Crosswalk> crosswalks;
  const storage::Table<v1::Cohort> cohorts;
  const MembershipStore memberships;
  const storage::Table<v1::Site> sites;
  // Unique index "identifier": one organization for each number, among those that are neither
  // deleted nor merged.
  const OrganizationStore organizations;
  // Unique index "latest": of each survivor the merge that can be undone first.
  const OrganizationMergeStore organization_merges;
  // Unique index "open_tie": one tie without an end for each site, organization and partner type.
  const PartnershipStore partnerships;
  // What each side says; a view that has never been written has no row.
  const storage::Table<v1::SiteView> site_views;
  const storage::Table<v1::OrganizationView> organization_views;
  const storage::Table<v1::Assessment> assessments;
  // Unique index "family_version", as of taxonomies.
  const storage::Table<v1::Vocabulary> vocabularies;
  // Unique index "open": one open proposal for each site, organization and partner type.
  const PartnershipProposalStore partnership_proposals;

  // What the change service serves: all of them, parents before children.
  std::vector<storage::FeedTable> FeedTables() const;
};

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_STORE_TABLES_H_
