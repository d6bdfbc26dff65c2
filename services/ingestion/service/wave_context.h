// What every write of answers needs to know about its wave, loaded once per call or batch.
#ifndef WEFT_SERVICES_INGESTION_SERVICE_WAVE_CONTEXT_H_
#define WEFT_SERVICES_INGESTION_SERVICE_WAVE_CONTEXT_H_

#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/task.h"
#include "common/storage/engine.h"
#include "services/ingestion/domain/instrument_index.h"
#include "services/ingestion/store/tables.h"
#include "weft/ingestion/v1/wave.pb.h"

namespace weft::ingestion {

struct WaveContext {
  v1::Wave wave;
  // Of the wave's instrument. Null while the wave is a draft: its instrument may not be published.
  std::shared_ptr<const InstrumentIndex> instrument;
};

// Loads waves with their instruments' indexes. A published instrument never changes, so its index
// is kept; waves are read every time, so that in a transaction the wave's state is a precondition
// of the commit. One per server, used on its executor's thread.
class WaveLoader {
 public:
  explicit WaveLoader(const Tables& tables) : tables_(tables) {}

  // NOT_FOUND (WAVE_NOT_FOUND).
  Task<absl::StatusOr<WaveContext>> Load(storage::Reader& reader, std::string wave);
  // The same; FAILED_PRECONDITION (WAVE_NOT_OPEN) unless the wave is open.
  Task<absl::StatusOr<WaveContext>> LoadOpen(storage::Reader& reader, std::string wave);

 private:
  const Tables& tables_;
  absl::flat_hash_map<std::string, std::shared_ptr<const InstrumentIndex>> instruments_;
};

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_SERVICE_WAVE_CONTEXT_H_
