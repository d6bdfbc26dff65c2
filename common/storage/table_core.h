// What all tables do alike, once for every message type: keys, stamps, indexes, change records.
// Services use Table<T> (table.h).
#ifndef WEFT_COMMON_STORAGE_TABLE_CORE_H_
#define WEFT_COMMON_STORAGE_TABLE_CORE_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/storage/engine.h"
#include "common/storage/feed_table.h"
#include "common/storage/name_pattern.h"
#include "common/storage/transaction.h"
#include "google/protobuf/message.h"
#include "google/protobuf/timestamp.pb.h"

namespace weft::storage {

// Which rows of a list to return.
struct PageRequest {
  size_t limit = 50;
  // Where the page before ended (Page::next_key); "" for the first.
  std::string after = {};
};

// Rows as they are stored: an entry's value is the serialized resource.
struct StoredPage {
  std::vector<Entry> entries;
  // As in Page.
  std::string next_key;
};

// Whether an update that changes nothing is one.
enum class Touch {
  kIfChanged,  // it writes nothing, and etag and update_time stay
  kAlways,     // it is written and stamped
};

// The fields that a table stamps; null where the message has none.
struct RowAccess {
  using Message = google::protobuf::Message;
  const std::string& (*name)(const Message&) = nullptr;
  std::string* (*mutable_uid)(Message&) = nullptr;
  std::string* (*mutable_etag)(Message&) = nullptr;
  google::protobuf::Timestamp* (*mutable_create_time)(Message&) = nullptr;
  google::protobuf::Timestamp* (*mutable_update_time)(Message&) = nullptr;
};

// The name of the row that holds a unique key, of a write that failed because of it with `reason`
// (`{TYPE}_{INDEX}_TAKEN`); "" for any other status.
std::string HolderOf(const absl::Status& status, absl::string_view reason);

class TableCore {
 public:
  using Message = google::protobuf::Message;

  struct Index {
    std::string name;
    bool unique = false;
    std::function<std::vector<std::string>(const Message&)> keys;
  };

  TableCore(uint16_t id, absl::string_view pattern, std::string type, bool feed, RowAccess access,
            const Message& prototype, std::vector<Index> indexes);

  const NamePattern& pattern() const { return pattern_; }
  const std::string& type() const { return type_; }
  FeedTable feed_table() const;

  // Fills `row`; false when there is none.
  Task<absl::StatusOr<bool>> Find(Reader& reader, std::string name, Message& row) const;
  Task<absl::Status> Get(Reader& reader, std::string name, Message& row) const;
  // The row as it is stored.
  Task<absl::StatusOr<Entry>> GetStored(Reader& reader, std::string name) const;
  // The rows as they are stored, in the order of `names`.
  Task<absl::StatusOr<std::vector<std::optional<Entry>>>> GetMany(
      Reader& reader, std::vector<std::string> names) const;
  Task<absl::Status> Insert(Transaction& txn, Message& row) const;
  Task<absl::Status> Update(Transaction& txn, Message& row, std::string expected_etag,
                            Touch touch) const;
  Task<absl::Status> Delete(Transaction& txn, std::string name, std::string expected_etag) const;

  // `keep` decides by content; null keeps all. Rows that it leaves out count towards a bound on the
  // work of one call, so a page may come back short, with a next_key.
  using Keep = std::function<absl::StatusOr<bool>(const Entry&)>;
  Task<absl::StatusOr<StoredPage>> List(Reader& reader, std::string parent, PageRequest page,
                                        Keep keep) const;
  Task<absl::StatusOr<bool>> FindUnique(Reader& reader, std::string index, std::string key,
                                        Message& row) const;
  Task<absl::StatusOr<StoredPage>> ListByIndex(Reader& reader, std::string index, std::string key,
                                               PageRequest page, Keep keep) const;

  // Where the row is. INVALID_ARGUMENT (NAME_INVALID).
  absl::StatusOr<std::string> RowKey(absl::string_view name) const;
  // Where the rows under `parent` are. INVALID_ARGUMENT (PARENT_INVALID), also for a "-".
  absl::StatusOr<KeyRange> RowRange(absl::string_view parent) const;
  std::string UniqueKey(absl::string_view index, absl::string_view key) const {
    return IndexPrefix(IndexNamed(index, true), key);
  }

  // DATA_LOSS (ROW_CORRUPT), with the key, for a value that is no such message.
  absl::Status ParseRow(const Entry& entry, Message& row) const;

 private:
  // A row as it is written.
  struct Stamped {
    std::string value;
    std::string etag;
  };

  Stamped Stamp(Message& row) const;
  void CopyStamps(Message& from, Message& to) const;
  absl::Status CheckEtag(Message& current, const std::string& expected,
                         const std::string& name) const;
  // `kind` is a weft.type.v1.Change.Kind.
  void RecordChange(Transaction& txn, int kind, const std::string& name,
                    const Stamped& stamped) const;

  const Index& IndexNamed(absl::string_view name, bool unique) const;
  std::string IndexPrefix(const Index& index, absl::string_view key) const;
  std::vector<std::string> IndexKeys(const Index& index, const std::string& name,
                                     const Message* row) const;
  // Replaces the entries of `before` by those of `after`; null stands for no row.
  Task<absl::Status> MoveIndexEntries(Transaction& txn, const std::string& name,
                                      const Message* before, const Message* after) const;
  absl::Status Taken(const Index& index, const std::string& name, const std::string& owner) const;

  const uint16_t id_;
  const NamePattern pattern_;
  const std::string type_;
  const bool feed_;
  const RowAccess access_;
  const Message& prototype_;
  const int etag_field_;
  const std::string type_url_;
  const std::vector<Index> indexes_;
};

// Serialization that is the same for equal messages within one version of the schema.
std::string SerializeDeterministically(const google::protobuf::Message& message);
// '"' + 16 hex digits + '"', a fixed hash of the serialized row without its etag.
std::string EtagOf(absl::string_view serialized_without_etag);

}  // namespace weft::storage

#endif  // WEFT_COMMON_STORAGE_TABLE_CORE_H_
