// Table<T>: a collection of resources. The message is the record; its name gives the key; indexes,
// etag, times and change records are kept in the same commit.
//
//   struct Tables {
//     Tables()
//         : sites(14, "sites/{site}", {.feed = true}),
//           memberships(13, "cohorts/{cohort}/memberships/{site}",
//                       {.feed = true,
//                        .secondary = {{"site", [](const v1::Membership& row) {
//                                         return std::vector<std::string>{row.site()};
//                                       }}}}) {}
//     const Table<v1::Site> sites;
//     const Table<v1::Membership> memberships;
//   };
// (In a constructor: g++ 12 crashes on such options in a default member initializer.)
//
//   absl::StatusOr<v1::Site> site = co_await tables_.sites.Get(txn, request.name());
#ifndef WEFT_COMMON_STORAGE_TABLE_H_
#define WEFT_COMMON_STORAGE_TABLE_H_

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/status_macros.h"
#include "common/base/task.h"
#include "common/storage/table_core.h"
#include "common/storage/transaction.h"

namespace weft::storage {

template <class T>
struct Page {
  std::vector<T> rows;
  // Where to go on; "" at the end. Bind it to the request with service::NextPageToken().
  std::string next_key;
};

template <class T>
struct TableIndex {
  // On disk: never rename one that has rows.
  std::string name;
  // The keys under which a row is found: none, one or several, any bytes.
  std::function<std::vector<std::string>(const T&)> keys;
};

template <class T>
struct TableOptions {
  // Singular type for errors and change records; by default the message's name in snake_case.
  std::string type = {};
  // Whether changes are recorded in the feed.
  bool feed = false;
  // At most one row per key; another one is ALREADY_EXISTS (`{TYPE}_{INDEX}_TAKEN`).
  std::vector<TableIndex<T>> unique = {};
  std::vector<TableIndex<T>> secondary = {};
};

namespace internal {

std::string DefaultType(const google::protobuf::Descriptor& descriptor);

template <class T>
RowAccess MakeRowAccess() {
  using google::protobuf::Message;
  RowAccess access;
  access.name = [](const Message& row) -> const std::string& {
    return static_cast<const T&>(row).name();
  };
  if constexpr (requires(T & row) { row.mutable_uid(); }) {
    access.mutable_uid = [](Message& row) { return static_cast<T&>(row).mutable_uid(); };
  }
  if constexpr (requires(T & row) { row.mutable_etag(); }) {
    access.mutable_etag = [](Message& row) { return static_cast<T&>(row).mutable_etag(); };
  }
  if constexpr (requires(T & row) { row.mutable_create_time(); }) {
    access.mutable_create_time = [](Message& row) {
      return static_cast<T&>(row).mutable_create_time();
    };
  }
  if constexpr (requires(T & row) { row.mutable_update_time(); }) {
    access.mutable_update_time = [](Message& row) {
      return static_cast<T&>(row).mutable_update_time();
    };
  }
  return access;
}

template <class T>
std::vector<TableCore::Index> MakeIndexes(TableOptions<T>& options) {
  std::vector<TableCore::Index> indexes;
  const auto add = [&](std::vector<TableIndex<T>>& from, bool unique) {
    for (TableIndex<T>& index : from) {
      indexes.push_back({index.name, unique,
                         [keys = std::move(index.keys)](const google::protobuf::Message& row) {
                           return keys(static_cast<const T&>(row));
                         }});
    }
  };
  add(options.unique, true);
  add(options.secondary, false);
  return indexes;
}

}  // namespace internal

// Immutable, so that every coroutine can share it. It outlives the Tasks it returns; messages that
// are passed by reference do so too.
template <class T>
class Table {
 public:
  // Decides whether a list keeps a row.
  using Filter = std::function<bool(const T&)>;

  // `id` is on disk: never reuse or renumber one (docs/storage-keys.md lists them).
  Table(uint16_t id, absl::string_view pattern, TableOptions<T> options = {})
      : core_(id, pattern,
              options.type.empty() ? internal::DefaultType(*T::descriptor()) : options.type,
              options.feed, internal::MakeRowAccess<T>(), T::default_instance(),
              internal::MakeIndexes(options)) {}

  const NamePattern& pattern() const { return core_.pattern(); }
  const std::string& type() const { return core_.type(); }
  // For ChangeServiceHandlers.
  FeedTable feed_table() const { return core_.feed_table(); }

  // NOT_FOUND (`{TYPE}_NOT_FOUND`); INVALID_ARGUMENT (NAME_INVALID) for a name of another shape.
  Task<absl::StatusOr<T>> Get(Reader& reader, std::string name) const {
    T row;
    absl::Status status = co_await core_.Get(reader, std::move(name), row);
    WEFT_CO_RETURN_IF_ERROR(std::move(status));
    co_return row;
  }

  // The same row as it is stored: its value is a serialized T.
  Task<absl::StatusOr<Entry>> GetStored(Reader& reader, std::string name) const {
    return core_.GetStored(reader, std::move(name));
  }

  // A row that was read as it is stored. DATA_LOSS (ROW_CORRUPT).
  absl::Status Parse(const Entry& entry, T& row) const { return core_.ParseRow(entry, row); }

  Task<absl::StatusOr<std::optional<T>>> Find(Reader& reader, std::string name) const {
    T row;
    absl::StatusOr<bool> found = co_await core_.Find(reader, std::move(name), row);
    co_return Optional(std::move(found), row);
  }

  // Where a row is, and where a unique index points to it: for Transaction::Prefetch. "" for a name
  // of another shape.
  std::string KeyOf(absl::string_view name) const {
    absl::StatusOr<std::string> key = core_.RowKey(name);
    return key.ok() ? *std::move(key) : std::string();
  }
  std::string UniqueKeyOf(absl::string_view index, absl::string_view key) const {
    return core_.UniqueKey(index, key);
  }

  // Where the rows under `parent` are, which has no "-", for Engine::Purge. INVALID_ARGUMENT
  // (PARENT_INVALID).
  absl::StatusOr<KeyRange> RangeOf(absl::string_view parent) const {
    return core_.RowRange(parent);
  }

  // One result per name, in the order of `names`.
  Task<absl::StatusOr<std::vector<std::optional<T>>>> GetMany(
      Reader& reader, std::vector<std::string> names) const {
    absl::StatusOr<std::vector<std::optional<Entry>>> entries =
        co_await core_.GetMany(reader, std::move(names));
    WEFT_CO_RETURN_IF_ERROR(entries.status());
    std::vector<std::optional<T>> rows(entries->size());
    for (size_t i = 0; i < rows.size(); ++i) {
      if (!(*entries)[i].has_value()) continue;
      WEFT_CO_RETURN_IF_ERROR(core_.ParseRow(*(*entries)[i], rows[i].emplace()));
    }
    co_return rows;
  }

  // The same rows as they are stored.
  Task<absl::StatusOr<std::vector<std::optional<Entry>>>> GetManyStored(
      Reader& reader, std::vector<std::string> names) const {
    return core_.GetMany(reader, std::move(names));
  }

  // ALREADY_EXISTS (`{TYPE}_EXISTS`). Stamps uid, create_time, update_time and etag into `row`.
  Task<absl::Status> Insert(Transaction& txn, T& row) const { return core_.Insert(txn, row); }

  // Replaces the row of the same name. NOT_FOUND; ABORTED (ETAG_MISMATCH) when `expected_etag` is
  // given and is not the current one. Stamps update_time and etag into `row`; uid and create_time
  // are those of the first. A row that is equal to the stored one is not written.
  Task<absl::Status> Update(Transaction& txn, T& row, std::string expected_etag = "",
                            Touch touch = Touch::kIfChanged) const {
    return core_.Update(txn, row, std::move(expected_etag), touch);
  }

  // NOT_FOUND; ABORTED (ETAG_MISMATCH).
  Task<absl::Status> Delete(Transaction& txn, std::string name,
                            std::string expected_etag = "") const {
    return core_.Delete(txn, std::move(name), std::move(expected_etag));
  }

  // Rows in the order of their ids. `parent` is "", a name, or one with "-" for any id
  // ("waves/-", "waves/w1/responses/-"). With a filter a page may be short and still have a
  // next_key: only an empty next_key is the end.
  Task<absl::StatusOr<Page<T>>> List(Reader& reader, std::string parent, PageRequest page,
                                     Filter filter = nullptr) const {
    TableCore::Keep keep = KeepBy(filter);
    absl::StatusOr<StoredPage> rows =
        co_await core_.List(reader, std::move(parent), std::move(page), std::move(keep));
    co_return ToPage(std::move(rows));
  }

  // The same page, of rows as they are stored.
  Task<absl::StatusOr<StoredPage>> ListStored(Reader& reader, std::string parent,
                                              PageRequest page) const {
    return core_.List(reader, std::move(parent), std::move(page), nullptr);
  }

  // The row that holds `key` in a unique index.
  Task<absl::StatusOr<std::optional<T>>> FindUnique(Reader& reader, std::string index,
                                                    std::string key) const {
    T row;
    absl::StatusOr<bool> found =
        co_await core_.FindUnique(reader, std::move(index), std::move(key), row);
    co_return Optional(std::move(found), row);
  }

  // The rows under `key` in a secondary index, in the order of their ids; with a filter as List().
  Task<absl::StatusOr<Page<T>>> ListByIndex(Reader& reader, std::string index, std::string key,
                                            PageRequest page, Filter filter = nullptr) const {
    TableCore::Keep keep = KeepBy(filter);
    absl::StatusOr<StoredPage> rows = co_await core_.ListByIndex(
        reader, std::move(index), std::move(key), std::move(page), std::move(keep));
    co_return ToPage(std::move(rows));
  }

 private:
  static absl::StatusOr<std::optional<T>> Optional(absl::StatusOr<bool> found, T& row) {
    if (!found.ok()) return std::move(found).status();
    if (!*found) return std::optional<T>();
    return std::optional<T>(std::move(row));
  }

  // `filter` outlives it.
  TableCore::Keep KeepBy(const Filter& filter) const {
    if (filter == nullptr) return nullptr;
    return [this, &filter](const Entry& entry) -> absl::StatusOr<bool> {
      T row;
      WEFT_RETURN_IF_ERROR(core_.ParseRow(entry, row));
      return filter(row);
    };
  }

  absl::StatusOr<Page<T>> ToPage(absl::StatusOr<StoredPage> rows) const {
    if (!rows.ok()) return std::move(rows).status();
    Page<T> page;
    page.rows.resize(rows->entries.size());
    for (size_t i = 0; i < page.rows.size(); ++i) {
      WEFT_RETURN_IF_ERROR(core_.ParseRow(rows->entries[i], page.rows[i]));
    }
    page.next_key = std::move(rows->next_key);
    return page;
  }

  TableCore core_;
};

}  // namespace weft::storage

#endif  // WEFT_COMMON_STORAGE_TABLE_H_
