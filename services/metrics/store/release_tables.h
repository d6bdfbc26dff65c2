// What is kept of releases, and under which keys: in an engine of its own, because unlike the read
// model it cannot be built again. docs/storage-keys.md lists the same table ids (70 to 79 are
// ours); they are on disk: never reuse or renumber one.
#ifndef WEFT_SERVICES_METRICS_STORE_RELEASE_TABLES_H_
#define WEFT_SERVICES_METRICS_STORE_RELEASE_TABLES_H_

#include "common/storage/table.h"
#include "weft/metrics/store/v1/releases.pb.h"
#include "weft/metrics/v1/release.pb.h"

namespace weft::metrics {

// Index of releases: the key is the wave's name.
inline constexpr char kByWave[] = "wave";

struct ReleaseTables {
  ReleaseTables();

  const storage::Table<v1::Release> releases;
  const storage::Table<v1::Finding> findings;
  const storage::Table<store::v1::ReleasePin> pins;
  const storage::Table<v1::Publication> publications;
};

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_STORE_RELEASE_TABLES_H_
