// How organizations are found by words: what a request asks for, what of an organization is
// indexed, and how well one matches.
#ifndef WEFT_SERVICES_REGISTRY_DOMAIN_ORGANIZATION_SEARCH_H_
#define WEFT_SERVICES_REGISTRY_DOMAIN_ORGANIZATION_SEARCH_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "weft/registry/v1/organization.pb.h"
#include "weft/registry/v1/organization_search.pb.h"

namespace weft::registry {

// What a search asks for.
struct SearchQuery {
  // As Words() cuts the text, and the same written out.
  std::vector<std::string> words;
  std::vector<std::string> canonical;
  std::string text;
  std::string compact;
  // "" for all.
  std::string partner_type;
  // Compact forms of the parts of a place; "" for any.
  std::string country;
  std::string region;
  std::string locality;
};

// INVALID_ARGUMENT (QUERY_INVALID where the query is what is wrong).
absl::StatusOr<SearchQuery> ParseSearch(const v1::SearchOrganizationsRequest& request);

// Whether search and duplicate candidates know it: neither deleted nor merged into another.
bool IsSearchable(const v1::Organization& organization);

// What of an organization is looked for: words, and keys, which are found as a whole. Nothing of
// its contacts.
struct IndexedText {
  // Of all its names, as they are written and written out.
  std::vector<std::string> names;
  // Of tags, places and identifiers.
  std::vector<std::string> others;
  // First letters of its display name and other names.
  std::vector<std::string> initials;
  std::vector<std::string> keys;
};
IndexedText TextOf(const v1::Organization& organization);

// Keys of IndexedText. An identifier is found by all of its letters and digits, and by its last
// part; a name by its words in any order.
std::string IdentifierTextKey(absl::string_view compact);
std::string WholeNameKey(absl::string_view name_key);
std::string HostKey(absl::string_view host);
// Of the filters that the query has; each must hold.
std::vector<std::string> FilterKeys(const SearchQuery& query);

// The hit, or nullopt when the organization does not match. The score is explained in
// organization_search.proto.
std::optional<v1::OrganizationHit> MatchOrganization(const SearchQuery& query,
                                                     const v1::Organization& organization);

v1::OrganizationSummary Summarize(const v1::Organization& organization);

// The host of a web address in small letters without "www."; "" where there is none, or where many
// have a page ("facebook.com").
std::string OwnHost(absl::string_view website);

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_DOMAIN_ORGANIZATION_SEARCH_H_
