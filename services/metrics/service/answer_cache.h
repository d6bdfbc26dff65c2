// Answers in their wire form, kept for as long as nothing has changed that they were computed from.
//
// An answer is in two pieces: its content, which holds until its wave changes, and what is added
// behind it, which says how far the feeds have been read and so changes with every commit of
// either. A message may be sent in such pieces: parsers merge what belongs together.
//
// Bounded by bytes; what was not asked for the longest goes first. On the executor's thread.
#ifndef WEFT_SERVICES_METRICS_SERVICE_ANSWER_CACHE_H_
#define WEFT_SERVICES_METRICS_SERVICE_ANSWER_CACHE_H_

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"

namespace weft::metrics {

// A state of the read model, as far as an answer depends on it.
struct AnswerState {
  // Another one with every change of the wave.
  uint64_t version = 0;
  // Another one whenever the feeds have been read further.
  uint64_t progress = 0;
};

class AnswerCache {
 public:
  using Bytes = std::shared_ptr<const std::string>;

  explicit AnswerCache(size_t max_bytes) : max_bytes_(max_bytes) {}
  AnswerCache(const AnswerCache&) = delete;
  AnswerCache& operator=(const AnswerCache&) = delete;

  // The whole answer that is kept under `key`; null when there is none of this version. `addition`
  // is asked for what belongs behind the content when the feeds have been read further since.
  Bytes Find(absl::string_view key, const AnswerState& state,
             absl::FunctionRef<std::string()> addition);

  // Keeps content and addition under `key`, unless they alone take more than a quarter of the room.
  // The whole answer.
  Bytes Put(absl::string_view key, const AnswerState& state, std::string content,
            absl::string_view addition);

  size_t bytes() const { return bytes_; }

 private:
  struct Answer {
    std::string key;
    AnswerState state;
    size_t content_size = 0;
    Bytes whole;

    size_t size() const;
  };
  using Answers = std::list<Answer>;

  void Drop(Answers::iterator answer);

  const size_t max_bytes_;
  size_t bytes_ = 0;
  // The last asked for first.
  Answers answers_;
  // The keys are those of the answers.
  absl::flat_hash_map<absl::string_view, Answers::iterator> by_key_;
};

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_SERVICE_ANSWER_CACHE_H_
