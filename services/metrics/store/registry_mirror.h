// Keeps what profiles and networks need of the registry's organizations, partnerships, assessments,
// sites, cohorts and memberships: each record as it came, but for the fields that nobody needs.
// People (contacts), what the sides write in words, and names of sites that did not agree to be
// named are never kept. A row is a function of one record: whatever the order in which records
// come, the rows are the same.
#ifndef WEFT_SERVICES_METRICS_STORE_REGISTRY_MIRROR_H_
#define WEFT_SERVICES_METRICS_STORE_REGISTRY_MIRROR_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/storage/transaction.h"
#include "weft/type/v1/change.pb.h"

namespace weft::metrics {

// Writes what became of a resource; `parts` are those of the change's name. Passes over resources
// that are not kept.
//  INVALID_ARGUMENT (CHANGE_INVALID): the change holds another resource than its name says.
absl::Status MirrorChange(const type::v1::Change& change, absl::Span<const absl::string_view> parts,
                          storage::Transaction& txn);

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_STORE_REGISTRY_MIRROR_H_
