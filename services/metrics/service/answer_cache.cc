#include "services/metrics/service/answer_cache.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace weft::metrics {
namespace {

// What an answer takes beside its key and its bytes, roughly.
constexpr size_t kOverhead = 256;

}  // namespace

size_t AnswerCache::Answer::size() const { return key.size() + whole->size() + kOverhead; }

AnswerCache::Bytes AnswerCache::Find(absl::string_view key, const AnswerState& state,
                                     absl::FunctionRef<std::string()> addition) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return nullptr;
  const Answers::iterator answer = found->second;
  if (answer->state.version != state.version) {
    Drop(answer);
    return nullptr;
  }
  if (answer->state.progress != state.progress) {
    bytes_ -= answer->size();
    answer->whole = std::make_shared<const std::string>(absl::StrCat(
        absl::string_view(*answer->whole).substr(0, answer->content_size), addition()));
    bytes_ += answer->size();
    answer->state = state;
  }
  answers_.splice(answers_.begin(), answers_, answer);
  return answer->whole;
}

AnswerCache::Bytes AnswerCache::Put(absl::string_view key, const AnswerState& state,
                                    std::string content, absl::string_view addition) {
  const auto before = by_key_.find(key);
  if (before != by_key_.end()) Drop(before->second);
  Answer answer;
  answer.key = std::string(key);
  answer.state = state;
  answer.content_size = content.size();
  content.append(addition.data(), addition.size());
  answer.whole = std::make_shared<const std::string>(std::move(content));
  Bytes whole = answer.whole;
  if (answer.size() > max_bytes_ / 4) return whole;
  bytes_ += answer.size();
  answers_.push_front(std::move(answer));
  by_key_[answers_.front().key] = answers_.begin();
  while (bytes_ > max_bytes_) Drop(std::prev(answers_.end()));
  return whole;
}

void AnswerCache::Drop(Answers::iterator answer) {
  bytes_ -= answer->size();
  by_key_.erase(answer->key);
  answers_.erase(answer);
}

}  // namespace weft::metrics
