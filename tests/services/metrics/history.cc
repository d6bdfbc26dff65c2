#include "tests/services/metrics/history.h"

#include "absl/strings/str_cat.h"
#include "tests/services/metrics/wave_example.h"

namespace weft::metrics {

using ingestion::v1::Response;
using ingestion::v1::ResponseRevision;
using type::v1::Change;

Change ChangeOf(const std::string& name, const google::protobuf::Message& resource) {
  Change change;
  change.set_name(name);
  change.set_kind(Change::KIND_UPDATED);
  change.mutable_resource()->PackFrom(resource);
  return change;
}

History::History(const std::string& wave, uint64_t seed) : wave_("waves/" + wave), random_(seed) {
  frame_.wave.set_name(wave_);
  frame_.wave.set_instrument("instruments/" + wave);
  frame_.wave.add_cohorts("cohorts/one");
  frame_.wave.add_cohorts("cohorts/two");
  frame_.instrument = MakeInstrument(1 + Pick(6));
  frame_.instrument.set_name(frame_.wave.instrument());
  const int sites = 1 + Pick(12);
  for (int i = 0; i < sites; ++i) {
    Site site;
    const std::string id = absl::StrCat("s", i);
    site.entry.set_name(absl::StrCat(wave_, "/roster/", id));
    site.entry.set_site("sites/" + id);
    site.entry.set_display_name("Name of " + id);
    site.entry.set_neutral_label("Label of " + id);
    site.entry.set_naming(static_cast<registry::v1::Site::Naming>(Pick(3)));
    site.entry.set_active(true);
    for (const std::string& cohort : frame_.wave.cohorts()) {
      if (Pick(2) == 0) site.entry.add_cohorts(cohort);
    }
    Describe(site.entry);
    sites_.push_back(std::move(site));
  }
}

std::vector<Change> History::Opening() const {
  std::vector<Change> changes = {ChangeOf(frame_.instrument.name(), frame_.instrument),
                                 ChangeOf(wave_, frame_.wave)};
  for (const Site& site : sites_) changes.push_back(ChangeOf(site.entry.name(), site.entry));
  return changes;
}

std::vector<Change> History::Answer(Site& site, bool submit) {
  Response& response = site.response;
  if (response.name().empty()) {
    // Its id need not be the site's.
    response.set_name(
        absl::StrCat(wave_, "/responses/r", Pick(2), "-", site.entry.site().substr(6)));
    response.set_respondent(site.entry.site());
  }
  response.set_revision(response.revision() + 1);
  *response.mutable_answers() = RandomAnswers(frame_.instrument, random_);
  response.set_state(submit ? Response::STATE_SUBMITTED : Response::STATE_STARTED);
  if (submit) response.set_submitted_revision(response.revision());
  ResponseRevision revision;
  revision.set_name(absl::StrCat(response.name(), "/revisions/", response.revision()));
  revision.set_revision(response.revision());
  *revision.mutable_answers() = response.answers();
  site.revisions[response.revision()] = revision;
  return {ChangeOf(revision.name(), revision), ChangeOf(response.name(), response)};
}

Change History::Review(Site& site) {
  Response& response = site.response;
  switch (Pick(5)) {
    case 0:
      response.set_state(Response::STATE_SUBMITTED);
      response.set_submitted_revision(response.revision());
      break;
    case 1:
      response.set_state(Response::STATE_APPROVED);
      response.set_approved_revision(response.submitted_revision());
      break;
    case 2:
      response.set_state(Response::STATE_RETURNED);
      break;
    case 3:
      response.set_state(Response::STATE_WITHDRAWN);
      break;
    default:
      response.set_state(Response::STATE_DECLINED);
      break;
  }
  return ChangeOf(response.name(), response);
}

void History::Describe(ingestion::v1::RosterEntry& entry) {
  entry.clear_attributes();
  entry.clear_places();
  if (Pick(3) != 0) {
    entry.mutable_attributes()->set_setting(
        static_cast<registry::v1::SiteAttributes::Setting>(Pick(4)));
    if (Pick(2) == 0) entry.mutable_attributes()->set_stage(Pick(2) == 0 ? "early" : "late");
    entry.mutable_attributes()->mutable_effective_date()->set_year(2020 + Pick(5));
  }
  for (int place = Pick(3); place > 0; --place) {
    entry.add_places()->set_region(Pick(2) == 0 ? "MO" : "CA");
  }
}

std::vector<Change> History::Erase(Site& site) {
  std::vector<Change> changes;
  const auto gone = [&](const std::string& name) {
    Change change;
    change.set_name(name);
    change.set_kind(Change::KIND_DELETED);
    changes.push_back(std::move(change));
  };
  for (const auto& [number, revision] : site.revisions) gone(revision.name());
  gone(site.response.name());
  site.revisions.clear();
  site.response.Clear();
  return changes;
}

Change History::ChangeCrosswalk() {
  const std::string name = absl::StrCat("taxonomies/", wave_.substr(6), "/crosswalks/t", Pick(2));
  if (Pick(4) == 0 && crosswalks_.erase(name) > 0) {
    Change change;
    change.set_name(name);
    change.set_kind(Change::KIND_DELETED);
    return change;
  }
  registry::v1::Crosswalk& crosswalk = crosswalks_[name];
  crosswalk.set_name(name);
  crosswalk.set_etag(absl::StrCat("\"", Pick(1000), "\""));
  return ChangeOf(name, crosswalk);
}

std::vector<Change> History::Step() {
  Site& site = sites_[Pick(static_cast<int>(sites_.size()))];
  const int what = Pick(13);
  if (what == 10) {
    Describe(site.entry);
    return {ChangeOf(site.entry.name(), site.entry)};
  }
  if (what == 11) return {ChangeCrosswalk()};
  if (what == 12 && !site.response.name().empty()) return Erase(site);
  if (what == 0) {
    site.entry.set_active(!site.entry.active());
    return {ChangeOf(site.entry.name(), site.entry)};
  }
  if (what == 1) {
    site.entry.clear_cohorts();
    for (const std::string& cohort : frame_.wave.cohorts()) {
      if (Pick(2) == 0) site.entry.add_cohorts(cohort);
    }
    return {ChangeOf(site.entry.name(), site.entry)};
  }
  if (what < 6 || site.response.name().empty()) return Answer(site, Pick(4) != 0);
  return {Review(site)};
}

std::vector<Change> History::Snapshot() const {
  std::vector<Change> changes = Opening();
  for (const Site& site : sites_) {
    for (const auto& [number, revision] : site.revisions) {
      changes.push_back(ChangeOf(revision.name(), revision));
    }
  }
  for (const Site& site : sites_) {
    if (site.response.name().empty()) continue;
    changes.push_back(ChangeOf(site.response.name(), site.response));
  }
  for (const auto& [name, crosswalk] : crosswalks_) {
    changes.push_back(ChangeOf(name, crosswalk));
  }
  return changes;
}

WaveRecords History::Records() const {
  WaveRecords records;
  records.frame = frame_;
  for (const Site& site : sites_) {
    records.roster.push_back(site.entry);
    for (const auto& [number, revision] : site.revisions) records.revisions.push_back(revision);
    if (!site.response.name().empty()) records.responses.push_back(site.response);
  }
  return records;
}

}  // namespace weft::metrics
