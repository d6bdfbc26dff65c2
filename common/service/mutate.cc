#include "common/service/mutate.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/service/request_fields.h"
#include "common/service/request_log.h"
#include "common/storage/fixed_hash.h"

namespace weft::service {
namespace {

using google::protobuf::Message;
using storage::Transaction;

constexpr size_t kMaxRequestIdLength = 64;
// One call in so many cleans up behind the log.
constexpr uint64_t kForgetEvery = 32;

absl::Status CheckRequestId(const std::string& id) {
  bool valid = id.size() <= kMaxRequestIdLength;
  for (const char c : id) {
    valid = valid && (absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-');
  }
  return FieldViolations()
      .Require(valid, "request_id", "must have 1 to 64 characters of A-Z, a-z, 0-9 and \"-\"")
      .ToStatus();
}

absl::Status Reused() {
  return FieldViolations()
      .Add("request_id", "was used for another request in the last 24 hours; make up a new one")
      .ToStatus("REQUEST_ID_REUSED");
}

// One call of a writing method.
class Mutation {
 public:
  Mutation(const rpc::CallContext& context, const Message& request, Message& response,
           MutationBody& body)
      : request_(request),
        response_(response),
        body_(body),
        validate_only_(BoolField(request, "validate_only")),
        key_{context.principal().name, std::string(context.method()),
             StringField(request, "request_id")} {}

  const std::string& request_id() const { return key_.request_id; }
  bool validate_only() const { return validate_only_; }
  // Of the first attempt, when this was a repetition.
  const std::optional<storage::Position>& replayed() const { return replayed_; }

  Task<absl::Status> Attempt(Transaction& txn) {
    const bool first = ++attempts_ == 1;
    const bool logged = !key_.request_id.empty() && !validate_only_;
    response_.Clear();
    uint64_t hash = 0;
    if (logged) {
      hash = HashWithout(request_, {"request_id", "validate_only"});
      absl::StatusOr<std::optional<LoggedAnswer>> answer = co_await FindAnswer(txn, key_);
      WEFT_CO_RETURN_IF_ERROR(answer.status());
      if (answer->has_value()) co_return Replay(**answer, hash);
    }
    Task<absl::Status> work = body_(txn);
    absl::Status done = co_await std::move(work);
    WEFT_CO_RETURN_IF_ERROR(std::move(done));
    if (validate_only_) txn.DiscardWrites();
    if (logged) {
      PutAnswer(txn, key_, hash, response_.SerializeAsString());
      // Only at first: those who clean up at the same time conflict, and must not do so for ever.
      if (first && storage::FixedHash(key_.request_id) % kForgetEvery == 0) {
        absl::Status forgotten = co_await ForgetExpired(txn);
        co_return forgotten;
      }
    }
    co_return absl::OkStatus();
  }

 private:
  absl::Status Replay(const LoggedAnswer& answer, uint64_t hash) {
    if (answer.request_hash != hash) return Reused();
    if (!response_.ParseFromString(answer.response)) {
      return Error(absl::StatusCode::kDataLoss, "ROW_CORRUPT",
                   "the answer that is stored for this request_id does not parse");
    }
    replayed_ = answer.position;
    return absl::OkStatus();
  }

  const Message& request_;
  Message& response_;
  MutationBody& body_;
  const bool validate_only_;
  const RequestKey key_;
  int attempts_ = 0;
  std::optional<storage::Position> replayed_;
};

}  // namespace

Task<absl::Status> Mutate(rpc::CallContext& context, const storage::Database& db,
                          const Message& request, Message& response, MutationBody body) {
  Mutation mutation(context, request, response, body);
  WEFT_CO_RETURN_IF_ERROR(CheckRequestId(mutation.request_id()));
  Task<absl::StatusOr<storage::Position>> run = storage::RunInTransaction(
      db, [&mutation](Transaction& txn) { return mutation.Attempt(txn); });
  absl::StatusOr<storage::Position> position = co_await std::move(run);
  WEFT_CO_RETURN_IF_ERROR(position.status());
  if (mutation.replayed().has_value()) *position = *mutation.replayed();
  if (!mutation.validate_only()) context.SetPosition(position->ToString());
  co_return absl::OkStatus();
}

}  // namespace weft::service
