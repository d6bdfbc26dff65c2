#include "services/registry/service/organization_search_handlers.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "common/base/error.h"
#include "common/base/executor.h"
#include "common/base/status_macros.h"
#include "common/rpc/status.h"
#include "common/service/list.h"
#include "services/registry/domain/access.h"
#include "services/registry/domain/organization_search.h"
#include "services/registry/domain/soft_delete.h"
#include "services/registry/service/redirects.h"
#include "services/registry/store/organization_index.h"

namespace weft::registry {
namespace {

using text_index::Stop;
using v1::DuplicateCandidate;
using v1::Organization;
using v1::OrganizationHit;

constexpr service::PageDefaults kHits{.default_size = 20, .max_size = 100};
constexpr service::PageDefaults kPairs{.default_size = 50, .max_size = 500};

// Organizations that a search looks at, and ties of a site.
constexpr size_t kMaxCandidates = 500;
constexpr size_t kMaxTies = 5000;
constexpr size_t kTiesPage = 500;
// Rows that are read before others get their turn.
constexpr size_t kRowsPage = 100;
// Organizations whose duplicates are looked for in one step, and in one page.
constexpr size_t kComparedInStep = 5;
constexpr size_t kComparedInPage = 100;

// What stands between the two names of a place in a list of pairs; no name has it.
constexpr char kBetween = ' ';

// Hits and pairs by score, those with equal ones by name. A page goes on after such a place.
struct Rank {
  double score;
  std::string name;

  friend bool operator<(const Rank& a, const Rank& b) {
    return a.score != b.score ? a.score > b.score : a.name < b.name;
  }
};
Rank RankOf(const OrganizationHit& hit) { return {hit.score(), hit.organization().name()}; }
Rank RankOf(const DuplicateCandidate& pair) { return {pair.score(), pair.second().name()}; }

std::string ToKey(const Rank& rank) {
  uint64_t bits = 0;
  std::memcpy(&bits, &rank.score, sizeof(bits));
  return absl::StrFormat("%016x%s", bits, rank.name);
}
// `key` is one of ToKey(), as it comes in a sealed token.
Rank FromKey(absl::string_view key) {
  uint64_t bits = 0;
  Rank rank{0, std::string(key.substr(std::min<size_t>(16, key.size())))};
  if (absl::SimpleHexAtoi(key.substr(0, 16), &bits)) std::memcpy(&rank.score, &bits, sizeof(bits));
  return rank;
}

// Puts those after `after` in order and keeps a page of them; the key of the next page, or "".
template <class T>
std::string KeepPage(std::vector<T>& all, const storage::PageRequest& page) {
  if (!page.after.empty()) {
    const Rank after = FromKey(page.after);
    all.erase(std::remove_if(all.begin(), all.end(),
                             [&](const T& each) { return !(after < RankOf(each)); }),
              all.end());
  }
  std::sort(all.begin(), all.end(), [](const T& a, const T& b) { return RankOf(a) < RankOf(b); });
  if (all.size() <= page.limit) return "";
  all.resize(page.limit);
  return ToKey(RankOf(all.back()));
}

absl::StatusOr<Organization> Parse(const std::string& row) {
  Organization organization;
  if (!organization.ParseFromString(row)) {
    return Error(absl::StatusCode::kInternal, "ROW_CORRUPT",
                 "the row of an organization does not parse");
  }
  return organization;
}

}  // namespace

Task<absl::Status> OrganizationSearchHandlers::SearchOrganizations(
    rpc::CallContext& context, const v1::SearchOrganizationsRequest& request,
    v1::SearchOrganizationsResponse& response) {
  WEFT_CO_ASSIGN_OR_RETURN(const SearchQuery query, ParseSearch(request));
  WEFT_CO_ASSIGN_OR_RETURN(const storage::PageRequest page, service::ReadPage(request, kHits));
  Candidates candidates;
  if (!request.site().empty()) {
    // A site has few partners, and all are looked at.
    absl::StatusOr<Candidates> partners = co_await PartnersOf(context, request.site());
    WEFT_CO_RETURN_IF_ERROR(partners.status());
    candidates = *std::move(partners);
  } else {
    absl::Status caught_up = co_await index_.CatchUp(context);
    WEFT_CO_RETURN_IF_ERROR(std::move(caught_up));
    std::function<absl::StatusOr<text_index::Found>(OrganizationIndex&, const Stop&)> find =
        [&query](OrganizationIndex& index, const Stop& stop) {
          return index.Find(query, kMaxCandidates, stop);
        };
    absl::StatusOr<text_index::Found> found =
        co_await index_.AskWhole<text_index::Found>(context, std::move(find));
    WEFT_CO_RETURN_IF_ERROR(found.status());
    candidates = {std::move(found->names), found->more};
  }
  absl::StatusOr<std::vector<std::string>> rows =
      co_await Load(context, std::move(candidates.names));
  WEFT_CO_RETURN_IF_ERROR(rows.status());

  std::string next_key;
  std::function<absl::StatusOr<std::vector<OrganizationHit>>(OrganizationIndex&, const Stop&)>
      rank = [&](OrganizationIndex&,
                 const Stop& stop) -> absl::StatusOr<std::vector<OrganizationHit>> {
    std::vector<OrganizationHit> hits;
    for (const std::string& row : *rows) {
      if (stop.requested()) return absl::CancelledError();
      if (row.empty()) continue;
      WEFT_ASSIGN_OR_RETURN(const Organization organization, Parse(row));
      std::optional<OrganizationHit> hit = MatchOrganization(query, organization);
      if (hit.has_value()) hits.push_back(*std::move(hit));
    }
    next_key = KeepPage(hits, page);
    return hits;
  };
  absl::StatusOr<std::vector<OrganizationHit>> hits =
      co_await index_.Ask<std::vector<OrganizationHit>>(context, std::move(rank));
  WEFT_CO_RETURN_IF_ERROR(hits.status());
  for (OrganizationHit& hit : *hits) *response.add_hits() = std::move(hit);
  response.set_next_page_token(service::NextPageToken(request, next_key));
  response.set_truncated(candidates.truncated);
  co_return absl::OkStatus();
}

Task<absl::StatusOr<OrganizationSearchHandlers::Candidates>> OrganizationSearchHandlers::PartnersOf(
    rpc::CallContext& context, std::string site) {
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  absl::StatusOr<v1::Site> found = co_await tables_.sites.Get(*snapshot, site);
  WEFT_CO_RETURN_IF_ERROR(found.status());
  Candidates partners;
  storage::PageRequest page{.limit = kTiesPage, .after = ""};
  for (size_t ties = 0; ties < kMaxTies; ties += kTiesPage) {
    std::string only = OnlyOrganizationOf(context.principal());
    PartnershipStore::Filter keep = [](const v1::Partnership& tie) {
      return !tie.has_delete_time();
    };
    absl::StatusOr<storage::Page<v1::Partnership>> rows =
        co_await tables_.partnerships.List(*snapshot, site, std::move(only), page, std::move(keep));
    WEFT_CO_RETURN_IF_ERROR(rows.status());
    for (v1::Partnership& tie : rows->rows) {
      partners.names.push_back(std::move(*tie.mutable_organization()));
    }
    page.after = std::move(rows->next_key);
    if (page.after.empty()) break;
    co_await Yield(context.executor());
    if (context.cancelled()) co_return rpc::Stopped(context);
  }
  partners.truncated = !page.after.empty();
  std::sort(partners.names.begin(), partners.names.end());
  partners.names.erase(std::unique(partners.names.begin(), partners.names.end()),
                       partners.names.end());
  co_return partners;
}

Task<absl::StatusOr<std::vector<std::string>>> OrganizationSearchHandlers::Load(
    rpc::CallContext& context, std::vector<std::string> names) {
  std::vector<std::string> rows;
  rows.reserve(names.size());
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  for (size_t begin = 0; begin < names.size(); begin += kRowsPage) {
    if (begin > 0) {
      co_await Yield(context.executor());
      if (context.cancelled()) co_return rpc::Stopped(context);
    }
    const auto from = names.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto to =
        names.begin() + static_cast<std::ptrdiff_t>(std::min(names.size(), begin + kRowsPage));
    std::vector<std::string> some(from, to);
    absl::StatusOr<std::vector<std::optional<storage::Entry>>> entries =
        co_await tables_.organizations.table().GetManyStored(*snapshot, std::move(some));
    WEFT_CO_RETURN_IF_ERROR(entries.status());
    for (std::optional<storage::Entry>& entry : *entries) {
      rows.push_back(entry.has_value() ? std::move(entry->value) : std::string());
    }
  }
  co_return rows;
}

Task<absl::Status> OrganizationSearchHandlers::ListDuplicateCandidates(
    rpc::CallContext& context, const v1::ListDuplicateCandidatesRequest& request,
    v1::ListDuplicateCandidatesResponse& response) {
  WEFT_CO_ASSIGN_OR_RETURN(DuplicateQuery query, ParseDuplicateQuery(request));
  WEFT_CO_ASSIGN_OR_RETURN(storage::PageRequest page, service::ReadPage(request, kPairs));
  if (!query.organization.empty()) {
    std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
    absl::StatusOr<std::string> standing =
        co_await StandingFor(tables_, *snapshot, query.organization);
    WEFT_CO_RETURN_IF_ERROR(standing.status());
    query.organization = *std::move(standing);
    absl::StatusOr<Organization> organization =
        co_await tables_.organizations.Get(*snapshot, query.organization);
    WEFT_CO_RETURN_IF_ERROR(organization.status());
    WEFT_CO_RETURN_IF_ERROR(CheckNotDeleted(*organization));
  }
  absl::Status caught_up = co_await index_.CatchUp(context);
  WEFT_CO_RETURN_IF_ERROR(std::move(caught_up));
  if (!query.organization.empty()) {
    absl::Status listed = co_await ListOfOne(context, request, query, std::move(page), response);
    co_return listed;
  }
  absl::Status listed = co_await ListOfAll(context, request, query, std::move(page), response);
  co_return listed;
}

Task<absl::Status> OrganizationSearchHandlers::ListOfOne(
    rpc::CallContext& context, const v1::ListDuplicateCandidatesRequest& request,
    const DuplicateQuery& query, storage::PageRequest page,
    v1::ListDuplicateCandidatesResponse& response) {
  std::vector<std::string> names = {query.organization};
  absl::StatusOr<std::vector<Group>> groups =
      co_await LoadGroups(context, std::move(names), false, "");
  WEFT_CO_RETURN_IF_ERROR(groups.status());
  absl::StatusOr<std::vector<DuplicateCandidate>> pairs =
      co_await Compare(context, *std::move(groups), query);
  WEFT_CO_RETURN_IF_ERROR(pairs.status());
  const std::string next_key = KeepPage(*pairs, page);
  for (DuplicateCandidate& pair : *pairs) *response.add_candidates() = std::move(pair);
  response.set_next_page_token(service::NextPageToken(request, next_key));
  co_return absl::OkStatus();
}

Task<absl::Status> OrganizationSearchHandlers::ListOfAll(
    rpc::CallContext& context, const v1::ListDuplicateCandidatesRequest& request,
    const DuplicateQuery& query, storage::PageRequest page,
    v1::ListDuplicateCandidatesResponse& response) {
  // Where to go on: after an organization's last pair, or within those of one ("first second").
  const std::vector<std::string> place = absl::StrSplit(page.after, absl::MaxSplits(kBetween, 1));
  std::string after = place[0];
  std::string within = place.size() == 2 ? place[1] : "";
  for (size_t compared = 0; compared < kComparedInPage; compared += kComparedInStep) {
    std::function<absl::StatusOr<std::vector<std::string>>(OrganizationIndex&, const Stop&)> next =
        [&after, &within](OrganizationIndex& index,
                          const Stop&) -> absl::StatusOr<std::vector<std::string>> {
      if (within.empty()) return index.NamesAfter(after, kComparedInStep);
      return std::vector<std::string>{after};
    };
    absl::StatusOr<std::vector<std::string>> names =
        co_await index_.AskWhole<std::vector<std::string>>(context, std::move(next));
    WEFT_CO_RETURN_IF_ERROR(names.status());
    if (names->empty()) co_return absl::OkStatus();
    after = names->back();
    absl::StatusOr<std::vector<Group>> groups =
        co_await LoadGroups(context, *std::move(names), true, within);
    WEFT_CO_RETURN_IF_ERROR(groups.status());
    within.clear();
    absl::StatusOr<std::vector<DuplicateCandidate>> pairs =
        co_await Compare(context, *std::move(groups), query);
    WEFT_CO_RETURN_IF_ERROR(pairs.status());
    for (DuplicateCandidate& pair : *pairs) {
      if (static_cast<size_t>(response.candidates_size()) == page.limit) {
        const DuplicateCandidate& last = *response.candidates().rbegin();
        response.set_next_page_token(service::NextPageToken(
            request,
            absl::StrCat(last.first().name(), std::string(1, kBetween), last.second().name())));
        co_return absl::OkStatus();
      }
      *response.add_candidates() = std::move(pair);
    }
    if (context.cancelled()) co_return rpc::Stopped(context);
  }
  response.set_next_page_token(service::NextPageToken(request, after));
  co_return absl::OkStatus();
}

Task<absl::StatusOr<std::vector<OrganizationSearchHandlers::Group>>>
OrganizationSearchHandlers::LoadGroups(rpc::CallContext& context, std::vector<std::string> names,
                                       bool once, std::string after) {
  absl::StatusOr<std::vector<std::string>> rows = co_await Load(context, names);
  WEFT_CO_RETURN_IF_ERROR(rows.status());
  std::function<absl::StatusOr<std::vector<std::vector<std::string>>>(OrganizationIndex&,
                                                                      const Stop&)>
      find = [&](OrganizationIndex& index,
                 const Stop& stop) -> absl::StatusOr<std::vector<std::vector<std::string>>> {
    std::vector<std::vector<std::string>> found(rows->size());
    for (size_t i = 0; i < rows->size(); ++i) {
      if ((*rows)[i].empty()) continue;
      WEFT_ASSIGN_OR_RETURN(const Organization organization, Parse((*rows)[i]));
      if (!IsSearchable(organization)) continue;
      WEFT_ASSIGN_OR_RETURN(found[i], index.MayBeSame(organization, stop));
      if (!once) continue;
      // Each pair is of the one whose name comes first.
      const std::string& from = i == 0 && !after.empty() ? after : organization.name();
      found[i].erase(found[i].begin(), std::upper_bound(found[i].begin(), found[i].end(), from));
    }
    return found;
  };
  absl::StatusOr<std::vector<std::vector<std::string>>> others =
      co_await index_.AskWhole<std::vector<std::vector<std::string>>>(context, std::move(find));
  WEFT_CO_RETURN_IF_ERROR(others.status());
  std::vector<Group> groups;
  for (size_t i = 0; i < others->size(); ++i) {
    if ((*others)[i].empty()) continue;
    absl::StatusOr<std::vector<std::string>> loaded =
        co_await Load(context, std::move((*others)[i]));
    WEFT_CO_RETURN_IF_ERROR(loaded.status());
    groups.push_back({std::move((*rows)[i]), *std::move(loaded)});
  }
  co_return groups;
}

Task<absl::StatusOr<std::vector<DuplicateCandidate>>> OrganizationSearchHandlers::Compare(
    rpc::CallContext& context, std::vector<Group> groups, const DuplicateQuery& query) {
  const auto sees = [&context](const Organization& organization) {
    return SeesContactsOf(context.principal(), organization.name());
  };
  std::function<absl::StatusOr<std::vector<DuplicateCandidate>>(OrganizationIndex&, const Stop&)>
      compare = [&](OrganizationIndex& index,
                    const Stop& stop) -> absl::StatusOr<std::vector<DuplicateCandidate>> {
    std::vector<DuplicateCandidate> pairs;
    for (const Group& group : groups) {
      WEFT_ASSIGN_OR_RETURN(const Organization first, Parse(group.organization));
      std::vector<Organization> others;
      std::vector<const Organization*> all = {&first};
      others.reserve(group.others.size());
      for (const std::string& row : group.others) {
        if (row.empty()) continue;
        WEFT_ASSIGN_OR_RETURN(Organization other, Parse(row));
        if (!IsSearchable(other) || !PassesFilters(query, first, other)) continue;
        others.push_back(std::move(other));
        all.push_back(&others.back());
      }
      WEFT_ASSIGN_OR_RETURN(const WordStatistics statistics, index.StatisticsOf(all));
      for (const Organization& other : others) {
        if (stop.requested()) return absl::CancelledError();
        DuplicateCandidate pair = ComparePair(first, other, statistics, sees(first) && sees(other));
        if (pair.score() >= query.min_score) pairs.push_back(std::move(pair));
      }
    }
    return pairs;
  };
  absl::StatusOr<std::vector<DuplicateCandidate>> pairs =
      co_await index_.AskWhole<std::vector<DuplicateCandidate>>(context, std::move(compare));
  co_return pairs;
}

}  // namespace weft::registry
