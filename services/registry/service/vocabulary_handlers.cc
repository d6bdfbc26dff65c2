#include "services/registry/service/vocabulary_handlers.h"

#include <memory>
#include <string>

#include "common/base/status_macros.h"
#include "common/service/field_mask.h"
#include "common/service/names.h"
#include "common/service/stored.h"
#include "services/registry/domain/names.h"
#include "services/registry/domain/vocabulary.h"
#include "services/registry/service/requests.h"
#include "services/registry/service/versioned_lists.h"

namespace weft::registry {
namespace {

const service::MaskRules& UpdateRules() {
  static const auto& rules =
      *new service::MaskRules{.output_only = {"state"}, .immutable = {"family", "version", "kind"}};
  return rules;
}

}  // namespace

Task<absl::Status> VocabularyHandlers::CreateVocabulary(rpc::CallContext& context,
                                                        const v1::CreateVocabularyRequest& request,
                                                        v1::Vocabulary& response) {
  WEFT_CO_RETURN_IF_ERROR(ValidateCreate(request));
  WEFT_CO_ASSIGN_OR_RETURN(const std::string id,
                           service::IdForCreate(request.vocabulary_id(), "vocabulary_id"));
  const v1::Vocabulary draft = NewVocabulary(request, id);
  absl::Status status =
      co_await CreateDraft(context, db_, tables_.vocabularies, request, draft, response);
  co_return status;
}

Task<absl::Status> VocabularyHandlers::GetVocabulary(rpc::CallContext& context,
                                                     const v1::GetVocabularyRequest& request,
                                                     rpc::Serialized<v1::Vocabulary>& response) {
  return service::GetStored(db_, tables_.vocabularies, request.name(), response);
}

Task<absl::Status> VocabularyHandlers::ListVocabularies(
    rpc::CallContext& context, const v1::ListVocabulariesRequest& request,
    rpc::Serialized<v1::ListVocabulariesResponse>& response) {
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  absl::Status listed = co_await service::ListStored(
      *snapshot, tables_.vocabularies, "", request,
      v1::ListVocabulariesResponse::kVocabulariesFieldNumber, response);
  co_return listed;
}

Task<absl::Status> VocabularyHandlers::UpdateVocabulary(rpc::CallContext& context,
                                                        const v1::UpdateVocabularyRequest& request,
                                                        v1::Vocabulary& response) {
  WEFT_CO_RETURN_IF_ERROR(IdsToUpdate("vocabulary", request.has_vocabulary(), kVocabularyPattern,
                                      request.vocabulary().name())
                              .status());
  absl::Status status =
      co_await UpdateDraft(context, db_, tables_.vocabularies, request, request.vocabulary(),
                           UpdateRules(), &ValidateVocabulary, response);
  co_return status;
}

Task<absl::Status> VocabularyHandlers::DeleteVocabulary(rpc::CallContext& context,
                                                        const v1::DeleteVocabularyRequest& request,
                                                        google::protobuf::Empty& response) {
  return DeleteDraft(context, db_, tables_.vocabularies, request, response);
}

Task<absl::Status> VocabularyHandlers::PublishVocabulary(
    rpc::CallContext& context, const v1::PublishVocabularyRequest& request,
    v1::Vocabulary& response) {
  return PublishDraft(context, db_, tables_.vocabularies, request, response);
}

}  // namespace weft::registry
