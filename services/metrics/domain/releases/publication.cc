#include "services/metrics/domain/releases/publication.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "services/metrics/domain/releases/content_hash.h"
#include "services/metrics/domain/releases/manifest.h"
#include "services/metrics/domain/releases/redaction.h"
#include "services/metrics/domain/releases/summary_numbers.h"
#include "weft/registry/v1/site.pb.h"

namespace weft::metrics {
namespace {

using Numbers = absl::flat_hash_map<std::string, const type::v1::Estimate*>;

v1::PublishedFinding PublishFinding(const v1::Finding& finding, const Numbers& numbers) {
  v1::PublishedFinding published;
  published.set_name(finding.name());
  published.set_statement(finding.statement());
  for (const v1::FindingReference& reference : finding.references()) {
    v1::FindingReference& told = *published.add_references();
    told.set_metric(reference.metric());
    told.set_number(reference.number());
    const auto found = numbers.find(reference.number());
    if (found != numbers.end()) *told.mutable_estimate() = *found->second;
  }
  for (const v1::FindingQuote& quote : finding.quotes()) {
    v1::PublishedQuote& told = *published.add_quotes();
    told.set_text(quote.text());
    told.set_attribution_line(quote.attribution_line());
  }
  for (const v1::FindingStance& stance : finding.stances()) {
    v1::PublishedStance& told = *published.add_stances();
    told.set_role(stance.role());
    told.set_stance(stance.stance());
    told.set_note(stance.note());
    told.set_review_round(stance.review_round());
    told.set_answer(stance.answer());
  }
  for (const v1::FindingWording& wording : finding.wordings()) {
    // What nobody reviewed was a draft and is nobody's business.
    if (wording.review_round() > 0) published.add_earlier_statements(wording.statement());
  }
  return published;
}

v1::PublishedManifest PublishManifest(const v1::Release& release) {
  const v1::Manifest& manifest = release.manifest();
  v1::PublishedManifest published;
  published.set_instrument(manifest.instrument());
  published.set_instrument_hash(manifest.instrument_hash());
  published.set_taxonomy(manifest.taxonomy());
  published.set_taxonomy_hash(manifest.taxonomy_hash());
  published.set_definitions_hash(manifest.definitions_hash());
  published.set_manifest_hash(HashOfManifest(manifest, release.hash_salt()));
  *published.mutable_pin_time() = manifest.pin_time();
  return published;
}

}  // namespace

v1::Publication MakePublication(const v1::Release& release,
                                const std::vector<v1::Finding>& findings, v1::WaveContent content) {
  v1::Publication publication;
  publication.set_name(PublicationName(release.name()));
  publication.set_display_name(release.display_name());
  publication.set_statement(release.statement());
  publication.set_wave(release.wave());
  *publication.mutable_policy() = release.policy();
  *publication.mutable_content() = std::move(content);
  Numbers numbers;
  for (const SummaryNumber& number : NumbersOf(publication.content().summary())) {
    numbers.emplace(number.number, number.estimate);
  }
  for (const v1::Finding& finding : findings) {
    *publication.add_findings() = PublishFinding(finding, numbers);
  }
  *publication.mutable_manifest() = PublishManifest(release);
  publication.set_content_hash(release.content_hash());
  *publication.mutable_caveats() = publication.content().summary().provenance().caveats();
  publication.set_review_rounds(release.review_round());
  publication.set_supersedes(release.supersedes());
  for (const v1::Redacted& redacted : release.redacted()) {
    if (IsResponseName(redacted.name())) {
      publication.set_erased_rows(publication.erased_rows() + 1);
    } else {
      publication.set_withdrawn_quotes(publication.withdrawn_quotes() + 1);
    }
  }
  return publication;
}

ToldSites TellOf(const v1::Release& release, const store::v1::ReleasePin& pin) {
  ToldSites told;
  told.counted.assign(pin.counted_sites().begin(), pin.counted_sites().end());
  const v1::SiteRows rows = release.policy().site_rows();
  if (rows == v1::SITE_ROWS_NONE) return told;
  if (rows == v1::SITE_ROWS_ALL) {
    told.shown = told.counted;
    return told;
  }
  absl::flat_hash_set<std::string> named;
  for (const ingestion::v1::RosterEntry& entry : pin.roster()) {
    if (entry.naming() == registry::v1::Site::NAMING_NAMED) named.insert(entry.site());
  }
  std::copy_if(told.counted.begin(), told.counted.end(), std::back_inserter(told.shown),
               [&](const std::string& site) { return named.contains(site); });
  return told;
}

absl::Status CheckSinglesOut(const v1::Release& release, const std::vector<ToldSites>& told) {
  const int minimum = release.policy().minimum_cell();
  if (minimum <= 1) return absl::OkStatus();
  absl::flat_hash_map<std::string, size_t> times_shown;
  for (const ToldSites& each : told) {
    for (const std::string& site : each.shown) ++times_shown[site];
  }
  std::vector<SiteSet> sets;
  sets.reserve(told.size());
  for (const ToldSites& each : told) {
    SiteSet& set = sets.emplace_back();
    for (const std::string& site : each.counted) {
      const auto shown = times_shown.find(site);
      if (shown == times_shown.end() || shown->second < told.size()) set.push_back(site);
    }
  }
  const SiteSet singled_out = FewestSingledOut(sets, minimum);
  if (singled_out.empty()) return absl::OkStatus();
  return Error(
      absl::StatusCode::kFailedPrecondition, "PUBLICATION_SINGLES_OUT",
      absl::StrCat("together with what is published of ", release.wave(), ", \"", release.name(),
                   "\" would tell of fewer than ", minimum, " sites: ", singled_out.size(),
                   ". Publish the same sites as before, or wait until more have changed; "
                   "CompareReleases shows who"),
      {{"name", release.name()},
       {"minimum_cell", absl::StrCat(minimum)},
       {"sites", absl::StrCat(singled_out.size())}});
}

}  // namespace weft::metrics
