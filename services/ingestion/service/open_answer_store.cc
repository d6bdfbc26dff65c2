#include "services/ingestion/service/open_answer_store.h"

#include <memory>
#include <optional>
#include <utility>

#include "common/base/status_macros.h"
#include "services/ingestion/domain/open_answers.h"

namespace weft::ingestion {

Task<absl::Status> MutateOpenAnswer(rpc::CallContext& context, const storage::Database& db,
                                    const Tables& tables, const google::protobuf::Message& request,
                                    std::string name, v1::OpenAnswer& response,
                                    service::MutationBody body) {
  std::optional<v1::OpenAnswer> words;
  auto without_words = [&](storage::Transaction& txn) -> Task<absl::Status> {
    absl::Status status = co_await body(txn);
    words = TakeWords(response);
    co_return status;
  };
  absl::Status status = co_await service::Mutate(context, db, request, response, without_words);
  WEFT_CO_RETURN_IF_ERROR(std::move(status));
  if (!words.has_value()) {
    std::shared_ptr<storage::Snapshot> snapshot = db.engine.GetSnapshot();
    absl::StatusOr<std::optional<v1::OpenAnswer>> stored =
        co_await tables.open_answers.Find(*snapshot, std::move(name));
    WEFT_CO_RETURN_IF_ERROR(stored.status());
    words = stored->has_value() ? **std::move(stored) : v1::OpenAnswer();
  }
  PutWords(*std::move(words), response);
  co_return absl::OkStatus();
}

}  // namespace weft::ingestion
