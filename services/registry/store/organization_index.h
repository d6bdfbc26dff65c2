// The text index of organizations: which of them may match a search, or may be the same as another.
// It only proposes; what is answered is decided on the organizations themselves (domain).
//
// Each organization that is neither deleted nor merged is a document of four columns: words of its
// names, its other words, first letters, and keys (a hash of each). Nothing of its contacts is in
// it.
#ifndef WEFT_SERVICES_REGISTRY_STORE_ORGANIZATION_INDEX_H_
#define WEFT_SERVICES_REGISTRY_STORE_ORGANIZATION_INDEX_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/storage/position.h"
#include "common/text_index/stop.h"
#include "common/text_index/text_index.h"
#include "services/registry/domain/organization_duplicates.h"
#include "services/registry/domain/organization_search.h"
#include "weft/registry/v1/organization.pb.h"

namespace weft::registry {

// How far an index has come.
struct IndexState {
  // Empty for one that has not been begun.
  storage::Position position;
  // Whether it has everything up to `position`. Else it is being made: it has the rows up to the
  // key `after`, each as it stood at `position` or later.
  bool complete = false;
  std::string after;

  std::string ToText() const;
  // The state of one that has not been begun, for text that ToText() did not make.
  static IndexState FromText(absl::string_view text);
};

// What has become of an organization: it is so now, or (without a value) there is none.
struct OrganizationChange {
  std::string name;
  std::optional<v1::Organization> organization;
};

// On the worker's thread. Errors are those of TextIndex.
class OrganizationIndex {
 public:
  // In this file, or with "" in memory.
  static absl::StatusOr<std::unique_ptr<OrganizationIndex>> Open(const std::string& path);

  IndexState state() const { return IndexState::FromText(index_->state()); }
  int64_t size() const { return index_->size(); }
  absl::Status Apply(const std::vector<OrganizationChange>& changes, const IndexState& state,
                     const text_index::Stop& stop);
  // Throws everything away: the state is that of an index which has not been begun.
  absl::Status Reset() { return index_->Reset(); }

  // Organizations that may match, those that are likely to match best first.
  absl::StatusOr<text_index::Found> Find(const SearchQuery& query, size_t limit,
                                         const text_index::Stop& stop);
  // All organizations, in the order of their names.
  absl::StatusOr<std::vector<std::string>> NamesAfter(absl::string_view after, size_t limit) {
    return index_->NamesAfter(after, limit);
  }
  // Others that may be the same organization, in the order of their names: those that share a name,
  // a host, an acronym, or words of a name of which one is rare, also misspelled. Bounded, so that
  // a name which many have does not compare all with all.
  absl::StatusOr<std::vector<std::string>> MayBeSame(const v1::Organization& organization,
                                                     const text_index::Stop& stop);
  // How many organizations have each word that names of these have.
  absl::StatusOr<WordStatistics> StatisticsOf(
      const std::vector<const v1::Organization*>& organizations);

 private:
  explicit OrganizationIndex(std::unique_ptr<text_index::TextIndex> index)
      : index_(std::move(index)) {}

  class Names;

  // The word, those that are written for it, and those that are spelled almost like it.
  absl::StatusOr<std::vector<std::string>> Alike(const std::string& word,
                                                 const text_index::Stop& stop);
  absl::Status AddByWords(const NameForm& form, Names& names, const text_index::Stop& stop);

  const std::unique_ptr<text_index::TextIndex> index_;
};

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_STORE_ORGANIZATION_INDEX_H_
