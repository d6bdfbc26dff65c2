// Which organizations are parts of which, as far as a change of parents needs to know.
#ifndef WEFT_SERVICES_REGISTRY_DOMAIN_HIERARCHY_H_
#define WEFT_SERVICES_REGISTRY_DOMAIN_HIERARCHY_H_

#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"

namespace weft::registry {

class Hierarchy {
 public:
  bool Knows(absl::string_view name) const { return parents_.contains(name); }
  size_t size() const { return parents_.size(); }
  // `parent` is empty for one at the top.
  void Add(absl::string_view name, absl::string_view parent) {
    parents_[name] = std::string(parent);
  }
  // "" at the top, and of one that is not known.
  std::string ParentOf(absl::string_view name) const;

  // Whether one of `names` is `start` or stands above it.
  bool Reaches(absl::string_view start, const absl::flat_hash_set<std::string>& names) const;
  // How many there are from `start` to the top, itself included; 0 of "".
  int HeightOf(absl::string_view start) const;

 private:
  absl::flat_hash_map<std::string, std::string> parents_;
};

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_DOMAIN_HIERARCHY_H_
