#include "tools/cli/organization_search.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/base/status_macros.h"
#include "tools/cli/terminal.h"
#include "tools/cli/words.h"
#include "weft/registry/v1/organization_search.pb.h"

namespace weft::cli {
namespace {

namespace v1 = ::weft::registry::v1;
using v1::DuplicateReason;
using v1::OrganizationMatch;

constexpr char kSearch[] = "weft.registry.v1.OrganizationService/SearchOrganizations";
constexpr char kDuplicates[] = "weft.registry.v1.OrganizationService/ListDuplicateCandidates";
// What the server gives in a page.
constexpr int kMaxHits = 100;
constexpr int kMaxPairs = 500;

struct SearchOptions {
  std::string query;
  std::string type;
  std::string place;
  std::string site;
  int limit = 20;
};

struct DuplicateOptions {
  std::string organization;
  std::string type;
  double min_score = -1;
  int limit = 100;
};

std::string PlacesText(const v1::OrganizationSummary& organization) {
  return absl::StrJoin(
      organization.locations(), "; ", [](std::string* out, const v1::Place& place) {
        std::vector<std::string> parts;
        for (const std::string& part : {place.locality(), place.region(), place.country()}) {
          if (!part.empty()) parts.push_back(part);
        }
        absl::StrAppend(out, absl::StrJoin(parts, ", "));
      });
}

std::string MatchText(const v1::OrganizationHit& hit) {
  return absl::StrJoin(hit.matches(), "; ", [](std::string* out, const OrganizationMatch& match) {
    absl::StrAppend(out, EnumWords(OrganizationMatch::Kind_Name(match.kind()), "KIND_"), " in ",
                    EnumWords(OrganizationMatch::Field_Name(match.field()), "FIELD_"));
    if (match.field() != OrganizationMatch::FIELD_DISPLAY_NAME) {
      absl::StrAppend(out, " \"", match.text(), "\"");
    }
  });
}

// "+10.0 same name; -6.0 different place (Springfield, Salem)".
std::string ReasonText(const v1::DuplicateCandidate& pair) {
  return absl::StrJoin(pair.reasons(), "; ", [](std::string* out, const DuplicateReason& reason) {
    absl::StrAppend(out, absl::StrFormat("%+g ", reason.weight()),
                    EnumWords(DuplicateReason::Kind_Name(reason.kind()), "KIND_"));
    if (reason.has_similarity())
      absl::StrAppend(out, absl::StrFormat(" %.2f", reason.similarity()));
    switch (reason.kind()) {
      case DuplicateReason::KIND_SAME_NAME:
      case DuplicateReason::KIND_SIMILAR_NAME:
      case DuplicateReason::KIND_DIFFERENT_NAME:
      case DuplicateReason::KIND_ACRONYM:
      case DuplicateReason::KIND_NUMBER_DIFFERS:
      case DuplicateReason::KIND_DISTINCTION_DIFFERS:
        // The names stand in the row.
        break;
      default:
        if (!reason.detail().empty()) absl::StrAppend(out, " (", reason.detail(), ")");
    }
  });
}

absl::Status SetPlace(const std::string& text, v1::SearchOrganizationsRequest& request) {
  std::vector<std::string> parts = absl::StrSplit(text, ',');
  if (parts.size() != 3) {
    return UsageError(absl::StrCat("\"", text,
                                   "\" is no place; write LOCALITY, REGION, COUNTRY, e.g. "
                                   "\"Springfield, MO, US\"; parts may be empty"));
  }
  for (std::string& part : parts) absl::StripAsciiWhitespace(&part);
  request.set_locality(parts[0]);
  request.set_region(parts[1]);
  request.set_country(parts[2]);
  return absl::OkStatus();
}

absl::Status SearchOrgs(Session& session, const SearchOptions& options) {
  v1::SearchOrganizationsRequest request;
  request.set_query(options.query);
  request.set_partner_type(options.type);
  request.set_site(options.site);
  if (!options.place.empty()) WEFT_RETURN_IF_ERROR(SetPlace(options.place, request));
  request.set_page_size(std::min(options.limit, kMaxHits));
  v1::SearchOrganizationsResponse all;
  do {
    v1::SearchOrganizationsResponse page;
    WEFT_RETURN_IF_ERROR(session.Call(kSearch, request, page));
    request.set_page_token(page.next_page_token());
    page.clear_next_page_token();
    all.MergeFrom(page);
  } while (!request.page_token().empty() && all.hits_size() < options.limit);
  while (all.hits_size() > options.limit) all.mutable_hits()->RemoveLast();
  if (session.json()) {
    PrintJson(all);
    return absl::OkStatus();
  }
  if (all.hits().empty()) {
    std::puts("No organization has all of these words; leave some out, or filters.");
    return absl::OkStatus();
  }
  Table table({"SCORE", "NAME", "DISPLAY NAME", "TYPES", "PLACES", "MATCHED"});
  for (const v1::OrganizationHit& hit : all.hits()) {
    table.Add({absl::StrFormat("%.2f", hit.score()), hit.organization().name(),
               hit.organization().display_name(),
               absl::StrJoin(hit.organization().partner_types(), ","),
               PlacesText(hit.organization()), MatchText(hit)});
  }
  std::fputs(table.ToString().c_str(), stdout);
  if (all.truncated()) {
    std::puts("More organizations have these words than were looked at; say more of them.");
  }
  return absl::OkStatus();
}

absl::Status ListDuplicates(Session& session, const DuplicateOptions& options) {
  v1::ListDuplicateCandidatesRequest request;
  request.set_organization(options.organization);
  request.set_partner_type(options.type);
  if (options.min_score >= 0) request.set_min_score(options.min_score);
  request.set_page_size(std::min(options.limit, kMaxPairs));
  v1::ListDuplicateCandidatesResponse all;
  do {
    v1::ListDuplicateCandidatesResponse page;
    WEFT_RETURN_IF_ERROR(session.Call(kDuplicates, request, page));
    request.set_page_token(page.next_page_token());
    page.clear_next_page_token();
    all.MergeFrom(page);
  } while (!request.page_token().empty() && all.candidates_size() < options.limit);
  while (all.candidates_size() > options.limit) all.mutable_candidates()->RemoveLast();
  if (session.json()) {
    PrintJson(all);
    return absl::OkStatus();
  }
  if (all.candidates().empty()) {
    std::puts("No pair looks like the same organization; a lower --min-score shows more.");
    return absl::OkStatus();
  }
  Table table({"SCORE", "FIRST", "SECOND", "DISPLAY NAMES", "WHY"});
  for (const v1::DuplicateCandidate& pair : all.candidates()) {
    table.Add({absl::StrFormat("%.2f", pair.score()), pair.first().name(), pair.second().name(),
               absl::StrCat(pair.first().display_name(), " / ", pair.second().display_name()),
               ReasonText(pair)});
  }
  std::fputs(table.ToString().c_str(), stdout);
  return absl::OkStatus();
}

}  // namespace

void AddOrganizationSearchCommands(CLI::App& org, Session*& session, absl::Status& result) {
  auto searched = std::make_shared<SearchOptions>();
  CLI::App* search =
      org.add_subcommand("search", "Finds organizations by words, also misspelled, the best first");
  search->add_option("QUERY", searched->query, "words of a name, a number, a tag or a place")
      ->required();
  search->add_option("--type", searched->type, "only of this partner type, e.g. library");
  search->add_option("--place", searched->place,
                     "only there: \"LOCALITY, REGION, COUNTRY\"; parts may be empty");
  search->add_option("--site", searched->site, "only partners of this site, e.g. sites/site-01");
  search->add_option("--limit", searched->limit, "at most this many (default 20)")
      ->check(CLI::Range(1, 500));
  search->callback([&session, &result, searched] { result = SearchOrgs(*session, *searched); });

  auto compared = std::make_shared<DuplicateOptions>();
  CLI::App* duplicates = org.add_subcommand(
      "duplicates", "Lists pairs that may be the same organization, and what speaks for it");
  duplicates->add_option("--of", compared->organization,
                         "only those of this one, the likeliest first; e.g. organizations/sparknc");
  duplicates
      ->add_option("--min-score", compared->min_score,
                   "only pairs with at least this score, 0 to 1 (default 0.7)")
      ->check(CLI::Range(0.0, 1.0));
  duplicates->add_option("--type", compared->type, "only with one of this partner type");
  duplicates->add_option("--limit", compared->limit, "at most this many (default 100)")
      ->check(CLI::Range(1, 1000000));
  duplicates->callback(
      [&session, &result, compared] { result = ListDuplicates(*session, *compared); });
}

}  // namespace weft::cli
