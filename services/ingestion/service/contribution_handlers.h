// weft.ingestion.v1.ResponseService: several people fill one response, and who they are.
#ifndef WEFT_SERVICES_INGESTION_SERVICE_CONTRIBUTION_HANDLERS_H_
#define WEFT_SERVICES_INGESTION_SERVICE_CONTRIBUTION_HANDLERS_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/rpc/stream.h"
#include "common/storage/database.h"
#include "google/protobuf/empty.pb.h"
#include "services/ingestion/service/wave_context.h"
#include "services/ingestion/store/tables.h"
#include "weft/ingestion/v1/draft.pb.h"
#include "weft/ingestion/v1/response_service.pb.h"

namespace weft::ingestion {

class ContributionHandlers {
 public:
  ContributionHandlers(const storage::Database& db, const Tables& tables, WaveLoader& waves)
      : db_(db), tables_(tables), waves_(waves) {}

  Task<absl::Status> ContributeAnswers(rpc::CallContext& context,
                                       const v1::ContributeAnswersRequest& request,
                                       v1::ContributeAnswersResponse& response);
  Task<absl::Status> GetResponseDraft(rpc::CallContext& context,
                                      const v1::GetResponseDraftRequest& request,
                                      v1::ResponseDraft& response);
  Task<absl::Status> GetContributor(rpc::CallContext& context,
                                    const v1::GetContributorRequest& request,
                                    rpc::Serialized<v1::Contributor>& response);
  Task<absl::Status> ListContributors(rpc::CallContext& context,
                                      const v1::ListContributorsRequest& request,
                                      rpc::Serialized<v1::ListContributorsResponse>& response);
  Task<absl::Status> UpdateContributor(rpc::CallContext& context,
                                       const v1::UpdateContributorRequest& request,
                                       v1::Contributor& response);
  Task<absl::Status> DeleteContributor(rpc::CallContext& context,
                                       const v1::DeleteContributorRequest& request,
                                       google::protobuf::Empty& response);

 private:
  // The body of ContributeAnswers.
  Task<absl::Status> Merge(rpc::CallContext& context, storage::Transaction& txn,
                           const v1::ContributeAnswersRequest& request,
                           v1::ContributeAnswersResponse& response);
  // The response that the request is about; nullopt when its respondent has none yet.
  Task<absl::StatusOr<std::optional<v1::Response>>> FindResponse(
      storage::Transaction& txn, const v1::ContributeAnswersRequest& request);
  // The body of UpdateContributor.
  Task<absl::Status> Change(storage::Transaction& txn, const v1::UpdateContributorRequest& request,
                            v1::Contributor& response);

  const storage::Database& db_;
  const Tables& tables_;
  WaveLoader& waves_;
};

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_SERVICE_CONTRIBUTION_HANDLERS_H_
