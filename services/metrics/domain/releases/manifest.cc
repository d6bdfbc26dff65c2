#include "services/metrics/domain/releases/manifest.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/error.h"
#include "services/metrics/domain/disclosure.h"
#include "services/metrics/domain/releases/content_hash.h"
#include "services/metrics/domain/site_record.h"
#include "weft/metrics/v1/metrics_service.pb.h"

namespace weft::metrics {
namespace {

// A record without what only its store knows.
template <class Record>
Record WithoutStamps(const Record& record) {
  Record bare = record;
  bare.clear_uid();
  bare.clear_etag();
  bare.clear_create_time();
  bare.clear_update_time();
  return bare;
}

std::string RevisionName(absl::string_view response, int revision) {
  return absl::StrCat(response, "/revisions/", revision);
}

std::string HashOfDefinitions(const std::vector<v1::MetricDefinition>& definitions) {
  v1::ListMetricDefinitionsResponse all;
  for (const v1::MetricDefinition& definition : definitions) *all.add_definitions() = definition;
  return HashOf(all);
}

bool Differ(absl::string_view a, absl::string_view b) { return !a.empty() && !b.empty() && a != b; }

class Changes {
 public:
  v1::ManifestChange& Add(absl::string_view name, v1::ManifestChange::Kind kind) {
    v1::ManifestChange& change = changes_.emplace_back();
    change.set_name(std::string(name));
    change.set_kind(kind);
    return change;
  }

  // A record that there is one of.
  void CompareOne(absl::string_view earlier, absl::string_view earlier_hash,
                  absl::string_view later, absl::string_view later_hash) {
    if (earlier != later) {
      Add(earlier, v1::ManifestChange::KIND_REMOVED);
      Add(later, v1::ManifestChange::KIND_ADDED);
    } else if (Differ(earlier_hash, later_hash)) {
      Add(later, v1::ManifestChange::KIND_CHANGED);
    }
  }

  std::vector<v1::ManifestChange> Take() { return std::move(changes_); }

 private:
  std::vector<v1::ManifestChange> changes_;
};

// What each of two lists has under a name; null for nothing.
template <class Entry>
std::map<std::string, std::pair<const Entry*, const Entry*>> ByName(
    const google::protobuf::RepeatedPtrField<Entry>& earlier,
    const google::protobuf::RepeatedPtrField<Entry>& later) {
  std::map<std::string, std::pair<const Entry*, const Entry*>> both;
  for (const Entry& entry : earlier) both[entry.name()].first = &entry;
  for (const Entry& entry : later) both[entry.name()].second = &entry;
  return both;
}

template <class Entry>
v1::ManifestChange::Kind KindOf(const std::pair<const Entry*, const Entry*>& both) {
  if (both.first == nullptr) return v1::ManifestChange::KIND_ADDED;
  if (both.second == nullptr) return v1::ManifestChange::KIND_REMOVED;
  return v1::ManifestChange::KIND_CHANGED;
}

}  // namespace

std::string PinName(absl::string_view release) { return absl::StrCat(release, "/pin"); }
std::string PublicationName(absl::string_view release) {
  return absl::StrCat(release, "/publication");
}

absl::string_view ReleaseOf(absl::string_view name) {
  return name.substr(0, name.find('/', name.find('/') + 1));
}

absl::Status CheckReleasable(const WaveRecords& records) {
  const ingestion::v1::Wave& wave = records.frame.wave;
  if (wave.state() == ingestion::v1::Wave::STATE_DRAFT) {
    return Error(absl::StatusCode::kFailedPrecondition, "WAVE_NOT_OPEN",
                 absl::StrCat("\"", wave.name(),
                              "\" has no roster and no responses yet; OpenWave "
                              "opens it"),
                 {{"name", wave.name()}});
  }
  if (records.roster.size() > kMostReleaseSites) {
    return Error(absl::StatusCode::kFailedPrecondition, "RELEASE_TOO_LARGE",
                 absl::StrCat("\"", wave.name(), "\" has ", records.roster.size(),
                              " sites, and a release takes ", kMostReleaseSites, " at most"),
                 {{"name", wave.name()}});
  }
  return absl::OkStatus();
}

std::vector<std::string> CountedRevisions(const WaveRecords& records, v1::ReviewFloor floor) {
  std::vector<std::string> names;
  names.reserve(records.responses.size());
  for (const ingestion::v1::Response& response : records.responses) {
    const int revision = CountedRevision(response, floor);
    if (revision > 0) names.push_back(RevisionName(response.name(), revision));
  }
  return names;
}

v1::Manifest MakeManifest(const WaveRecords& records, v1::ReviewFloor floor, const ReadAt& read,
                          const std::vector<v1::MetricDefinition>& definitions) {
  v1::Manifest manifest;
  const WaveFrame& frame = records.frame;
  manifest.set_wave(frame.wave.name());
  manifest.set_wave_hash(HashOf(WithoutStamps(frame.wave)));
  manifest.set_instrument(frame.instrument.name());
  manifest.set_instrument_hash(HashOf(WithoutStamps(frame.instrument)));
  manifest.set_taxonomy(frame.taxonomy.name());
  manifest.set_taxonomy_hash(HashOf(WithoutStamps(frame.taxonomy)));
  manifest.set_definitions_hash(HashOfDefinitions(definitions));
  for (const ingestion::v1::RosterEntry& entry : records.roster) {
    v1::PinnedRosterEntry& pinned = *manifest.add_roster();
    pinned.set_name(entry.name());
    pinned.set_etag(entry.etag());
    pinned.set_sha256(HashOf(WithoutStamps(entry)));
  }
  absl::flat_hash_map<std::string, const ingestion::v1::Answers*> answers;
  for (const auto& revision : records.revisions) answers[revision.name()] = &revision.answers();
  for (const ingestion::v1::Response& response : records.responses) {
    const int revision = CountedRevision(response, floor);
    if (revision == 0) continue;
    v1::PinnedResponse& pinned = *manifest.add_responses();
    pinned.set_name(response.name());
    pinned.set_respondent(response.respondent());
    pinned.set_revision(revision);
    const auto found = answers.find(RevisionName(response.name(), revision));
    if (found != answers.end()) pinned.set_sha256(HashOf(*found->second));
  }
  const auto by_name = [](const auto& a, const auto& b) { return a.name() < b.name(); };
  std::sort(manifest.mutable_roster()->begin(), manifest.mutable_roster()->end(), by_name);
  std::sort(manifest.mutable_responses()->begin(), manifest.mutable_responses()->end(), by_name);
  *manifest.mutable_positions() = read.positions;
  *manifest.mutable_pin_time() = ToProto(read.time);
  manifest.set_roster_count(manifest.roster_size());
  manifest.set_response_count(manifest.responses_size());
  return manifest;
}

store::v1::ReleasePin MakePin(absl::string_view release, const WaveRecords& records) {
  store::v1::ReleasePin pin;
  pin.set_name(PinName(release));
  *pin.mutable_wave() = records.frame.wave;
  *pin.mutable_instrument() = records.frame.instrument;
  *pin.mutable_taxonomy() = records.frame.taxonomy;
  for (const auto& entry : records.roster) *pin.add_roster() = entry;
  return pin;
}

std::vector<std::string> PinnedRevisions(const v1::Manifest& manifest) {
  std::vector<std::string> names;
  names.reserve(static_cast<size_t>(manifest.responses_size()));
  for (const v1::PinnedResponse& pinned : manifest.responses()) {
    names.push_back(RevisionName(pinned.name(), pinned.revision()));
  }
  return names;
}

std::vector<v1::PinDifference> FindDifferences(
    const v1::Manifest& manifest,
    const std::vector<std::optional<ingestion::v1::ResponseRevision>>& found,
    const std::vector<std::string>& erased) {
  std::vector<v1::PinDifference> differences;
  for (int i = 0; i < manifest.responses_size(); ++i) {
    const v1::PinnedResponse& pinned = manifest.responses(i);
    const std::optional<ingestion::v1::ResponseRevision>& revision = found[static_cast<size_t>(i)];
    const std::string hash = revision.has_value() ? HashOf(revision->answers()) : "";
    if (hash == pinned.sha256()) continue;
    v1::PinDifference& difference = differences.emplace_back();
    difference.set_name(RevisionName(pinned.name(), pinned.revision()));
    difference.set_pinned_sha256(pinned.sha256());
    difference.set_found_sha256(hash);
    if (revision.has_value()) {
      difference.set_kind(v1::PinDifference::KIND_CHANGED);
    } else if (std::find(erased.begin(), erased.end(), pinned.name()) != erased.end()) {
      difference.set_kind(v1::PinDifference::KIND_ERASED);
    } else {
      difference.set_kind(v1::PinDifference::KIND_MISSING);
    }
  }
  return differences;
}

WaveView PinnedView(const store::v1::ReleasePin& pin, const v1::Release& release,
                    const std::vector<std::optional<ingestion::v1::ResponseRevision>>& found) {
  WaveRecords records;
  records.frame.wave = pin.wave();
  records.frame.instrument = pin.instrument();
  records.frame.taxonomy = pin.taxonomy();
  records.roster.assign(pin.roster().begin(), pin.roster().end());
  const v1::Manifest& manifest = release.manifest();
  records.responses.reserve(static_cast<size_t>(manifest.responses_size()));
  records.revisions.reserve(found.size());
  for (int i = 0; i < manifest.responses_size(); ++i) {
    const v1::PinnedResponse& pinned = manifest.responses(i);
    // The pinned revision is the one that counts, at whichever floor that was found.
    ingestion::v1::Response& response = records.responses.emplace_back();
    response.set_name(pinned.name());
    response.set_respondent(pinned.respondent());
    response.set_state(ingestion::v1::Response::STATE_APPROVED);
    response.set_revision(pinned.revision());
    response.set_submitted_revision(pinned.revision());
    response.set_approved_revision(pinned.revision());
    const std::optional<ingestion::v1::ResponseRevision>& revision = found[static_cast<size_t>(i)];
    if (revision.has_value()) records.revisions.push_back(*revision);
  }
  return BuildWaveView(records, release.parameters());
}

v1::WaveContent MakeReleaseContent(const WaveView& view) {
  v1::WaveContent content = MakeContent(view);
  content.mutable_summary()->mutable_provenance()->clear_computed_through();
  for (v1::Figure& figure : *content.mutable_figures()) {
    if (figure.has_provenance()) figure.mutable_provenance()->clear_computed_through();
  }
  return content;
}

std::vector<std::string> CountedSites(const WaveView& view) {
  std::vector<std::string> sites;
  sites.reserve(view.sites.size());
  for (const store::v1::SiteRecord& site : view.sites) {
    if (AnswersAt(site, view.parameters.floor()) != nullptr) sites.push_back(site.site());
  }
  return sites;
}

std::vector<v1::ManifestChange> CompareManifests(const v1::Manifest& earlier,
                                                 const v1::Manifest& later) {
  Changes changes;
  changes.CompareOne(earlier.wave(), earlier.wave_hash(), later.wave(), later.wave_hash());
  changes.CompareOne(earlier.instrument(), earlier.instrument_hash(), later.instrument(),
                     later.instrument_hash());
  changes.CompareOne(earlier.taxonomy(), earlier.taxonomy_hash(), later.taxonomy(),
                     later.taxonomy_hash());
  changes.CompareOne("definitions", earlier.definitions_hash(), "definitions",
                     later.definitions_hash());
  for (const auto& [name, both] : ByName(earlier.roster(), later.roster())) {
    const auto& [before, after] = both;
    if (before != nullptr && after != nullptr && !Differ(before->sha256(), after->sha256())) {
      continue;
    }
    changes.Add(name, KindOf(both));
  }
  for (const auto& [name, both] : ByName(earlier.responses(), later.responses())) {
    const auto& [before, after] = both;
    if (before != nullptr && after != nullptr && before->revision() == after->revision() &&
        !Differ(before->sha256(), after->sha256())) {
      continue;
    }
    v1::ManifestChange& change = changes.Add(name, KindOf(both));
    if (before != nullptr) change.set_earlier_revision(before->revision());
    if (after != nullptr) change.set_later_revision(after->revision());
  }
  return changes.Take();
}

}  // namespace weft::metrics
