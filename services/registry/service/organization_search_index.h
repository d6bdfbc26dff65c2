// Keeps the text index of organizations up to date from the store's own feed, and runs what is
// asked of it on a thread of its own.
//
// The index is derived: it is begun with the rows as they stand, read in chunks, and follows the
// feed from where that began. Each step's changes and how far the index has come are committed
// together, so that a start after a crash goes on where it was; an index that is missing, damaged,
// or so old that the feed does not reach back to it is made anew.
#ifndef WEFT_SERVICES_REGISTRY_SERVICE_ORGANIZATION_SEARCH_INDEX_H_
#define WEFT_SERVICES_REGISTRY_SERVICE_ORGANIZATION_SEARCH_INDEX_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/status_macros.h"
#include "common/base/task.h"
#include "common/base/worker_thread.h"
#include "common/rpc/call_context.h"
#include "common/rpc/status.h"
#include "common/rpc/waits.h"
#include "common/service/feed_pause.h"
#include "common/storage/database.h"
#include "common/storage/engine.h"
#include "common/text_index/stop.h"
#include "services/registry/store/organization_index.h"
#include "services/registry/store/tables.h"

namespace weft::registry {

struct SearchOptions {
  // The index's file; "" keeps it in memory.
  std::string path;
  // How long a call waits for an index that is behind; it goes one step further in any case.
  absl::Duration patience = absl::Seconds(5);
  // Rows in a step of making it.
  size_t chunk = 500;
};

// On the executor's thread.
class OrganizationSearchIndex {
 public:
  OrganizationSearchIndex(const storage::Database& db, const Tables& tables, SearchOptions options)
      : db_(db), tables_(tables), options_(std::move(options)) {}
  OrganizationSearchIndex(const OrganizationSearchIndex&) = delete;
  OrganizationSearchIndex& operator=(const OrganizationSearchIndex&) = delete;

  // For Server::Spawn: keeps the index up to date until the context is stopped.
  Task<absl::Status> Run(rpc::CallContext& context);

  // Waits until the index has everything that was committed before. UNAVAILABLE
  // (SEARCH_INDEX_BEHIND): that takes longer than callers should wait; it goes on meanwhile.
  Task<absl::Status> CatchUp(rpc::CallContext& context);

  // Asks an index that is whole, after CatchUp(): one that is being made anew is waited for, and
  // when it is found to be damaged, that too, and `function` is called once more.
  template <class T>
  Task<absl::StatusOr<T>> AskWhole(
      rpc::CallContext& context,
      std::function<absl::StatusOr<T>(OrganizationIndex&, const text_index::Stop&)> function) {
    for (bool again = false;; again = true) {
      if (!opened_ || damaged_ || !state_.complete) {
        absl::Status caught_up = co_await CatchUp(context);
        WEFT_CO_RETURN_IF_ERROR(std::move(caught_up));
      }
      std::function<absl::StatusOr<T>(OrganizationIndex&, const text_index::Stop&)> once = function;
      absl::StatusOr<T> answer = co_await Ask<T>(context, std::move(once));
      if (again || !absl::IsDataLoss(answer.status())) co_return answer;
    }
  }

  // Calls `function` on the index's thread, with the index as it is. It ends early when the call is
  // cancelled: it passes the Stop on. DATA_LOSS: it is damaged, and about to be made anew.
  template <class T>
  Task<absl::StatusOr<T>> Ask(
      rpc::CallContext& context,
      std::function<absl::StatusOr<T>(OrganizationIndex&, const text_index::Stop&)> function) {
    if (context.cancelled()) co_return rpc::Stopped(context);
    absl::StatusOr<T> answer = absl::UnknownError("not asked");
    {
      StopWhenCancelled stop(context);
      const auto work = [&] {
        const absl::Status opened = Open();
        answer = opened.ok() ? function(*index_, stop.stop()) : absl::StatusOr<T>(opened);
      };
      WorkerThread::Slice slice(worker_, context.executor(), work);
      co_await slice;
    }
    if (absl::IsCancelled(answer.status())) co_return rpc::Stopped(context);
    if (absl::IsDataLoss(answer.status())) SetDamaged();
    co_return answer;
  }

 private:
  // Requests the stop when the call is cancelled. A server that drains lets calls end.
  class StopWhenCancelled final : rpc::Interruptible {
   public:
    explicit StopWhenCancelled(rpc::CallContext& context) : context_(context) {
      context_.SetInterruptible(this);
    }
    ~StopWhenCancelled() { context_.SetInterruptible(nullptr); }
    StopWhenCancelled(const StopWhenCancelled&) = delete;
    StopWhenCancelled& operator=(const StopWhenCancelled&) = delete;

    const text_index::Stop& stop() const { return stop_; }

   private:
    void Interrupt() override {
      if (context_.cancelled()) {
        stop_.Request();
      } else {
        context_.SetInterruptible(this);
      }
    }

    rpc::CallContext& context_;
    text_index::Stop stop_;
  };

  // On the worker's thread: makes sure that there is an index.
  absl::Status Open();
  // Nothing is lost: the next step makes it anew, Run()'s when nobody else's.
  void SetDamaged();
  // Goes one step further: opens the index, or reads a chunk of rows or a page of the feed.
  Task<absl::Status> Step(rpc::CallContext& context);
  // The same for one caller at a time; others wait for it. DATA_LOSS: the step found damage, and
  // the next one begins anew.
  Task<absl::Status> StepAlone(rpc::CallContext& context, absl::Duration patience);
  Task<absl::Status> AddRows(rpc::CallContext& context);
  Task<absl::Status> Follow(rpc::CallContext& context);
  Task<absl::Status> StartOver(rpc::CallContext& context);
  // Applies changed rows, serialized, and those that are gone, with the state they lead to.
  struct RowChange {
    std::string name;
    // A serialized Organization, or a Change that has one.
    std::string bytes;
    bool is_record = false;
  };
  Task<absl::Status> Apply(rpc::CallContext& context, std::vector<RowChange> rows,
                           IndexState state);
  // Whether it is in order and has everything up to there.
  bool HasAllOf(const storage::Position& head) const;
  absl::Status Behind() const;

  const storage::Database db_;
  const Tables& tables_;
  const SearchOptions options_;

  IndexState state_;
  bool opened_ = false;
  bool damaged_ = false;
  bool stepping_ = false;
  // Pages of the feed without an organization, since the position was written down.
  size_t pages_unwritten_ = 0;
  int64_t size_ = 0;
  rpc::Signal stepped_;
  // While Run() waits for the feed.
  service::FeedPause* pause_ = nullptr;

  // The worker's; it ends before what it works on.
  std::unique_ptr<OrganizationIndex> index_;
  WorkerThread worker_;
};

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_SERVICE_ORGANIZATION_SEARCH_INDEX_H_
