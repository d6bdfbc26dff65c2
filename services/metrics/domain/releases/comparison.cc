#include "services/metrics/domain/releases/comparison.h"

#include <map>
#include <string>
#include <utility>

#include "common/words/terms.h"
#include "google/protobuf/util/message_differencer.h"
#include "services/metrics/domain/releases/manifest.h"
#include "services/metrics/domain/releases/summary_numbers.h"

namespace weft::metrics {
namespace {

using google::protobuf::util::MessageDifferencer;

void CompareNumbers(const v1::WaveSummary& earlier, const v1::WaveSummary& later,
                    v1::CompareReleasesResponse& response) {
  std::map<std::string, SummaryNumber> before;
  for (SummaryNumber& number : NumbersOf(earlier)) {
    std::string key = number.number;
    before.emplace(std::move(key), std::move(number));
  }
  for (const SummaryNumber& number : NumbersOf(later)) {
    const auto found = before.find(number.number);
    const bool is_new = found == before.end();
    if (!is_new && MessageDifferencer::Equals(*found->second.estimate, *number.estimate)) {
      response.set_unchanged_numbers(response.unchanged_numbers() + 1);
    } else {
      v1::ReleaseNumberChange& change = *response.add_number_changes();
      change.set_metric(number.metric);
      change.set_number(number.number);
      if (!is_new) *change.mutable_earlier() = *found->second.estimate;
      *change.mutable_later() = *number.estimate;
    }
    if (!is_new) before.erase(found);
  }
  for (const auto& [name, number] : before) {
    v1::ReleaseNumberChange& change = *response.add_number_changes();
    change.set_metric(number.metric);
    change.set_number(name);
    *change.mutable_earlier() = *number.estimate;
  }
}

void CompareFindings(const std::vector<v1::Finding>& earlier, const std::vector<v1::Finding>& later,
                     v1::CompareReleasesResponse& response) {
  std::map<std::string, std::pair<const v1::Finding*, const v1::Finding*>> both;
  for (const v1::Finding& each : earlier) both[std::string(IdOf(each.name()))].first = &each;
  for (const v1::Finding& each : later) both[std::string(IdOf(each.name()))].second = &each;
  for (const auto& [id, pair] : both) {
    const auto& [before, after] = pair;
    if (before != nullptr && after != nullptr && before->statement() == after->statement()) {
      continue;
    }
    v1::FindingChange& change = *response.add_finding_changes();
    change.set_finding(id);
    change.set_kind(before == nullptr  ? v1::FindingChange::KIND_ADDED
                    : after == nullptr ? v1::FindingChange::KIND_DROPPED
                                       : v1::FindingChange::KIND_REWORDED);
    if (before != nullptr) change.set_earlier_statement(before->statement());
    if (after != nullptr) change.set_later_statement(after->statement());
  }
}

}  // namespace

v1::CompareReleasesResponse CompareReleases(const ComparedRelease& earlier,
                                            const ComparedRelease& later) {
  v1::CompareReleasesResponse response;
  response.set_later(later.release.name());
  response.set_earlier(earlier.release.name());
  if (!MessageDifferencer::Equals(earlier.release.parameters(), later.release.parameters())) {
    *response.mutable_later_parameters() = later.release.parameters();
    *response.mutable_earlier_parameters() = earlier.release.parameters();
  }
  for (v1::ManifestChange& change :
       CompareManifests(earlier.release.manifest(), later.release.manifest())) {
    *response.add_manifest_changes() = std::move(change);
  }
  CompareNumbers(earlier.summary, later.summary, response);
  CompareFindings(earlier.findings, later.findings, response);
  return response;
}

}  // namespace weft::metrics
