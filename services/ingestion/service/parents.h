// The parent of a list request.
#ifndef WEFT_SERVICES_INGESTION_SERVICE_PARENTS_H_
#define WEFT_SERVICES_INGESTION_SERVICE_PARENTS_H_

#include <algorithm>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/status_macros.h"
#include "common/base/task.h"
#include "common/service/names.h"
#include "common/storage/table.h"

namespace weft::ingestion {

// OK when `parent` is a row of `table`, or stands for several with "-". INVALID_ARGUMENT for
// anything that is no such name; NOT_FOUND.
template <class T>
Task<absl::Status> RequireParent(storage::Reader& reader, const storage::Table<T>& table,
                                 std::string parent) {
  absl::StatusOr<std::vector<std::string>> ids =
      service::ParseName(table.pattern().text(), parent, "parent");
  WEFT_CO_RETURN_IF_ERROR(ids.status());
  if (std::find(ids->begin(), ids->end(), "-") != ids->end()) co_return absl::OkStatus();
  absl::StatusOr<T> row = co_await table.Get(reader, std::move(parent));
  co_return row.status();
}

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_SERVICE_PARENTS_H_
