// Reading the read model.
#ifndef WEFT_SERVICES_METRICS_STORE_ROWS_H_
#define WEFT_SERVICES_METRICS_STORE_ROWS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/status_macros.h"
#include "common/base/task.h"
#include "common/storage/engine.h"
#include "google/protobuf/message_lite.h"
#include "services/metrics/domain/aggregate.h"
#include "services/metrics/domain/wave_view.h"
#include "services/metrics/store/keys.h"
#include "weft/metrics/store/v1/read_model.pb.h"
#include "weft/metrics/v1/metrics.pb.h"

namespace weft::metrics {

// DATA_LOSS (ROW_CORRUPT) when the entry is no such message.
absl::Status ParseRow(const storage::Entry& entry, google::protobuf::MessageLite& row);

// The row under `key`, or nullopt.
template <class T>
Task<absl::StatusOr<std::optional<T>>> FindRow(storage::Reader& reader, std::string key) {
  absl::StatusOr<std::optional<storage::Entry>> entry = co_await reader.Get(std::move(key));
  WEFT_CO_RETURN_IF_ERROR(entry.status());
  std::optional<T> row;
  if (entry->has_value()) WEFT_CO_RETURN_IF_ERROR(ParseRow(**entry, row.emplace()));
  co_return row;
}

// The wave with its instrument and taxonomy, as far as they are known. nullopt when the wave is
// not.
Task<absl::StatusOr<std::optional<WaveFrame>>> ReadFrame(storage::Reader& reader, std::string wave);

// The parts of one aggregate.
Task<absl::StatusOr<Aggregate>> ReadAggregate(storage::Reader& reader, std::string wave,
                                              std::string cohort, v1::ReviewFloor floor,
                                              std::vector<uint32_t> parts);

// Which of a wave's sites; without anything said, those that are invited.
struct SiteFilter {
  // Only sites that were in this cohort, by its name; "" for all that are invited.
  std::string cohort;
  // Only sites that are counted at this floor; unspecified for all.
  v1::ReviewFloor counted_at = v1::REVIEW_FLOOR_UNSPECIFIED;
};

struct SitePage {
  std::vector<store::v1::SiteRecord> sites;
  // The id to go on after; "" at the end of the wave.
  std::string next_after;
};

// Those of the wave's next `rows` sites after `after` (an id, or "") that the filter wants, in name
// order.
Task<absl::StatusOr<SitePage>> ReadSites(storage::Reader& reader, std::string wave,
                                         SiteFilter filter, std::string after, size_t rows);

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_STORE_ROWS_H_
