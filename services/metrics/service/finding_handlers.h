// weft.metrics.v1.ReleaseService: findings, what reviewers say of them, and the answers.
#ifndef WEFT_SERVICES_METRICS_SERVICE_FINDING_HANDLERS_H_
#define WEFT_SERVICES_METRICS_SERVICE_FINDING_HANDLERS_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/rpc/stream.h"
#include "common/service/mutate.h"
#include "common/storage/transaction.h"
#include "google/protobuf/empty.pb.h"
#include "services/metrics/service/release_records.h"
#include "weft/metrics/v1/release.pb.h"
#include "weft/metrics/v1/release_service.pb.h"

namespace weft::metrics {

class FindingHandlers {
 public:
  explicit FindingHandlers(ReleaseRecords& records)
      : records_(records), tables_(records.tables()) {}

  Task<absl::Status> CreateFinding(rpc::CallContext& context,
                                   const v1::CreateFindingRequest& request, v1::Finding& response);
  Task<absl::Status> GetFinding(rpc::CallContext& context, const v1::GetFindingRequest& request,
                                rpc::Serialized<v1::Finding>& response);
  Task<absl::Status> ListFindings(rpc::CallContext& context, const v1::ListFindingsRequest& request,
                                  rpc::Serialized<v1::ListFindingsResponse>& response);
  Task<absl::Status> UpdateFinding(rpc::CallContext& context,
                                   const v1::UpdateFindingRequest& request, v1::Finding& response);
  Task<absl::Status> DeleteFinding(rpc::CallContext& context,
                                   const v1::DeleteFindingRequest& request,
                                   google::protobuf::Empty& response);
  Task<absl::Status> ReviewFinding(rpc::CallContext& context,
                                   const v1::ReviewFindingRequest& request, v1::Finding& response);
  Task<absl::Status> AnswerStance(rpc::CallContext& context, const v1::AnswerStanceRequest& request,
                                  v1::Finding& response);

 private:
  // service::Mutate, of which what is remembered for a repetition of the request holds none of the
  // quotes' words, so that words that are erased are gone. A repetition gets them from the row.
  Task<absl::Status> MutateFinding(rpc::CallContext& context,
                                   const google::protobuf::Message& request, v1::Finding& response,
                                   service::MutationBody body);
  // What a call does to the stances on a finding of the release.
  using StanceChange =
      std::function<absl::Status(const v1::Release& release, absl::Time now, v1::Finding& finding)>;
  // Changes the finding that the request names by its `name` and `etag`, and counts its release
  // anew.
  template <class Request>
  Task<absl::Status> ChangeStances(rpc::CallContext& context, const Request& request,
                                   const StanceChange& change, v1::Finding& response);
  // Fills in numbers and quotes; quotes that `before` had stay as they are.
  Task<absl::Status> FillIn(rpc::CallContext& context, storage::Transaction& txn,
                            const v1::Release& release, const v1::Finding& before,
                            v1::Finding& finding);
  // FAILED_PRECONDITION (QUOTE_NOT_CLEARED), PERMISSION_DENIED when the caller may not read it.
  Task<absl::Status> ClearQuote(rpc::CallContext& context, const SourceWords& words,
                                v1::FindingQuote& quote);
  Task<absl::StatusOr<v1::Release>> ReleaseOfFinding(storage::Transaction& txn,
                                                     const std::string& finding);

  ReleaseRecords& records_;
  const ReleaseTables& tables_;
};

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_SERVICE_FINDING_HANDLERS_H_
