// What keeps a resource and the deletion or the change of its owner apart that are made at the same
// time.
//
// A transaction's reads are conditions of its commit, but only for keys that were there to be read:
// who deletes a site scans for memberships, finds none, and would not notice one that another
// transaction adds meanwhile. So each owner has a mark, a key without meaning beyond its version:
//   * who adds or changes what it owns writes the mark, without reading it, so that such writers
//     never wait for each other; and reads the owner.
//   * whoever changes the owner so that it matters (a delete, other dates) reads the mark with
//     Watch() first, then looks at what it owns.
#ifndef WEFT_SERVICES_REGISTRY_STORE_MARKS_H_
#define WEFT_SERVICES_REGISTRY_STORE_MARKS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/task.h"
#include "common/storage/keys.h"
#include "common/storage/transaction.h"

namespace weft::registry {

class Marks {
 public:
  explicit Marks(uint16_t table) : table_(table) {}

  // Something of `owner` is written in `txn`.
  void Touch(storage::Transaction& txn, absl::string_view owner) const { txn.Put(Of(owner), ""); }
  // From here on `txn` commits only if nothing of `owner` is written before it does.
  Task<absl::Status> Watch(storage::Transaction& txn, std::string owner) const {
    absl::StatusOr<std::optional<storage::Entry>> mark = co_await txn.Get(Of(owner));
    co_return mark.status();
  }
  // `owner` is deleted in `txn`, so its mark goes too.
  void Forget(storage::Transaction& txn, absl::string_view owner) const { txn.Delete(Of(owner)); }

 private:
  std::string Of(absl::string_view owner) const {
    return storage::KeyWriter(table_).String(owner).Build();
  }

  const uint16_t table_;
};

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_STORE_MARKS_H_
