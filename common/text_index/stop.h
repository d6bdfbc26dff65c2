// How work on another thread is told that nobody waits for it any more.
#ifndef WEFT_COMMON_TEXT_INDEX_STOP_H_
#define WEFT_COMMON_TEXT_INDEX_STOP_H_

#include <atomic>

namespace weft::text_index {

// From any thread.
class Stop {
 public:
  Stop() = default;
  Stop(const Stop&) = delete;
  Stop& operator=(const Stop&) = delete;

  void Request() { requested_.store(true, std::memory_order_relaxed); }
  bool requested() const { return requested_.load(std::memory_order_relaxed); }

 private:
  std::atomic<bool> requested_{false};
};

}  // namespace weft::text_index

#endif  // WEFT_COMMON_TEXT_INDEX_STOP_H_
