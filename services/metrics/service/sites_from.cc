#include "services/metrics/service/sites_from.h"

#include "common/base/status_macros.h"
#include "common/storage/keys.h"

namespace weft::metrics {
namespace {

// Not in any store.
constexpr uint16_t kPageKey = 0;

}  // namespace

std::string SitesFrom::ToKey() const {
  return storage::KeyWriter(kPageKey)
      .String(positions.registry())
      .String(positions.ingestion())
      .String(after)
      .Build();
}

absl::StatusOr<SitesFrom> SitesFrom::FromKey(absl::string_view key) {
  storage::KeyReader reader(key);
  SitesFrom from;
  reader.Table();
  from.positions.set_registry(reader.String());
  from.positions.set_ingestion(reader.String());
  from.after = reader.String();
  WEFT_RETURN_IF_ERROR(reader.Finish());
  return from;
}

}  // namespace weft::metrics
