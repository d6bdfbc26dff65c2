// Partnerships: by name, by organization, the one open tie of each kind, and how each was before.
//
// Every write of a partnership also leaves it as it is then, under
//   history table, site, partnership, when it was recorded (ns): the serialized partnership,
// so that it can be read as it was known at any time. Update times never fall (Table), so that the
// last state stands last.
//
// Insert() touches the marks (marks.h) of the site and of the organization; Update() that of an
// organization to which the tie is given.
#ifndef WEFT_SERVICES_REGISTRY_STORE_PARTNERSHIP_STORE_H_
#define WEFT_SERVICES_REGISTRY_STORE_PARTNERSHIP_STORE_H_

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
#include "google/protobuf/timestamp.pb.h"
#include "services/registry/store/marks.h"
#include "weft/registry/v1/partnership.pb.h"

namespace weft::registry {

class PartnershipStore {
 public:
  using Filter = storage::Table<v1::Partnership>::Filter;

  PartnershipStore(uint16_t table, uint16_t history_table, uint16_t mark_table);

  Task<absl::StatusOr<v1::Partnership>> Get(storage::Reader& reader, std::string name) const {
    return table_.Get(reader, std::move(name));
  }
  // As it stood in the store at `time`; none before it was recorded.
  Task<absl::StatusOr<std::optional<v1::Partnership>>> FindAsKnownAt(
      storage::Reader& reader, std::string name, google::protobuf::Timestamp time) const;

  // The open tie under a key of OpenTieKeys().
  Task<absl::StatusOr<std::optional<v1::Partnership>>> FindOpenTie(storage::Reader& reader,
                                                                   std::string key) const;

  // Adds the keys that Insert() is going to read, for a Prefetch.
  void AddKeysOf(const v1::Partnership& partnership, std::vector<std::string>& keys) const;
  // As Table::Insert. The caller has read the site and the organization in `txn`. ALREADY_EXISTS
  // (PARTNERSHIP_OPEN_TIE_TAKEN) names the open tie that there is.
  Task<absl::Status> Insert(storage::Transaction& txn, v1::Partnership& partnership) const;
  // As Table::Update; `before` is the row as it was read in `txn`.
  Task<absl::Status> Update(storage::Transaction& txn, const v1::Partnership& before,
                            v1::Partnership& partnership, std::string expected_etag) const;

  // Who has the keys of OpenTieKeys(): one name for each, "" where nobody has it.
  Task<absl::StatusOr<std::vector<std::string>>> FindOpenTies(storage::Transaction& txn,
                                                              std::vector<std::string> keys) const;
  // One for each name.
  Task<absl::StatusOr<std::vector<std::optional<v1::Partnership>>>> GetMany(
      storage::Reader& reader, std::vector<std::string> names) const {
    return table_.GetMany(reader, std::move(names));
  }

  // A page of the partnerships of `parent` ("sites/s1" or "sites/-"), and only those with
  // `organization` unless that is empty. With a filter a page may be short and still have a
  // next_key.
  Task<absl::StatusOr<storage::Page<v1::Partnership>>> List(storage::Reader& reader,
                                                            std::string parent,
                                                            std::string organization,
                                                            storage::PageRequest page,
                                                            Filter filter = nullptr) const;

  // Marks of sites and organizations, for whoever deletes or merges one.
  const Marks& marks() const { return marks_; }

  storage::FeedTable feed_table() const { return table_.feed_table(); }

 private:
  std::string HistoryKey(absl::string_view name, uint64_t nanos) const;
  void Remember(storage::Transaction& txn, const v1::Partnership& partnership) const;

  storage::Table<v1::Partnership> table_;
  uint16_t history_table_;
  Marks marks_;
};

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_STORE_PARTNERSHIP_STORE_H_
