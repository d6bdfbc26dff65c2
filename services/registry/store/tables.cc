#include "services/registry/store/tables.h"

#include <string>

#include "services/registry/domain/names.h"
#include "services/registry/domain/versioned_list.h"

namespace weft::registry {
namespace {

constexpr uint16_t kTaxonomyTable = 10;
constexpr uint16_t kCrosswalkTable = 11;
constexpr uint16_t kCohortTable = 12;
constexpr uint16_t kMembershipTable = 13;
constexpr uint16_t kSiteTable = 14;
constexpr uint16_t kMembershipMarkTable = 15;
constexpr uint16_t kOrganizationTable = 16;
constexpr uint16_t kOrganizationOrderTable = 17;
constexpr uint16_t kPartnershipTable = 18;
constexpr uint16_t kSiteViewTable = 19;
constexpr uint16_t kOrganizationViewTable = 20;
constexpr uint16_t kAssessmentTable = 21;
constexpr uint16_t kPartnershipHistoryTable = 22;
constexpr uint16_t kPartnershipMarkTable = 23;
constexpr uint16_t kOrganizationMergeTable = 24;
constexpr uint16_t kMergePartTable = 25;
constexpr uint16_t kVocabularyTable = 26;
constexpr uint16_t kPartnershipProposalTable = 27;

template <class List>
storage::TableOptions<List> VersionedListOptions() {
  storage::TableOptions<List> options;
  options.feed = true;
  options.unique = {{"family_version", [](const List& list) {
                       return std::vector<std::string>{FamilyVersion(list)};
                     }}};
  return options;
}

}  // namespace

Tables::Tables()
    : taxonomies(kTaxonomyTable, kTaxonomyPattern, VersionedListOptions<v1::Taxonomy>()),
      crosswalks(kCrosswalkTable, kCrosswalkPattern, {.feed = true}),
      cohorts(kCohortTable, kCohortPattern, {.feed = true}),
      memberships(kMembershipTable, kMembershipMarkTable),
      sites(kSiteTable, kSitePattern, {.feed = true}),
      organizations(kOrganizationTable, kOrganizationOrderTable, kPartnershipMarkTable),
      organization_merges(kOrganizationMergeTable, kMergePartTable),
      partnerships(kPartnershipTable, kPartnershipHistoryTable, kPartnershipMarkTable),
      site_views(kSiteViewTable, kSiteViewPattern, {.feed = true}),
      organization_views(kOrganizationViewTable, kOrganizationViewPattern, {.feed = true}),
      assessments(kAssessmentTable, kAssessmentPattern, {.feed = true}),
      vocabularies(kVocabularyTable, kVocabularyPattern, VersionedListOptions<v1::Vocabulary>()),
      partnership_proposals(kPartnershipProposalTable, kPartnershipMarkTable) {}

std::vector<storage::FeedTable> Tables::FeedTables() const {
  return {taxonomies.feed_table(),
          crosswalks.feed_table(),
          vocabularies.feed_table(),
          cohorts.feed_table(),
          sites.feed_table(),
          memberships.feed_table(),
          organizations.feed_table(),
          organization_merges.feed_table(),
          partnerships.feed_table(),
          site_views.feed_table(),
          organization_views.feed_table(),
          assessments.feed_table(),
          partnership_proposals.feed_table()};
}

}  // namespace weft::registry
