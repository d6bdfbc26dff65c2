// What handlers of lists of codes that come in versions share (domain/versioned_list.h): taxonomies
// and vocabularies.
#ifndef WEFT_SERVICES_REGISTRY_SERVICE_VERSIONED_LISTS_H_
#define WEFT_SERVICES_REGISTRY_SERVICE_VERSIONED_LISTS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/status_macros.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/service/field_mask.h"
#include "common/service/mutate.h"
#include "common/storage/database.h"
#include "common/storage/table.h"
#include "google/protobuf/empty.pb.h"
#include "services/registry/domain/taxonomy.h"
#include "services/registry/domain/vocabulary.h"

namespace weft::registry {

// Whether the version may supersede the one that it names, if it does. Once true it stays true,
// because what it names is published.
template <class List>
Task<absl::Status> CheckSuperseded(storage::Reader& reader, const storage::Table<List>& table,
                                   const List& list) {
  if (list.supersedes().empty()) co_return absl::OkStatus();
  absl::StatusOr<List> superseded = co_await table.Get(reader, list.supersedes());
  WEFT_CO_RETURN_IF_ERROR(superseded.status());
  co_return CheckSupersedes(list, *superseded);
}

// `draft` is what a valid request asks for.
template <class List, class Request>
Task<absl::Status> CreateDraft(rpc::CallContext& context, const storage::Database& db,
                               const storage::Table<List>& table, const Request& request,
                               const List& draft, List& response) {
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    response = draft;
    absl::Status superseded = co_await CheckSuperseded(txn, table, response);
    WEFT_CO_RETURN_IF_ERROR(std::move(superseded));
    absl::Status inserted = co_await table.Insert(txn, response);
    co_return inserted;
  };
  absl::Status status = co_await service::Mutate(context, db, request, response, body);
  co_return status;
}

// `asked` is the request's version, whose name is valid; `validate` says whether one may be stored.
template <class List, class Request>
Task<absl::Status> UpdateDraft(rpc::CallContext& context, const storage::Database& db,
                               const storage::Table<List>& table, const Request& request,
                               const List& asked, const service::MaskRules& rules,
                               absl::Status (*validate)(const List&), List& response) {
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    absl::StatusOr<List> list = co_await table.Get(txn, asked.name());
    WEFT_CO_ASSIGN_OR_RETURN(response, std::move(list));
    WEFT_CO_RETURN_IF_ERROR(CheckDraft(response));
    WEFT_CO_RETURN_IF_ERROR(
        service::ApplyUpdateMask(request.update_mask(), asked, response, rules));
    WEFT_CO_RETURN_IF_ERROR(validate(response));
    absl::Status superseded = co_await CheckSuperseded(txn, table, response);
    WEFT_CO_RETURN_IF_ERROR(std::move(superseded));
    absl::Status updated = co_await table.Update(txn, response, asked.etag());
    co_return updated;
  };
  absl::Status status = co_await service::Mutate(context, db, request, response, body);
  co_return status;
}

template <class List, class Request>
Task<absl::Status> DeleteDraft(rpc::CallContext& context, const storage::Database& db,
                               const storage::Table<List>& table, const Request& request,
                               google::protobuf::Empty& response) {
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    absl::StatusOr<List> list = co_await table.Get(txn, request.name());
    WEFT_CO_RETURN_IF_ERROR(list.status());
    WEFT_CO_RETURN_IF_ERROR(CheckDraft(*list));
    absl::Status deleted = co_await table.Delete(txn, request.name(), request.etag());
    co_return deleted;
  };
  absl::Status status = co_await service::Mutate(context, db, request, response, body);
  co_return status;
}

template <class List, class Request>
Task<absl::Status> PublishDraft(rpc::CallContext& context, const storage::Database& db,
                                const storage::Table<List>& table, const Request& request,
                                List& response) {
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    absl::StatusOr<List> list = co_await table.Get(txn, request.name());
    WEFT_CO_ASSIGN_OR_RETURN(response, std::move(list));
    // Whatever the etag: a caller that lost the first answer asks again with the draft's.
    if (IsPublished(response)) co_return absl::OkStatus();
    WEFT_CO_RETURN_IF_ERROR(Publish(response));
    absl::Status updated = co_await table.Update(txn, response, request.etag());
    co_return updated;
  };
  absl::Status status = co_await service::Mutate(context, db, request, response, body);
  co_return status;
}

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_SERVICE_VERSIONED_LISTS_H_
