#include "services/registry/domain/hierarchy.h"

namespace weft::registry {

std::string Hierarchy::ParentOf(absl::string_view name) const {
  const auto found = parents_.find(name);
  return found == parents_.end() ? std::string() : found->second;
}

bool Hierarchy::Reaches(absl::string_view start,
                        const absl::flat_hash_set<std::string>& names) const {
  std::string name(start);
  // As many steps as there are organizations: a circle would be walked once.
  for (size_t steps = 0; !name.empty() && steps <= parents_.size(); ++steps) {
    if (names.contains(name)) return true;
    name = ParentOf(name);
  }
  return false;
}

int Hierarchy::HeightOf(absl::string_view start) const {
  int height = 0;
  for (std::string name(start); !name.empty() && height <= static_cast<int>(parents_.size());
       name = ParentOf(name)) {
    ++height;
  }
  return height;
}

}  // namespace weft::registry
