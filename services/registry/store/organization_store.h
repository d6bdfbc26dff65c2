// Organizations: by name, by identifier, by parent, by the one that they were merged into, and in
// the orders that lists may ask for.
//
// Each organization stands once in every order, under a key of its own:
//   table, order, what it is sorted by, id. A change of what it is sorted by moves it.
//
// Insert() and Update() touch the mark (marks.h) of an organization that another one begins to name
// as its parent or as the one that it was merged into.
#ifndef WEFT_SERVICES_REGISTRY_STORE_ORGANIZATION_STORE_H_
#define WEFT_SERVICES_REGISTRY_STORE_ORGANIZATION_STORE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/task.h"
#include "common/storage/feed_table.h"
#include "common/storage/table.h"
#include "common/storage/transaction.h"
#include "services/registry/domain/organization.h"
#include "services/registry/store/marks.h"
#include "weft/registry/v1/organization.pb.h"

namespace weft::registry {

class OrganizationStore {
 public:
  OrganizationStore(uint16_t table, uint16_t order_table, uint16_t mark_table);

  // For reads by name.
  const storage::Table<v1::Organization>& table() const { return table_; }

  Task<absl::StatusOr<v1::Organization>> Get(storage::Reader& reader, std::string name) const {
    return table_.Get(reader, std::move(name));
  }
  // By the key that LookupKey() makes; never a deleted one.
  Task<absl::StatusOr<std::optional<v1::Organization>>> FindByIdentifier(storage::Reader& reader,
                                                                         std::string key) const;

  // Reads at once what creating these will read: rows, numbers, parents.
  Task<absl::Status> Prefetch(storage::Transaction& txn,
                              const std::vector<v1::Organization>& organizations) const;
  // As Table::Insert. ALREADY_EXISTS (ORGANIZATION_IDENTIFIER_TAKEN) names the holder.
  Task<absl::Status> Insert(storage::Transaction& txn, v1::Organization& organization) const;
  // As Table::Update; `before` is the row as it was read in `txn`.
  Task<absl::Status> Update(storage::Transaction& txn, const v1::Organization& before,
                            v1::Organization& organization, std::string expected_etag) const;

  // A page in the order; with `parent`, only its children, by name alone. Deleted ones included;
  // with a filter a page may be short and still have a next_key.
  Task<absl::StatusOr<storage::Page<v1::Organization>>> List(
      storage::Reader& reader, OrganizationOrder order, std::string parent,
      storage::PageRequest page, storage::Table<v1::Organization>::Filter filter) const;

  // A page of those that were merged into it.
  Task<absl::StatusOr<storage::Page<v1::Organization>>> ListMerged(storage::Reader& reader,
                                                                   std::string survivor,
                                                                   storage::PageRequest page) const;

  // Marks of organizations, for whoever merges one; PartnershipStore touches them, too.
  const Marks& marks() const { return marks_; }

  storage::FeedTable feed_table() const { return table_.feed_table(); }

 private:
  using Filter = storage::Table<v1::Organization>::Filter;

  std::string OrderPrefix(OrganizationOrder::By by) const;
  std::string OrderKey(OrganizationOrder::By by, const v1::Organization& organization) const;
  void TouchMarks(storage::Transaction& txn, const v1::Organization& before,
                  const v1::Organization& after) const;
  // Answers who has it, when a write failed because an identifier is taken.
  Task<absl::Status> Explain(storage::Transaction& txn, const v1::Organization& organization,
                             absl::Status status) const;
  Task<absl::StatusOr<storage::Page<v1::Organization>>> ListInOrder(storage::Reader& reader,
                                                                    OrganizationOrder order,
                                                                    storage::PageRequest page,
                                                                    Filter filter) const;

  storage::Table<v1::Organization> table_;
  uint16_t order_table_;
  Marks marks_;
};

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_STORE_ORGANIZATION_STORE_H_
