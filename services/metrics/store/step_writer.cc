#include "services/metrics/store/step_writer.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "common/base/status_macros.h"
#include "common/storage/transaction.h"
#include "services/metrics/store/applier.h"
#include "services/metrics/store/rows.h"

namespace weft::metrics {
namespace {

using store::v1::FollowerState;
using type::v1::Change;
using type::v1::WatchResponse;

std::vector<const Change*> ChangesOf(const WatchResponse& message) {
  std::vector<const Change*> changes;
  for (const Change& change : message.snapshot().changes()) changes.push_back(&change);
  for (const auto& batch : message.changes().batches()) {
    for (const Change& change : batch.changes()) changes.push_back(&change);
  }
  return changes;
}

}  // namespace

Task<absl::StatusOr<StepWriter::Written>> StepWriter::Write(const WatchResponse& message) {
  storage::Transaction txn(db_);
  // The commit stands on the state before, and with it on all that was written until then.
  absl::StatusOr<std::optional<storage::Entry>> before = co_await txn.Get(FollowerKey(feed_));
  WEFT_CO_RETURN_IF_ERROR(before.status());
  FollowerState state;
  storage::Position written_at;
  if (before->has_value()) {
    WEFT_CO_RETURN_IF_ERROR(ParseRow(**before, state));
    written_at = txn.snapshot().PositionOf(**before);
  }
  // What is in memory is what is stored, if the last step came to be and is still the last one.
  if (written_at.empty() || !(written_at == last_)) cache_.Clear();
  last_ = storage::Position();

  const FollowerState::Phase phase = state.phase();
  if (message.has_snapshot()) state.set_phase(FollowerState::PHASE_SNAPSHOT);
  if (message.has_snapshot_end()) state.set_phase(FollowerState::PHASE_FOLLOWING);
  Written written;
  const bool moves = message.resume_position() != state.position() || !before->has_value() ||
                     state.phase() != phase;
  if (!moves) {
    last_ = written_at;
    written.state = std::move(state);
    co_return written;
  }

  Applier applier(txn, cache_);
  const std::vector<const Change*> changes = ChangesOf(message);
  absl::Status fetched = co_await applier.Prefetch(changes);
  WEFT_CO_RETURN_IF_ERROR(std::move(fetched));
  for (const Change* change : changes) {
    absl::Status applied = co_await applier.Apply(*change);
    WEFT_CO_RETURN_IF_ERROR(std::move(applied));
  }
  absl::Status finished = co_await applier.Finish();
  WEFT_CO_RETURN_IF_ERROR(std::move(finished));

  state.set_position(message.resume_position());
  state.set_layout(kLayout);
  txn.Put(FollowerKey(feed_), state.SerializeAsString());
  absl::StatusOr<storage::Position> committed = co_await txn.Commit();
  WEFT_CO_RETURN_IF_ERROR(committed.status());
  last_ = *committed;
  written.state = std::move(state);
  written.waves = applier.changed_waves();
  written.sites = applier.changed_sites();
  written.labels = applier.changed_labels();
  co_return written;
}

}  // namespace weft::metrics
