#include "common/base/worker_thread.h"

namespace weft {

WorkerThread::WorkerThread() : thread_([this] { Loop(); }) {}

WorkerThread::~WorkerThread() {
  {
    absl::MutexLock lock(&mutex_);
    ends_ = true;
  }
  thread_.join();
}

void WorkerThread::Add(Slice& slice) {
  absl::MutexLock lock(&mutex_);
  queue_.push_back(&slice);
}

void WorkerThread::Loop() {
  for (;;) {
    Slice* slice = nullptr;
    {
      absl::MutexLock lock(&mutex_);
      const auto has_work = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
        return ends_ || !queue_.empty();
      };
      mutex_.Await(absl::Condition(&has_work));
      if (queue_.empty()) return;
      slice = queue_.front();
      queue_.pop_front();
    }
    slice->work_();
    // From here on it may be gone.
    slice->executor_.Post(*slice);
  }
}

}  // namespace weft
