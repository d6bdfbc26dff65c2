#include "services/metrics/service/registry_reader.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/base/executor.h"
#include "common/base/status_macros.h"
#include "common/partnerships/levels_on_day.h"
#include "common/rpc/status.h"
#include "services/metrics/store/keys.h"
#include "services/metrics/store/rows.h"

namespace weft::metrics {
namespace {

using google::type::Date;
using registry::v1::Assessment;
using registry::v1::Cohort;
using registry::v1::Membership;
using registry::v1::Organization;
using registry::v1::Partnership;
using registry::v1::Site;
using storage::Entry;

constexpr size_t kRowsAtOnce = 500;

}  // namespace

Task<absl::Status> RegistryReader::Pause() {
  co_await Yield(context_.executor());
  if (context_.cancelled()) co_return rpc::Stopped(context_);
  co_return absl::OkStatus();
}

Task<absl::Status> RegistryReader::ForEachRow(storage::KeyRange range, const RowTaker& take) {
  const storage::ScanOptions options{.limit = kRowsAtOnce};
  for (;;) {
    storage::KeyRange next = range;
    absl::StatusOr<std::vector<Entry>> entries = co_await reader_.Scan(std::move(next), options);
    WEFT_CO_RETURN_IF_ERROR(entries.status());
    for (const Entry& entry : *entries) {
      WEFT_CO_ASSIGN_OR_RETURN(const bool goes_on, take(entry));
      if (!goes_on) co_return absl::OkStatus();
    }
    if (entries->size() < options.limit) co_return absl::OkStatus();
    range.begin = entries->back().key + '\0';
    absl::Status paused = co_await Pause();
    WEFT_CO_RETURN_IF_ERROR(std::move(paused));
  }
}

Task<absl::StatusOr<std::vector<Partnership>>> RegistryReader::Ties(std::string site, Date day,
                                                                    size_t most) {
  std::vector<Partnership> ties;
  bool needs_ratings = false;
  const RowTaker take = [&](const Entry& entry) -> absl::StatusOr<bool> {
    Partnership partnership;
    WEFT_RETURN_IF_ERROR(ParseRow(entry, partnership));
    if (!IsInForce(day, partnership)) return true;
    needs_ratings = needs_ratings || !LevelsHoldOn(day, partnership);
    ties.push_back(std::move(partnership));
    return ties.size() <= most;
  };
  storage::KeyRange range = PartnershipRange(site);
  absl::Status read = co_await ForEachRow(std::move(range), take);
  WEFT_CO_RETURN_IF_ERROR(std::move(read));
  if (needs_ratings) {
    absl::Status set = co_await SetLevels(std::move(site), day, ties);
    WEFT_CO_RETURN_IF_ERROR(std::move(set));
  }
  co_return ties;
}

Task<absl::Status> RegistryReader::SetLevels(std::string site, Date day,
                                             std::vector<Partnership>& partnerships) {
  absl::btree_map<std::string, Partnership*> asked;
  for (Partnership& partnership : partnerships) {
    if (LevelsHoldOn(day, partnership)) continue;
    ClearLevels(partnership);
    asked[std::string(IdOfName(partnership.name()))] = &partnership;
  }
  // Most have few ratings, so that all of the site's are read rather than each one's.
  const RowTaker take = [&](const Entry& entry) -> absl::StatusOr<bool> {
    std::string partnership;
    WEFT_RETURN_IF_ERROR(ParseAssessmentKey(entry.key, site, partnership));
    const auto found = asked.find(partnership);
    if (found == asked.end()) return true;
    Assessment rating;
    WEFT_RETURN_IF_ERROR(ParseRow(entry, rating));
    AddRating(day, rating, *found->second);
    return true;
  };
  storage::KeyRange range = AssessmentRange(site);
  absl::Status read = co_await ForEachRow(std::move(range), take);
  co_return read;
}

template <class T>
Task<absl::StatusOr<std::vector<T>>> RegistryReader::Find(std::vector<std::string> keys) {
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  std::vector<T> found;
  for (size_t begin = 0; begin < keys.size(); begin += kRowsAtOnce) {
    const size_t end = std::min(begin + kRowsAtOnce, keys.size());
    std::vector<std::string> asked(keys.begin() + static_cast<std::ptrdiff_t>(begin),
                                   keys.begin() + static_cast<std::ptrdiff_t>(end));
    absl::StatusOr<std::vector<std::optional<Entry>>> rows =
        co_await reader_.GetMany(std::move(asked));
    WEFT_CO_RETURN_IF_ERROR(rows.status());
    for (const std::optional<Entry>& entry : *rows) {
      if (entry.has_value()) WEFT_CO_RETURN_IF_ERROR(ParseRow(*entry, found.emplace_back()));
    }
    if (end == keys.size()) break;
    absl::Status paused = co_await Pause();
    WEFT_CO_RETURN_IF_ERROR(std::move(paused));
  }
  co_return found;
}

Task<absl::StatusOr<std::vector<Organization>>> RegistryReader::OrganizationsAndSurvivors(
    std::vector<std::string> names) {
  std::vector<Organization> all;
  absl::flat_hash_set<std::string> asked(names.begin(), names.end());
  // Each step finds survivors of the one before.
  while (!names.empty()) {
    for (std::string& name : names) name = OrganizationKey(IdOfName(name));
    absl::StatusOr<std::vector<Organization>> found = co_await Find<Organization>(std::move(names));
    WEFT_CO_RETURN_IF_ERROR(found.status());
    names.clear();
    for (Organization& organization : *found) {
      const std::string& survivor = organization.merged_into();
      if (!survivor.empty() && asked.insert(survivor).second) names.push_back(survivor);
      all.push_back(std::move(organization));
    }
  }
  co_return all;
}

Task<absl::StatusOr<std::vector<Site>>> RegistryReader::Sites(std::vector<std::string> ids) {
  for (std::string& id : ids) id = RegistrySiteKey(id);
  return Find<Site>(std::move(ids));
}

Task<absl::StatusOr<std::vector<Site>>> RegistryReader::AllSites(size_t most) {
  std::vector<Site> sites;
  const RowTaker take = [&](const Entry& entry) -> absl::StatusOr<bool> {
    WEFT_RETURN_IF_ERROR(ParseRow(entry, sites.emplace_back()));
    return sites.size() <= most;
  };
  storage::KeyRange range = TableRange(kRegistrySites);
  absl::Status read = co_await ForEachRow(std::move(range), take);
  WEFT_CO_RETURN_IF_ERROR(std::move(read));
  co_return sites;
}

Task<absl::StatusOr<std::vector<std::string>>> RegistryReader::Members(std::string cohort,
                                                                       Date day) {
  const std::string id(IdOfName(cohort));
  absl::StatusOr<std::optional<Cohort>> found = co_await FindRow<Cohort>(reader_, CohortKey(id));
  WEFT_CO_RETURN_IF_ERROR(found.status());
  if (!found->has_value()) {
    co_return Error(absl::StatusCode::kNotFound, "COHORT_NOT_FOUND",
                    absl::StrCat("\"", cohort,
                                 "\" is not known here. If it was created just now, ask again with "
                                 "min_positions.registry set to the weft-position of that write"),
                    {{"name", cohort}});
  }
  std::vector<std::string> members;
  if (!LastsOn(day, **found)) co_return members;
  const RowTaker take = [&](const Entry& entry) -> absl::StatusOr<bool> {
    Membership membership;
    WEFT_RETURN_IF_ERROR(ParseRow(entry, membership));
    if (LastsOn(day, membership)) members.emplace_back(IdOfName(membership.site()));
    return true;
  };
  storage::KeyRange range = MembershipRange(id);
  absl::Status read = co_await ForEachRow(std::move(range), take);
  WEFT_CO_RETURN_IF_ERROR(std::move(read));
  co_return members;
}

}  // namespace weft::metrics
