// Merges of organizations: their records, and beside each what is too much for one row or for the
// change feed: its ties and references, and the images that undoing it needs.
#ifndef WEFT_SERVICES_REGISTRY_STORE_ORGANIZATION_MERGE_STORE_H_
#define WEFT_SERVICES_REGISTRY_STORE_ORGANIZATION_MERGE_STORE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/task.h"
#include "common/storage/feed_table.h"
#include "common/storage/table.h"
#include "common/storage/transaction.h"
#include "weft/registry/store/v1/merge_rows.pb.h"
#include "weft/registry/v1/organization_merge.pb.h"

namespace weft::registry {

class OrganizationMergeStore {
 public:
  using Filter = storage::Table<v1::OrganizationMerge>::Filter;

  OrganizationMergeStore(uint16_t table, uint16_t part_table);

  // With its ties and references.
  Task<absl::StatusOr<v1::OrganizationMerge>> Get(storage::Reader& reader, std::string name) const;
  // The record alone.
  Task<absl::StatusOr<v1::OrganizationMerge>> GetRecord(storage::Reader& reader,
                                                        std::string name) const {
    return table_.Get(reader, std::move(name));
  }
  // The one of this survivor that can be undone; none when no merge of it is in force. The record
  // alone.
  Task<absl::StatusOr<std::optional<v1::OrganizationMerge>>> FindLatest(storage::Reader& reader,
                                                                        std::string survivor) const;
  // A page of records, in the order of time; of one organization unless that is empty. With a
  // filter a page may be short and still have a next_key.
  Task<absl::StatusOr<storage::Page<v1::OrganizationMerge>>> List(storage::Reader& reader,
                                                                  std::string organization,
                                                                  storage::PageRequest page,
                                                                  Filter filter) const;

  // As Table::Insert. `before` and `after` are the survivor.
  Task<absl::Status> Insert(storage::Transaction& txn, const v1::Organization& before,
                            const v1::Organization& after, v1::OrganizationMerge& merge) const;
  // As Table::Update, of the record alone.
  Task<absl::Status> Update(storage::Transaction& txn, v1::OrganizationMerge& merge) const;

  // The images of the survivor, of a merge that is in force.
  Task<absl::StatusOr<store::v1::MergePart>> GetImages(storage::Reader& reader,
                                                       const std::string& merge) const;
  // Once it is undone.
  Task<absl::Status> DropImages(storage::Transaction& txn, const std::string& merge) const;

  storage::FeedTable feed_table() const { return table_.feed_table(); }

 private:
  storage::Table<v1::OrganizationMerge> table_;
  storage::Table<store::v1::MergePart> parts_;
};

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_STORE_ORGANIZATION_MERGE_STORE_H_
