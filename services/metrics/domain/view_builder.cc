#include "services/metrics/domain/view_builder.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "services/metrics/domain/attribute_filter.h"
#include "services/metrics/domain/site_columns.h"
#include "services/metrics/domain/site_record.h"

namespace weft::metrics {

std::vector<store::v1::SiteRecord> BuildSiteRecords(const WaveRecords& records) {
  absl::btree_map<std::string, SiteSources> sites;
  for (const auto& entry : records.roster) sites[entry.site()].entry = &entry;
  for (const auto& response : records.responses) {
    sites[response.respondent()].response = &response;
  }
  absl::flat_hash_map<std::string, const ingestion::v1::Answers*> revisions;
  for (const auto& revision : records.revisions) revisions[revision.name()] = &revision.answers();

  const auto answers_at = [&](const ingestion::v1::Response& response, v1::ReviewFloor floor) {
    const auto found = revisions.find(
        absl::StrCat(response.name(), "/revisions/", CountedRevision(response, floor)));
    return found == revisions.end() ? nullptr : found->second;
  };
  std::vector<store::v1::SiteRecord> built;
  for (auto& [site, sources] : sites) {
    if (sources.response != nullptr) {
      sources.submitted = answers_at(*sources.response, v1::REVIEW_FLOOR_SUBMITTED);
      sources.approved = answers_at(*sources.response, v1::REVIEW_FLOOR_APPROVED);
    }
    built.push_back(MakeSiteRecord(records.frame.instrument, site, sources));
  }
  return built;
}

WaveView BuildWaveView(const WaveRecords& records, const v1::Parameters& parameters) {
  WaveView view;
  view.frame = std::make_shared<const WaveFrame>(records.frame);
  view.parameters = ResolveParameters(parameters);
  Delta delta;
  SiteColumns columns(view.frame->type_count());
  const absl::StatusOr<AttributeFilter> filter =
      ParseAttributeFilter(parameters.filter(), "parameters.filter");
  for (store::v1::SiteRecord& site : BuildSiteRecords(records)) {
    const std::vector<std::string> scopes = ScopesOf(site);
    if (std::find(scopes.begin(), scopes.end(), parameters.cohort()) == scopes.end()) continue;
    if (!filter.ok() || !filter->Matches(site)) continue;
    delta.Add(Contribution(site, view.parameters.floor()));
    if (AnswersAt(site, view.parameters.floor()) != nullptr) columns.Set(site);
    view.sites.push_back(std::move(site));
  }
  view.presence = columns.Presence(columns.Select("", AttributeFilter()), view.parameters.floor(),
                                   view.variant());
  for (const Delta::Part& part : delta.Parts()) {
    // Only adds, so that no count can fall below 0.
    view.aggregate.MutablePart(part.id).Add(part.changes).IgnoreError();
  }
  return view;
}

}  // namespace weft::metrics
