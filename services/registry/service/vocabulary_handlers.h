// weft.registry.v1.VocabularyService.
#ifndef WEFT_SERVICES_REGISTRY_SERVICE_VOCABULARY_HANDLERS_H_
#define WEFT_SERVICES_REGISTRY_SERVICE_VOCABULARY_HANDLERS_H_

#include "absl/status/status.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/rpc/stream.h"
#include "common/storage/database.h"
#include "google/protobuf/empty.pb.h"
#include "services/registry/store/tables.h"
#include "weft/registry/v1/vocabulary.pb.h"

namespace weft::registry {

class VocabularyHandlers {
 public:
  VocabularyHandlers(const storage::Database& db, const Tables& tables)
      : db_(db), tables_(tables) {}

  Task<absl::Status> CreateVocabulary(rpc::CallContext& context,
                                      const v1::CreateVocabularyRequest& request,
                                      v1::Vocabulary& response);
  Task<absl::Status> GetVocabulary(rpc::CallContext& context,
                                   const v1::GetVocabularyRequest& request,
                                   rpc::Serialized<v1::Vocabulary>& response);
  Task<absl::Status> ListVocabularies(rpc::CallContext& context,
                                      const v1::ListVocabulariesRequest& request,
                                      rpc::Serialized<v1::ListVocabulariesResponse>& response);
  Task<absl::Status> UpdateVocabulary(rpc::CallContext& context,
                                      const v1::UpdateVocabularyRequest& request,
                                      v1::Vocabulary& response);
  Task<absl::Status> DeleteVocabulary(rpc::CallContext& context,
                                      const v1::DeleteVocabularyRequest& request,
                                      google::protobuf::Empty& response);
  Task<absl::Status> PublishVocabulary(rpc::CallContext& context,
                                       const v1::PublishVocabularyRequest& request,
                                       v1::Vocabulary& response);

 private:
  const storage::Database& db_;
  const Tables& tables_;
};

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_SERVICE_VOCABULARY_HANDLERS_H_
