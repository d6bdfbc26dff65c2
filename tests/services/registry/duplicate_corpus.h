// Organizations, duplicates and look-alikes that are made by stated rules from a list of words, so
// that it is known which are the same.
//
// Half of the originals have a duplicate: a copy whose name is spoiled in one way (one or two
// typing errors, a word dropped, words abbreviated, a legal form added, turned round, initials
// alone, without accents, other punctuation or "The", capitals), and whose other fields are what
// another person may have entered: the same town (7 of 10), only the region (1) or nowhere (2); its
// type (80 of 100), none (15) or a wrong one (5); the website, where there is one, in 4 of 10. Two
// of five originals have a look-alike, another organization: the same name in another town, or in
// the same town another number, a foundation or friends of it, another kind or another middle word
// under the same stem.
#ifndef WEFT_TESTS_SERVICES_REGISTRY_DUPLICATE_CORPUS_H_
#define WEFT_TESTS_SERVICES_REGISTRY_DUPLICATE_CORPUS_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "weft/registry/v1/organization.pb.h"

namespace weft::registry {

struct DuplicateCorpus {
  // Named "organizations/o-17", …, in no telling order.
  std::vector<v1::Organization> organizations;
  // Which are the same, the smaller name first, and how the one was made of the other.
  std::map<std::pair<std::string, std::string>, std::string> duplicates;
  // Which are alike and not the same, and how.
  std::map<std::pair<std::string, std::string>, std::string> look_alikes;
};

// `words` is the content of a file of tests/data/organizations.
DuplicateCorpus MakeCorpus(const std::string& words, uint64_t seed, int originals);

}  // namespace weft::registry

#endif  // WEFT_TESTS_SERVICES_REGISTRY_DUPLICATE_CORPUS_H_
