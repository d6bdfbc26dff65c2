#include "services/registry/service/organization_search_index.h"

#include <algorithm>
#include <chrono>
#include <compare>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/service/feed_filter.h"
#include "common/service/feed_wire.h"
#include "services/registry/domain/names.h"
#include "weft/type/v1/change.pb.h"

namespace weft::registry {
namespace {

using text_index::Stop;

// After this many pages of other resources the position is written down, so that a start has little
// to pass over.
constexpr size_t kMaxPagesUnwritten = 20;
// Commits that come meanwhile are indexed together. Searches need not wait for it.
constexpr absl::Duration kGather = absl::Milliseconds(250);
constexpr absl::Duration kRetry = absl::Seconds(5);
// What a clock can be added to.
constexpr absl::Duration kMaxPatience = absl::Hours(24);
// Whoever waits for another's step looks up from time to time.
constexpr absl::Duration kLook = absl::Milliseconds(100);

// What becomes of a row; DATA_LOSS (FEED_CORRUPT) is its reader's to tell.
absl::StatusOr<OrganizationChange> ReadChange(const std::string& name, const std::string& bytes,
                                              bool is_record, const storage::Position& position) {
  OrganizationChange change{name, std::nullopt};
  if (!is_record) {
    if (!change.organization.emplace().ParseFromString(bytes)) {
      return Error(absl::StatusCode::kInternal, "ROW_CORRUPT",
                   absl::StrCat("the row of \"", name, "\" does not parse"));
    }
    return change;
  }
  type::v1::Change record;
  if (!record.ParseFromString(bytes)) return service::FeedCorrupt(position);
  if (record.kind() == type::v1::Change::KIND_DELETED) return change;
  if (!record.resource().UnpackTo(&change.organization.emplace())) {
    return service::FeedCorrupt(position);
  }
  return change;
}

}  // namespace

Task<absl::Status> OrganizationSearchIndex::Run(rpc::CallContext& context) {
  while (!context.stopping()) {
    if (HasAllOf(db_.engine.head())) {
      service::FeedPause more(context, db_.engine.feed_signal(), state_.position,
                              absl::InfiniteDuration());
      pause_ = &more;
      co_await more;
      pause_ = nullptr;
      co_await rpc::Sleep(context, kGather);
      continue;
    }
    // What it failed at is told to who searches; a full disk may have room again, and one that
    // damages what is written is not kept busy.
    const absl::Status stepped = co_await StepAlone(context, absl::InfiniteDuration());
    if (!stepped.ok()) co_await rpc::Sleep(context, kRetry);
  }
  co_return absl::OkStatus();
}

Task<absl::Status> OrganizationSearchIndex::CatchUp(rpc::CallContext& context) {
  using Clock = std::chrono::steady_clock;
  const storage::Position head = db_.engine.head();
  const Clock::time_point end =
      Clock::now() + absl::ToChronoNanoseconds(std::min(options_.patience, kMaxPatience));
  bool found_damage = false;
  while (!HasAllOf(head)) {
    if (context.cancelled()) co_return rpc::Stopped(context);
    const absl::Duration left =
        std::max(absl::ZeroDuration(), absl::FromChrono(end - Clock::now()));
    absl::Status stepped = co_await StepAlone(context, left);
    if (absl::IsDataLoss(stepped) && !found_damage) {
      found_damage = true;
      continue;
    }
    WEFT_CO_RETURN_IF_ERROR(std::move(stepped));
    if (Clock::now() >= end && !HasAllOf(head)) co_return Behind();
  }
  co_return absl::OkStatus();
}

bool OrganizationSearchIndex::HasAllOf(const storage::Position& head) const {
  if (!opened_ || damaged_ || !state_.complete) return false;
  const std::optional<std::strong_ordering> order = storage::Compare(state_.position, head);
  return order.has_value() && std::is_gteq(*order);
}

absl::Status OrganizationSearchIndex::Open() {
  if (index_ != nullptr) return absl::OkStatus();
  WEFT_ASSIGN_OR_RETURN(index_, OrganizationIndex::Open(options_.path));
  return absl::OkStatus();
}

void OrganizationSearchIndex::SetDamaged() {
  damaged_ = true;
  if (pause_ != nullptr) pause_->End();
}

absl::Status OrganizationSearchIndex::Behind() const {
  return WithRetryAfter(
      Error(absl::StatusCode::kUnavailable, "SEARCH_INDEX_BEHIND",
            absl::StrCat("the search index is being ",
                         state_.complete ? "brought up to date" : "made", " and has ", size_,
                         " organizations so far; try again in a moment"),
            {{"organizations", absl::StrCat(size_)}}),
      absl::Seconds(2));
}

Task<absl::Status> OrganizationSearchIndex::StepAlone(rpc::CallContext& context,
                                                      absl::Duration patience) {
  if (stepping_) {
    co_await stepped_.Wait(context, std::min(patience, kLook));
    co_return absl::OkStatus();
  }
  stepping_ = true;
  absl::Status stepped = co_await Step(context);
  stepping_ = false;
  stepped_.NotifyAll();
  // Also a record of the feed that cannot be read: the rows have what it said.
  if (absl::IsDataLoss(stepped)) SetDamaged();
  co_return stepped;
}

Task<absl::Status> OrganizationSearchIndex::Step(rpc::CallContext& context) {
  if (damaged_) {
    absl::Status begun = co_await StartOver(context);
    co_return begun;
  }
  if (!opened_) {
    std::function<absl::StatusOr<IndexState>(OrganizationIndex&, const Stop&)> read =
        [](OrganizationIndex& index, const Stop&) { return index.state(); };
    absl::StatusOr<IndexState> state = co_await Ask<IndexState>(context, std::move(read));
    WEFT_CO_RETURN_IF_ERROR(state.status());
    state_ = *std::move(state);
    opened_ = true;
  }
  if (state_.position.empty()) {
    state_ = {.position = db_.engine.head(), .complete = false, .after = ""};
  }
  if (!state_.complete) {
    absl::Status added = co_await AddRows(context);
    co_return added;
  }
  absl::Status followed = co_await Follow(context);
  if (absl::IsOutOfRange(followed) || absl::IsFailedPrecondition(followed)) {
    // The feed does not reach back so far, or the store is another one.
    followed = co_await StartOver(context);
  }
  co_return followed;
}

Task<absl::Status> OrganizationSearchIndex::StartOver(rpc::CallContext& context) {
  std::function<absl::StatusOr<bool>(OrganizationIndex&, const Stop&)> reset =
      [](OrganizationIndex& index, const Stop&) -> absl::StatusOr<bool> {
    WEFT_RETURN_IF_ERROR(index.Reset());
    return true;
  };
  // Until that is done nobody asks it; where it fails, it is tried again.
  damaged_ = true;
  absl::StatusOr<bool> done = co_await Ask<bool>(context, std::move(reset));
  WEFT_CO_RETURN_IF_ERROR(done.status());
  damaged_ = false;
  opened_ = true;
  pages_unwritten_ = 0;
  size_ = 0;
  state_ = IndexState();
  co_return absl::OkStatus();
}

Task<absl::Status> OrganizationSearchIndex::AddRows(rpc::CallContext& context) {
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  storage::PageRequest page{.limit = options_.chunk, .after = state_.after};
  absl::StatusOr<storage::StoredPage> rows =
      co_await tables_.organizations.table().ListStored(*snapshot, "", std::move(page));
  WEFT_CO_RETURN_IF_ERROR(rows.status());
  std::vector<RowChange> changes;
  changes.reserve(rows->entries.size());
  for (storage::Entry& entry : rows->entries) {
    changes.push_back({"", std::move(entry.value), false});
  }
  IndexState next = state_;
  next.after = std::move(rows->next_key);
  // The rows are as old as `position` or newer; what has changed meanwhile follows from the feed.
  next.complete = next.after.empty();
  absl::Status applied = co_await Apply(context, std::move(changes), std::move(next));
  co_return applied;
}

Task<absl::Status> OrganizationSearchIndex::Follow(rpc::CallContext& context) {
  const storage::FeedLimits limits;
  absl::StatusOr<storage::FeedPage> page = co_await db_.engine.ReadFeed(state_.position, limits);
  WEFT_CO_RETURN_IF_ERROR(page.status());
  std::vector<RowChange> changes;
  for (const auto& commit : page->commits) {
    for (const std::string& record : commit->changes) {
      const std::optional<service::RecordKey> key = service::PeekRecord(record);
      if (!key.has_value()) co_return service::FeedCorrupt(commit->position);
      if (key->type != tables_.organizations.table().type()) continue;
      changes.push_back({std::string(key->name), record, true});
    }
  }
  IndexState next = state_;
  next.position = page->end;
  if (changes.empty() && ++pages_unwritten_ < kMaxPagesUnwritten) {
    state_ = std::move(next);
    co_return absl::OkStatus();
  }
  absl::Status applied = co_await Apply(context, std::move(changes), std::move(next));
  co_return applied;
}

Task<absl::Status> OrganizationSearchIndex::Apply(rpc::CallContext& context,
                                                  std::vector<RowChange> rows, IndexState state) {
  std::function<absl::StatusOr<int64_t>(OrganizationIndex&, const Stop&)> apply =
      [&rows, &state](OrganizationIndex& index, const Stop& stop) -> absl::StatusOr<int64_t> {
    std::vector<OrganizationChange> changes;
    changes.reserve(rows.size());
    for (const RowChange& row : rows) {
      WEFT_ASSIGN_OR_RETURN(OrganizationChange change,
                            ReadChange(row.name, row.bytes, row.is_record, state.position));
      if (change.organization.has_value()) change.name = change.organization->name();
      changes.push_back(std::move(change));
    }
    WEFT_RETURN_IF_ERROR(index.Apply(changes, state, stop));
    return index.size();
  };
  absl::StatusOr<int64_t> size = co_await Ask<int64_t>(context, std::move(apply));
  WEFT_CO_RETURN_IF_ERROR(size.status());
  size_ = *size;
  state_ = std::move(state);
  pages_unwritten_ = 0;
  co_return absl::OkStatus();
}

}  // namespace weft::registry
