// Answers made of rows as they are stored: a row is the serialized resource, so that what reads
// hand out whole needs neither parsing nor serializing (docs/architecture.md says what that is
// worth). Only for callers who may see every field of a row.
#ifndef WEFT_COMMON_SERVICE_STORED_H_
#define WEFT_COMMON_SERVICE_STORED_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/status_macros.h"
#include "common/base/task.h"
#include "common/rpc/stream.h"
#include "common/service/list.h"
#include "common/storage/database.h"
#include "common/storage/table.h"
#include "google/protobuf/message.h"

namespace weft::service {

// Builds a message with a repeated field of serialized messages. On the wire a message is the
// sequence of its fields, in any order.
class RowsWriter {
 public:
  // `field` is the number of the repeated field.
  explicit RowsWriter(int field) : field_(field) {}

  void Add(absl::string_view serialized_row);
  // The rows, and the other fields from `rest`.
  std::string Build(const google::protobuf::Message& rest) &&;

 private:
  const int field_;
  std::string bytes_;
};

// Answers the row of this name, as it is now. Errors are those of Table::Get.
template <class T>
Task<absl::Status> GetStored(const storage::Database& db, const storage::Table<T>& table,
                             std::string name, rpc::Serialized<T>& response) {
  std::shared_ptr<storage::Snapshot> snapshot = db.engine.GetSnapshot();
  absl::StatusOr<storage::Entry> row = co_await table.GetStored(*snapshot, std::move(name));
  WEFT_CO_RETURN_IF_ERROR(row.status());
  response = rpc::Serialized<T>::FromBytes(std::move(row->value));
  co_return absl::OkStatus();
}

// Answers the page of the rows under `parent` that `request` asks for. `field` is the number of the
// response's field for them; its other one is next_page_token.
template <class T, class Request, class Response>
Task<absl::Status> ListStored(storage::Reader& reader, const storage::Table<T>& table,
                              std::string parent, const Request& request, int field,
                              rpc::Serialized<Response>& response) {
  WEFT_CO_ASSIGN_OR_RETURN(storage::PageRequest page, ReadPage(request));
  absl::StatusOr<storage::StoredPage> rows =
      co_await table.ListStored(reader, std::move(parent), std::move(page));
  WEFT_CO_RETURN_IF_ERROR(rows.status());
  RowsWriter writer(field);
  for (const storage::Entry& row : rows->entries) writer.Add(row.value);
  Response rest;
  rest.set_next_page_token(NextPageToken(request, rows->next_key));
  response = rpc::Serialized<Response>::FromBytes(std::move(writer).Build(rest));
  co_return absl::OkStatus();
}

}  // namespace weft::service

#endif  // WEFT_COMMON_SERVICE_STORED_H_
