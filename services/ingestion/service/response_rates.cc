#include "services/ingestion/service/response_rates.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/executor.h"
#include "common/base/status_macros.h"
#include "common/rpc/status.h"
#include "common/service/feed_filter.h"
#include "common/service/feed_wire.h"
#include "weft/type/v1/change.pb.h"

namespace weft::ingestion {
namespace {

// Other calls wait while a page is counted.
constexpr size_t kPageSize = 250;

// Whether `name` is that of a resource directly under `collection`, "waves/w1/roster/".
bool IsIn(absl::string_view collection, absl::string_view name) {
  return absl::ConsumePrefix(&name, collection) && !absl::StrContains(name, '/');
}

// Puts a change of `wave` into the book; others are passed over without being parsed. OUT_OF_RANGE
// when the wave must be counted anew.
absl::Status ApplyRecord(const std::string& record, const storage::Position& position,
                         const std::string& wave, ResponseRateBook& book) {
  const std::optional<service::RecordKey> key = service::PeekRecord(record);
  if (!key.has_value()) return service::FeedCorrupt(position);
  if (!absl::StartsWith(key->name, wave)) return absl::OkStatus();
  const bool entry = IsIn(absl::StrCat(wave, "/roster/"), key->name);
  if (!entry && !IsIn(absl::StrCat(wave, "/responses/"), key->name)) return absl::OkStatus();
  type::v1::Change change;
  v1::RosterEntry roster_entry;
  v1::Response response;
  if (!change.ParseFromString(record)) return service::FeedCorrupt(position);
  // The book has no way to take a site out.
  if (change.kind() == type::v1::Change::KIND_DELETED) {
    return absl::OutOfRangeError("a row of the wave is gone");
  }
  if (!(entry ? change.resource().UnpackTo(&roster_entry)
              : change.resource().UnpackTo(&response))) {
    return service::FeedCorrupt(position);
  }
  if (entry) {
    book.SetEntry(roster_entry);
  } else {
    book.SetResponse(response);
  }
  return absl::OkStatus();
}

}  // namespace

Task<absl::StatusOr<v1::ResponseRate>> ResponseRates::Get(rpc::CallContext& context,
                                                          std::string wave, std::string cohort) {
  std::shared_ptr<Wave> counted = Find(wave);
  absl::Status followed = co_await Count(context, *counted);
  WEFT_CO_RETURN_IF_ERROR(std::move(followed));
  followed = co_await CatchUp(context, *counted);
  if (absl::IsOutOfRange(followed) || absl::IsFailedPrecondition(followed)) {
    // What the feed cannot tell is counted again.
    waves_.remove(counted);
    counted = Find(wave);
    followed = co_await Count(context, *counted);
    WEFT_CO_RETURN_IF_ERROR(std::move(followed));
    followed = co_await CatchUp(context, *counted);
  }
  WEFT_CO_RETURN_IF_ERROR(std::move(followed));
  Hold(counted);
  co_return counted->book.Rate(cohort);
}

std::shared_ptr<ResponseRates::Wave> ResponseRates::Find(const std::string& name) {
  for (const std::shared_ptr<Wave>& held : waves_) {
    if (held->name == name) return held;
  }
  auto wave = std::make_shared<Wave>();
  wave->name = name;
  wave->position = db_.engine.head();
  waves_.push_front(wave);
  return wave;
}

Task<absl::Status> ResponseRates::Count(rpc::CallContext& context, Wave& wave) {
  while (wave.stage != Wave::kCounted) {
    std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
    absl::Status read;
    if (wave.stage == Wave::kRoster) {
      read = co_await CountPage(*snapshot, tables_.roster, wave, &ResponseRateBook::SetEntry);
    } else {
      read = co_await CountPage(*snapshot, tables_.responses, wave, &ResponseRateBook::SetResponse);
    }
    WEFT_CO_RETURN_IF_ERROR(std::move(read));
    // A large wave takes a while; others get their turn.
    co_await Yield(context.executor());
    if (context.cancelled()) co_return rpc::Stopped(context);
  }
  co_return absl::OkStatus();
}

template <class T, class Set>
Task<absl::Status> ResponseRates::CountPage(storage::Reader& reader, const storage::Table<T>& table,
                                            Wave& wave, Set set) {
  const Wave::Stage stage = wave.stage;
  storage::PageRequest page{.limit = kPageSize, .after = wave.after};
  absl::StatusOr<storage::Page<T>> rows = co_await table.List(reader, wave.name, page);
  WEFT_CO_RETURN_IF_ERROR(rows.status());
  // Another call may have come further meanwhile.
  if (wave.stage != stage || wave.after != page.after) co_return absl::OkStatus();
  for (const T& row : rows->rows) (wave.book.*set)(row);
  wave.after = std::move(rows->next_key);
  if (wave.after.empty()) wave.stage = stage == Wave::kRoster ? Wave::kResponses : Wave::kCounted;
  co_return absl::OkStatus();
}

Task<absl::Status> ResponseRates::CatchUp(rpc::CallContext& context, Wave& wave) {
  for (;;) {
    const storage::Position after = wave.position;
    const storage::FeedLimits limits;
    absl::StatusOr<storage::FeedPage> page = co_await db_.engine.ReadFeed(after, limits);
    WEFT_CO_RETURN_IF_ERROR(page.status());
    // Another call may have come further meanwhile; the last change must stay the last.
    if (wave.position != after) continue;
    for (const auto& commit : page->commits) {
      for (const std::string& record : commit->changes) {
        WEFT_CO_RETURN_IF_ERROR(ApplyRecord(record, commit->position, wave.name, wave.book));
      }
    }
    wave.position = page->end;
    if (page->caught_up) co_return absl::OkStatus();
    co_await Yield(context.executor());
    if (context.cancelled()) co_return rpc::Stopped(context);
  }
}

void ResponseRates::Hold(const std::shared_ptr<Wave>& wave) {
  const auto held = std::find(waves_.begin(), waves_.end(), wave);
  // Let go of while it was counted.
  if (held == waves_.end()) return;
  waves_.splice(waves_.begin(), waves_, held);
  while (waves_.size() > 1 && sites() > max_sites_) waves_.pop_back();
}

size_t ResponseRates::sites() const {
  size_t sites = 0;
  for (const std::shared_ptr<Wave>& wave : waves_) sites += wave->book.size();
  return sites;
}

}  // namespace weft::ingestion
