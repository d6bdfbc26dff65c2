// How likely two organizations are the same, and why: the model of Fellegi and Sunter, "A Theory
// for Record Linkage", Journal of the American Statistical Association 64 (1969), with fixed
// weights.
#ifndef WEFT_SERVICES_REGISTRY_DOMAIN_ORGANIZATION_DUPLICATES_H_
#define WEFT_SERVICES_REGISTRY_DOMAIN_ORGANIZATION_DUPLICATES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/registry/domain/search_text.h"
#include "weft/registry/v1/organization.pb.h"
#include "weft/registry/v1/organization_search.pb.h"

namespace weft::registry {

// Where a caller does not say from which score on pairs are candidates.
inline constexpr double kDefaultMinScore = 0.7;

// How many organizations have a word in a name: a rare word that two names share tells more.
struct WordStatistics {
  int64_t organizations = 0;
  absl::flat_hash_map<std::string, int64_t> with_word;

  // Inverse document frequency, ln(1 + N / n) (Spärck Jones 1972, smoothed); 1 for every word when
  // there are no statistics.
  double WeightOf(absl::string_view word) const;
};

// How alike two names are, 0 to 1: twice the weight of the words that they share over the weight of
// all, where a word counts by how rare it is, and words that are spelled almost alike share by
// their similarity (the SoftTFIDF of Cohen, Ravikumar and Fienberg 2003, with a Dice coefficient in
// place of the cosine); or the Dice coefficient of their trigrams, where that is larger and at
// least 0.9
// ("after school", "afterschool").
double NameSimilarity(const NameForm& a, const NameForm& b, const WordStatistics& statistics);

// What the request asks for. INVALID_ARGUMENT.
struct DuplicateQuery {
  std::string organization;
  double min_score = kDefaultMinScore;
  std::string partner_type;
};
absl::StatusOr<DuplicateQuery> ParseDuplicateQuery(
    const v1::ListDuplicateCandidatesRequest& request);
// Whether the pair is of the partner type that is asked for.
bool PassesFilters(const DuplicateQuery& query, const v1::Organization& a,
                   const v1::Organization& b);

// The names under which duplicates of an organization are looked for: its display name and the
// first few others.
std::vector<std::string> ComparedNames(const v1::Organization& organization);

// The pair with its score and reasons; weights stand in organization_search.proto. `sees_contacts`:
// whether the caller sees those of both, and e-mail domains count.
v1::DuplicateCandidate ComparePair(const v1::Organization& first, const v1::Organization& second,
                                   const WordStatistics& statistics, bool sees_contacts);

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_DOMAIN_ORGANIZATION_DUPLICATES_H_
