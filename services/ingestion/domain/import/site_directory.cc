#include "services/ingestion/domain/import/site_directory.h"

#include <algorithm>
#include <utility>

#include "absl/strings/strip.h"
#include "services/ingestion/domain/import/problems.h"
#include "services/ingestion/domain/instrument_index.h"

namespace weft::ingestion {
namespace {

constexpr absl::string_view kCollection = "sites/";

}  // namespace

void SiteDirectory::Add(const v1::RosterEntry& entry, absl::string_view pseudonym) {
  const size_t index = sites_.size();
  sites_.push_back({entry.site(), entry.active()});
  by_id_.emplace(absl::StripPrefix(entry.site(), kCollection), index);
  for (const absl::string_view name : {absl::string_view(entry.display_name()),
                                       absl::string_view(entry.neutral_label()), pseudonym}) {
    std::string folded = FoldText(name);
    if (folded.empty()) continue;
    const auto [known, is_new] = by_name_.emplace(std::move(folded), index);
    if (!is_new && known->second != index) known->second = kSeveral;
  }
}

SiteDirectory::Match SiteDirectory::Find(absl::string_view text) const {
  const std::string folded = FoldText(text);
  const auto found = [this](size_t index) {
    return Match{sites_[index].active ? Outcome::kFound : Outcome::kOffRoster, index};
  };
  const auto id = by_id_.find(absl::StripPrefix(folded, kCollection));
  if (id != by_id_.end()) return found(id->second);
  const auto name = by_name_.find(folded);
  if (name == by_name_.end()) return {};
  if (name->second == kSeveral) return {Outcome::kAmbiguous, 0};
  return found(name->second);
}

std::string SiteDirectory::Suggest(absl::string_view text) const {
  std::vector<std::string> candidates;
  candidates.reserve(by_id_.size() + by_name_.size());
  // In roster order, so that of two equally near names the same one is suggested every time.
  for (const Site& site : sites_) {
    candidates.emplace_back(absl::StripPrefix(site.name, kCollection));
  }
  std::string id = NearestOf(absl::StripPrefix(text, kCollection), candidates);
  if (!id.empty()) return id;
  candidates.clear();
  for (const auto& [name, index] : by_name_) candidates.push_back(name);
  std::sort(candidates.begin(), candidates.end());
  return NearestOf(text, candidates);
}

}  // namespace weft::ingestion
