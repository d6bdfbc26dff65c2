#include "services/ingestion/service/instrument_handlers.h"

#include <memory>
#include <string>
#include <utility>

#include "common/base/status_macros.h"
#include "common/service/field_mask.h"
#include "common/service/mutate.h"
#include "common/service/names.h"
#include "common/service/stored.h"
#include "services/ingestion/domain/instrument_rules.h"
#include "services/ingestion/service/instrument_store.h"

namespace weft::ingestion {
namespace {

const service::MaskRules& UpdateRules() {
  static const auto& rules = *new service::MaskRules{.output_only = {"state", "partner_types"},
                                                     .immutable = {"family", "version"}};
  return rules;
}

absl::Status Validate(const v1::Instrument& instrument) {
  FieldViolations violations;
  ValidateInstrument(instrument, "instrument", violations);
  return violations.ToStatus();
}

}  // namespace

Task<absl::Status> InstrumentHandlers::CreateInstrument(rpc::CallContext& context,
                                                        const v1::CreateInstrumentRequest& request,
                                                        v1::Instrument& response) {
  WEFT_CO_RETURN_IF_ERROR(ValidateCreate(request));
  WEFT_CO_ASSIGN_OR_RETURN(const std::string id,
                           service::IdForCreate(request.instrument_id(), "instrument_id"));
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    absl::Status inserted = co_await InsertDraft(txn, tables_, request, id, response);
    co_return inserted;
  };
  absl::Status status = co_await service::Mutate(context, db_, request, response, body);
  co_return status;
}

Task<absl::Status> InstrumentHandlers::GetInstrument(rpc::CallContext& context,
                                                     const v1::GetInstrumentRequest& request,
                                                     rpc::Serialized<v1::Instrument>& response) {
  return service::GetStored(db_, tables_.instruments, request.name(), response);
}

Task<absl::Status> InstrumentHandlers::ListInstruments(
    rpc::CallContext& context, const v1::ListInstrumentsRequest& request,
    rpc::Serialized<v1::ListInstrumentsResponse>& response) {
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  absl::Status listed =
      co_await service::ListStored(*snapshot, tables_.instruments, "", request,
                                   v1::ListInstrumentsResponse::kInstrumentsFieldNumber, response);
  co_return listed;
}

Task<absl::Status> InstrumentHandlers::UpdateInstrument(rpc::CallContext& context,
                                                        const v1::UpdateInstrumentRequest& request,
                                                        v1::Instrument& response) {
  WEFT_CO_RETURN_IF_ERROR(service::ParseName(tables_.instruments.pattern().text(),
                                             request.instrument().name(), "instrument.name")
                              .status());
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    absl::StatusOr<v1::Instrument> instrument =
        co_await tables_.instruments.Get(txn, request.instrument().name());
    WEFT_CO_ASSIGN_OR_RETURN(response, std::move(instrument));
    WEFT_CO_RETURN_IF_ERROR(RequireDraft(response, "changed"));
    WEFT_CO_RETURN_IF_ERROR(service::ApplyUpdateMask(request.update_mask(), request.instrument(),
                                                     response, UpdateRules()));
    WEFT_CO_RETURN_IF_ERROR(Validate(response));
    absl::Status superseded = co_await CheckSuperseded(txn, tables_, response);
    WEFT_CO_RETURN_IF_ERROR(std::move(superseded));
    absl::Status updated =
        co_await tables_.instruments.Update(txn, response, request.instrument().etag());
    co_return updated;
  };
  absl::Status status = co_await service::Mutate(context, db_, request, response, body);
  co_return status;
}

Task<absl::Status> InstrumentHandlers::DeleteInstrument(rpc::CallContext& context,
                                                        const v1::DeleteInstrumentRequest& request,
                                                        google::protobuf::Empty& response) {
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    absl::StatusOr<v1::Instrument> instrument =
        co_await tables_.instruments.Get(txn, request.name());
    WEFT_CO_RETURN_IF_ERROR(instrument.status());
    WEFT_CO_RETURN_IF_ERROR(RequireDraft(*instrument, "deleted"));
    absl::Status deleted = co_await tables_.instruments.Delete(txn, request.name(), request.etag());
    co_return deleted;
  };
  absl::Status status = co_await service::Mutate(context, db_, request, response, body);
  co_return status;
}

Task<absl::Status> InstrumentHandlers::PublishInstrument(
    rpc::CallContext& context, const v1::PublishInstrumentRequest& request,
    v1::Instrument& response) {
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    absl::StatusOr<v1::Instrument> instrument =
        co_await tables_.instruments.Get(txn, request.name());
    WEFT_CO_ASSIGN_OR_RETURN(response, std::move(instrument));
    // Whatever the etag: a caller that lost the first answer asks again with the draft's.
    if (response.state() == v1::Instrument::STATE_PUBLISHED) co_return absl::OkStatus();
    absl::StatusOr<registry::v1::Taxonomy> taxonomy =
        co_await registry_.GetTaxonomy(context, response.taxonomy());
    WEFT_CO_RETURN_IF_ERROR(taxonomy.status());
    WEFT_CO_RETURN_IF_ERROR(Publish(*taxonomy, response));
    absl::Status updated = co_await tables_.instruments.Update(txn, response, request.etag());
    co_return updated;
  };
  absl::Status status = co_await service::Mutate(context, db_, request, response, body);
  co_return status;
}

}  // namespace weft::ingestion
