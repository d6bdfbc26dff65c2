#include "services/metrics/service/column_cache.h"

#include <algorithm>
#include <utility>

#include "common/base/executor.h"
#include "common/base/status_macros.h"
#include "common/rpc/status.h"
#include "services/metrics/store/keys.h"
#include "services/metrics/store/rows.h"

namespace weft::metrics {
namespace {

constexpr size_t kRowsAtOnce = 512;

}  // namespace

ColumnCache::Lease::Lease(ColumnCache& cache, std::shared_ptr<Wave> wave, std::string id)
    : cache_(cache), wave_(std::move(wave)), id_(std::move(id)) {
  wave_->leased = true;
}

ColumnCache::Lease::~Lease() {
  wave_->leased = false;
  // Nothing came of it: there may be no such wave.
  if (!wave_->columns.has_value()) {
    const auto kept = cache_.waves_.find(id_);
    if (kept != cache_.waves_.end() && kept->second == wave_) cache_.waves_.erase(kept);
  }
  cache_.idle_.NotifyAll();
}

const SiteColumns& ColumnCache::Lease::columns() const { return *wave_->columns; }

Task<absl::Status> ColumnCache::Lease::Refresh(rpc::CallContext& context, storage::Reader& snapshot,
                                               int types) {
  Wave& wave = *wave_;
  if (wave.types != types) wave.columns.reset();
  wave.types = types;
  // What changes from here on is noted anew.
  std::vector<std::string> stale(wave.stale.begin(), wave.stale.end());
  wave.stale.clear();
  absl::Status read;
  const bool anew = !wave.columns.has_value();
  if (!anew) {
    read = co_await ReadAgain(snapshot, std::move(stale));
  } else {
    wave.columns.emplace(types);
    read = co_await ReadAll(context, snapshot);
  }
  if (!read.ok()) {
    // Half of it is of one state and half of another.
    wave.columns.reset();
    co_return read;
  }
  if (anew) cache_.MakeRoom(wave);
  co_return absl::OkStatus();
}

Task<absl::Status> ColumnCache::Lease::ReadAll(rpc::CallContext& context,
                                               storage::Reader& snapshot) {
  std::string after;
  do {
    absl::StatusOr<SitePage> page =
        co_await ReadSites(snapshot, id_, SiteFilter(), std::move(after), kRowsAtOnce);
    WEFT_CO_RETURN_IF_ERROR(page.status());
    for (const store::v1::SiteRecord& site : page->sites) wave_->columns->Set(site);
    after = std::move(page->next_after);
    // A large wave takes a while; others get their turn.
    co_await Yield(context.executor());
    if (context.cancelled()) co_return rpc::Stopped(context);
  } while (!after.empty());
  co_return absl::OkStatus();
}

Task<absl::Status> ColumnCache::Lease::ReadAgain(storage::Reader& snapshot,
                                                 std::vector<std::string> sites) {
  for (size_t begin = 0; begin < sites.size(); begin += kRowsAtOnce) {
    const size_t end = std::min(begin + kRowsAtOnce, sites.size());
    std::vector<std::string> keys;
    keys.reserve(end - begin);
    for (size_t i = begin; i < end; ++i) keys.push_back(SiteKeyOf(id_, IdOfName(sites[i])));
    absl::StatusOr<std::vector<std::optional<storage::Entry>>> rows =
        co_await snapshot.GetMany(std::move(keys));
    WEFT_CO_RETURN_IF_ERROR(rows.status());
    for (size_t i = begin; i < end; ++i) {
      const std::optional<storage::Entry>& entry = (*rows)[i - begin];
      if (!entry.has_value()) {
        wave_->columns->Erase(sites[i]);
        continue;
      }
      store::v1::SiteRow row;
      WEFT_CO_RETURN_IF_ERROR(ParseRow(*entry, row));
      wave_->columns->Set(row.record());
    }
  }
  co_return absl::OkStatus();
}

std::unique_ptr<ColumnCache::Lease> ColumnCache::TryLease(absl::string_view wave) {
  std::shared_ptr<Wave>& kept = waves_[wave];
  if (kept == nullptr) kept = std::make_shared<Wave>();
  if (kept->leased) return nullptr;
  kept->last_used = ++uses_;
  return std::make_unique<Lease>(*this, kept, std::string(wave));
}

void ColumnCache::NoteChanged(absl::string_view wave, const std::vector<std::string>& sites) {
  const auto found = waves_.find(wave);
  if (found != waves_.end()) found->second->stale.insert(sites.begin(), sites.end());
}

void ColumnCache::MakeRoom(const Wave& used) {
  const auto size = [](const Wave& wave) {
    return wave.columns.has_value() ? wave.columns->bytes() : 0;
  };
  size_t bytes = 0;
  for (const auto& [id, wave] : waves_) bytes += size(*wave);
  while (bytes > kMaxBytes) {
    auto oldest = waves_.end();
    for (auto wave = waves_.begin(); wave != waves_.end(); ++wave) {
      if (wave->second.get() == &used || wave->second->leased) continue;
      if (oldest == waves_.end() || wave->second->last_used < oldest->second->last_used) {
        oldest = wave;
      }
    }
    if (oldest == waves_.end()) return;
    bytes -= size(*oldest->second);
    waves_.erase(oldest);
  }
}

}  // namespace weft::metrics
