// The keys of the read model. Everything under them can be deleted and rebuilt from the feeds.
#ifndef WEFT_SERVICES_METRICS_STORE_KEYS_H_
#define WEFT_SERVICES_METRICS_STORE_KEYS_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/storage/engine.h"
#include "weft/metrics/v1/metrics.pb.h"

namespace weft::metrics {

// On disk: never reuse or renumber one (docs/storage-keys.md).
enum TableId : uint16_t {
  kFollowers = 60,    // feed -> store.v1.FollowerState
  kTaxonomies = 61,   // taxonomy -> registry.v1.Taxonomy
  kInstruments = 62,  // instrument -> ingestion.v1.Instrument
  kWaves = 63,        // wave -> ingestion.v1.Wave
  kRevisions = 64,    // wave, response, revision -> ingestion.v1.Answers, while not counted yet
  kRespondents = 65,  // wave, response -> site, where their ids differ
  kSites = 66,        // wave, site -> store.v1.SiteRow
  kAggregates = 67,   // wave, cohort's name or "", floor, part -> store.v1.Histogram
  kCrosswalks = 68,   // taxonomy, the other one -> registry.v1.Crosswalk
  // What profiles and networks need of the registry's records: these, with the other fields left
  // out (registry_mirror.h).
  kOrganizations = 80,  // organization -> registry.v1.Organization
  kPartnerships = 81,   // site, partnership -> registry.v1.Partnership
  kAssessments = 83,    // site, partnership, number -> registry.v1.Assessment
  kCohorts = 84,        // cohort -> registry.v1.Cohort
  kMemberships = 85,    // cohort, site -> registry.v1.Membership
  kRegistrySites = 86,  // site -> registry.v1.Site
};

// What the rows mean: how cells, parts and their keys are numbered. Raise it with any change of
// that, and a new version rebuilds the read model instead of reading it wrongly.
inline constexpr int kLayout = 7;

// The feeds that are followed; also what their positions are called in keys and logs.
enum class Feed { kRegistry, kIngestion };
absl::string_view FeedName(Feed feed);

// Parts of keys are ids ("2025-winter"), but for cohorts, which are names or "".
std::string FollowerKey(Feed feed);
std::string TaxonomyKey(absl::string_view taxonomy);
std::string CrosswalkKey(absl::string_view taxonomy, absl::string_view to);
std::string InstrumentKey(absl::string_view instrument);
std::string WaveKey(absl::string_view wave);
std::string RevisionKey(absl::string_view wave, absl::string_view response, uint64_t revision);
std::string RespondentKey(absl::string_view wave, absl::string_view response);
std::string SiteKeyOf(absl::string_view wave, absl::string_view site);
std::string AggregateKey(absl::string_view wave, absl::string_view cohort, v1::ReviewFloor floor,
                         uint32_t part);
std::string OrganizationKey(absl::string_view organization);
std::string PartnershipKey(absl::string_view site, absl::string_view partnership);
std::string AssessmentKey(absl::string_view site, absl::string_view partnership, uint64_t number);
std::string CohortKey(absl::string_view cohort);
std::string MembershipKey(absl::string_view cohort, absl::string_view site);
std::string RegistrySiteKey(absl::string_view site);

// Every row of a table.
storage::KeyRange TableRange(TableId table);
// The sites of a wave.
storage::KeyRange SiteRange(absl::string_view wave);
// The revisions of a wave that are not counted yet.
storage::KeyRange RevisionRange(absl::string_view wave);
// The ties of a site, and the ratings of all of these.
storage::KeyRange PartnershipRange(absl::string_view site);
storage::KeyRange AssessmentRange(absl::string_view site);
// The ratings of one tie.
storage::KeyRange AssessmentRange(absl::string_view site, absl::string_view partnership);
// The memberships of a cohort.
storage::KeyRange MembershipRange(absl::string_view cohort);
// What AssessmentKey() was made of. DATA_LOSS (KEY_CORRUPT).
absl::Status ParseAssessmentKey(absl::string_view key, std::string& site, std::string& partnership);
// What RevisionKey() was made of. DATA_LOSS (KEY_CORRUPT) for another key.
absl::Status ParseRevisionKey(absl::string_view key, std::string& wave, std::string& response,
                              uint64_t& revision);

// The id at the end of a name: "w1" of "waves/w1".
absl::string_view IdOfName(absl::string_view name);

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_STORE_KEYS_H_
