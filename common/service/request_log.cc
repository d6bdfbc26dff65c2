#include "common/service/request_log.h"

#include <cstring>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/storage/keys.h"

namespace weft::service {
namespace {

using storage::Entry;
using storage::KeyReader;
using storage::KeyWriter;

// On disk, see docs/storage-keys.md.
constexpr uint16_t kAnswers = 0xff01;
constexpr uint16_t kExpiries = 0xff02;

// Two per remembered answer when every 32nd call looks (see mutate.cc), so that the log shrinks.
constexpr size_t kForgottenAtOnce = 64;

// What is stored: when it expires, the request's hash, the response.
struct Answer {
  uint64_t expires_ms = 0;
  uint64_t request_hash = 0;
  absl::string_view response;
};
constexpr size_t kHeader = 2 * sizeof(uint64_t);

std::string Encode(const Answer& answer) {
  std::string value(kHeader, '\0');
  std::memcpy(value.data(), &answer.expires_ms, sizeof(uint64_t));
  std::memcpy(value.data() + sizeof(uint64_t), &answer.request_hash, sizeof(uint64_t));
  absl::StrAppend(&value, answer.response);
  return value;
}

absl::StatusOr<Answer> Decode(const Entry& entry) {
  if (entry.value.size() < kHeader) {
    const std::string text = storage::KeyToText(entry.key);
    return Error(absl::StatusCode::kDataLoss, "ROW_CORRUPT",
                 absl::StrCat("the answer stored under key \"", text, "\" does not parse"),
                 {{"key", text}});
  }
  Answer answer;
  std::memcpy(&answer.expires_ms, entry.value.data(), sizeof(uint64_t));
  std::memcpy(&answer.request_hash, entry.value.data() + sizeof(uint64_t), sizeof(uint64_t));
  answer.response = absl::string_view(entry.value).substr(kHeader);
  return answer;
}

uint64_t ToMillis(absl::Time time) { return static_cast<uint64_t>(absl::ToUnixMillis(time)); }

std::string AnswerKey(const RequestKey& key) {
  return KeyWriter(kAnswers)
      .String(key.principal)
      .String(key.method)
      .String(key.request_id)
      .Build();
}

std::string ExpiryKey(uint64_t expires_ms, const RequestKey& key) {
  return KeyWriter(kExpiries)
      .Uint64(expires_ms)
      .String(key.principal)
      .String(key.method)
      .String(key.request_id)
      .Build();
}

}  // namespace

Task<absl::StatusOr<std::optional<LoggedAnswer>>> FindAnswer(storage::Transaction& txn,
                                                             RequestKey key) {
  absl::StatusOr<std::optional<Entry>> entry = co_await txn.Get(AnswerKey(key));
  WEFT_CO_RETURN_IF_ERROR(entry.status());
  if (!entry->has_value()) co_return std::optional<LoggedAnswer>();
  WEFT_CO_ASSIGN_OR_RETURN(const Answer answer, Decode(**entry));
  if (answer.expires_ms <= ToMillis(txn.now())) {
    // It is replaced, so its place in the order of expiry goes too.
    txn.Delete(ExpiryKey(answer.expires_ms, key));
    co_return std::optional<LoggedAnswer>();
  }
  co_return std::optional<LoggedAnswer>(LoggedAnswer{
      answer.request_hash, std::string(answer.response), txn.snapshot().PositionOf(**entry)});
}

void PutAnswer(storage::Transaction& txn, const RequestKey& key, uint64_t request_hash,
               absl::string_view response) {
  const uint64_t expires_ms = ToMillis(txn.now() + kRequestIdLifetime);
  txn.Put(AnswerKey(key), Encode({expires_ms, request_hash, response}));
  txn.Put(ExpiryKey(expires_ms, key), "");
}

Task<absl::Status> ForgetExpired(storage::Transaction& txn) {
  const uint64_t now_ms = ToMillis(txn.now());
  // Not through the transaction: another call that forgets the same ones is no conflict yet.
  storage::KeyRange due;
  due.begin = KeyWriter(kExpiries).Build();
  due.end = KeyWriter(kExpiries).Uint64(now_ms + 1).Build();
  const storage::ScanOptions options{.limit = kForgottenAtOnce};
  absl::StatusOr<std::vector<Entry>> expired =
      co_await txn.snapshot().Scan(std::move(due), options);
  WEFT_CO_RETURN_IF_ERROR(expired.status());
  for (Entry& expiry : *expired) {
    KeyReader reader(expiry.key);
    reader.Table();
    reader.Uint64();
    RequestKey key;
    key.principal = reader.String();
    key.method = reader.String();
    key.request_id = reader.String();
    WEFT_CO_RETURN_IF_ERROR(reader.Finish());
    // Read, so that an answer which is stored anew at this moment is not lost.
    std::string answer_key = AnswerKey(key);
    absl::StatusOr<std::optional<Entry>> entry = co_await txn.Get(answer_key);
    WEFT_CO_RETURN_IF_ERROR(entry.status());
    if (entry->has_value()) {
      WEFT_CO_ASSIGN_OR_RETURN(const Answer answer, Decode(**entry));
      if (answer.expires_ms <= now_ms) txn.Delete(std::move(answer_key));
    }
    txn.Delete(std::move(expiry.key));
  }
  co_return absl::OkStatus();
}

}  // namespace weft::service
