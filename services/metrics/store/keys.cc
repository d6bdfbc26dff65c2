#include "services/metrics/store/keys.h"

#include "common/storage/keys.h"

namespace weft::metrics {

using storage::KeyWriter;

absl::string_view FeedName(Feed feed) { return feed == Feed::kRegistry ? "registry" : "ingestion"; }

std::string FollowerKey(Feed feed) { return KeyWriter(kFollowers).String(FeedName(feed)).Build(); }

std::string TaxonomyKey(absl::string_view taxonomy) {
  return KeyWriter(kTaxonomies).String(taxonomy).Build();
}

std::string CrosswalkKey(absl::string_view taxonomy, absl::string_view to) {
  return KeyWriter(kCrosswalks).String(taxonomy).String(to).Build();
}

std::string InstrumentKey(absl::string_view instrument) {
  return KeyWriter(kInstruments).String(instrument).Build();
}

std::string WaveKey(absl::string_view wave) { return KeyWriter(kWaves).String(wave).Build(); }

std::string RevisionKey(absl::string_view wave, absl::string_view response, uint64_t revision) {
  return KeyWriter(kRevisions).String(wave).String(response).Uint64(revision).Build();
}

std::string RespondentKey(absl::string_view wave, absl::string_view response) {
  return KeyWriter(kRespondents).String(wave).String(response).Build();
}

std::string SiteKeyOf(absl::string_view wave, absl::string_view site) {
  return KeyWriter(kSites).String(wave).String(site).Build();
}

std::string AggregateKey(absl::string_view wave, absl::string_view cohort, v1::ReviewFloor floor,
                         uint32_t part) {
  return KeyWriter(kAggregates)
      .String(wave)
      .String(cohort)
      .Byte(static_cast<uint8_t>(floor))
      .Uint64(part)
      .Build();
}

std::string OrganizationKey(absl::string_view organization) {
  return KeyWriter(kOrganizations).String(organization).Build();
}

std::string PartnershipKey(absl::string_view site, absl::string_view partnership) {
  return KeyWriter(kPartnerships).String(site).String(partnership).Build();
}

std::string AssessmentKey(absl::string_view site, absl::string_view partnership, uint64_t number) {
  return KeyWriter(kAssessments).String(site).String(partnership).Uint64(number).Build();
}

std::string CohortKey(absl::string_view cohort) {
  return KeyWriter(kCohorts).String(cohort).Build();
}

std::string MembershipKey(absl::string_view cohort, absl::string_view site) {
  return KeyWriter(kMemberships).String(cohort).String(site).Build();
}

std::string RegistrySiteKey(absl::string_view site) {
  return KeyWriter(kRegistrySites).String(site).Build();
}

storage::KeyRange TableRange(TableId table) { return KeyWriter(table).Prefix(); }

storage::KeyRange SiteRange(absl::string_view wave) {
  return KeyWriter(kSites).String(wave).Prefix();
}

storage::KeyRange RevisionRange(absl::string_view wave) {
  return KeyWriter(kRevisions).String(wave).Prefix();
}

storage::KeyRange PartnershipRange(absl::string_view site) {
  return KeyWriter(kPartnerships).String(site).Prefix();
}

storage::KeyRange AssessmentRange(absl::string_view site) {
  return KeyWriter(kAssessments).String(site).Prefix();
}

storage::KeyRange AssessmentRange(absl::string_view site, absl::string_view partnership) {
  return KeyWriter(kAssessments).String(site).String(partnership).Prefix();
}

storage::KeyRange MembershipRange(absl::string_view cohort) {
  return KeyWriter(kMemberships).String(cohort).Prefix();
}

absl::Status ParseAssessmentKey(absl::string_view key, std::string& site,
                                std::string& partnership) {
  storage::KeyReader reader(key);
  reader.Table();
  site = reader.String();
  partnership = reader.String();
  reader.Uint64();
  return reader.Finish();
}

absl::Status ParseRevisionKey(absl::string_view key, std::string& wave, std::string& response,
                              uint64_t& revision) {
  storage::KeyReader reader(key);
  reader.Table();
  wave = reader.String();
  response = reader.String();
  revision = reader.Uint64();
  return reader.Finish();
}

absl::string_view IdOfName(absl::string_view name) {
  const size_t slash = name.rfind('/');
  return slash == absl::string_view::npos ? name : name.substr(slash + 1);
}

}  // namespace weft::metrics
