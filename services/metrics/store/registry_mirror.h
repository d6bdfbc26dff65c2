// Keeps what profiles and networks need of the registry's organizations, partnerships, assessments,
// sites, cohorts and memberships: each record as it came, but for the fields that nobody needs.
// People (contacts), what the sides write in words, and names of sites that did not agree to be
// named are never kept. A row is a function of one record: whatever the order in which records
// come, the rows are the same.
//
//   RegistryMirror mirror(txn);
//   co_await mirror.Prefetch(changes);
//   for (const Change* change : changes) { ... co_await mirror.Apply(*change, parts); }
#ifndef WEFT_SERVICES_METRICS_STORE_REGISTRY_MIRROR_H_
#define WEFT_SERVICES_METRICS_STORE_REGISTRY_MIRROR_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/base/task.h"
#include "common/storage/transaction.h"
#include "weft/type/v1/change.pb.h"

namespace weft::metrics {

class RegistryMirror {
 public:
  explicit RegistryMirror(storage::Transaction& txn) : txn_(txn) {}
  RegistryMirror(const RegistryMirror&) = delete;
  RegistryMirror& operator=(const RegistryMirror&) = delete;

  // Reads at once with whom the partnerships are that these changes are about.
  Task<absl::Status> Prefetch(const std::vector<const type::v1::Change*>& changes);

  // `parts` are those of the change's name. Passes over resources that are not kept.
  //  INVALID_ARGUMENT (CHANGE_INVALID): the change holds another resource than its name says.
  Task<absl::Status> Apply(const type::v1::Change& change,
                           absl::Span<const absl::string_view> parts);

 private:
  Task<absl::Status> ApplyPartnership(const type::v1::Change& change, std::string site,
                                      std::string id);
  absl::Status ApplyAssessment(const type::v1::Change& change,
                               absl::Span<const absl::string_view> parts);
  // Writes what the resource became, without the fields that nobody needs.
  template <class T>
  absl::Status Keep(const type::v1::Change& change, std::string key);
  // Remembers with whom the stored partnership is.
  absl::Status Note(std::string key, const std::optional<storage::Entry>& entry);

  storage::Transaction& txn_;
  // With whom each partnership is in this step, by its key: an organization's id, "" where there is
  // none. One writer alone changes the rows, so that they are read without asking the commit to
  // check them.
  absl::flat_hash_map<std::string, std::string> organizations_;
};

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_STORE_REGISTRY_MIRROR_H_
