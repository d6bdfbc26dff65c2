#include "services/ingestion/service/wave_context.h"

#include <utility>

#include "common/base/status_macros.h"
#include "services/ingestion/domain/wave_rules.h"
#include "weft/ingestion/v1/instrument.pb.h"

namespace weft::ingestion {

Task<absl::StatusOr<WaveContext>> WaveLoader::Load(storage::Reader& reader, std::string wave) {
  WaveContext context;
  absl::StatusOr<v1::Wave> row = co_await tables_.waves.Get(reader, std::move(wave));
  WEFT_CO_ASSIGN_OR_RETURN(context.wave, std::move(row));
  if (context.wave.state() == v1::Wave::STATE_DRAFT) co_return context;
  const auto known = instruments_.find(context.wave.instrument());
  if (known != instruments_.end()) {
    context.instrument = known->second;
    co_return context;
  }
  absl::StatusOr<v1::Instrument> instrument =
      co_await tables_.instruments.Get(reader, context.wave.instrument());
  WEFT_CO_RETURN_IF_ERROR(instrument.status());
  context.instrument = std::make_shared<const InstrumentIndex>(*std::move(instrument));
  instruments_[context.wave.instrument()] = context.instrument;
  co_return context;
}

Task<absl::StatusOr<WaveContext>> WaveLoader::LoadOpen(storage::Reader& reader, std::string wave) {
  absl::StatusOr<WaveContext> context = co_await Load(reader, std::move(wave));
  WEFT_CO_RETURN_IF_ERROR(context.status());
  WEFT_CO_RETURN_IF_ERROR(RequireOpen(context->wave));
  co_return context;
}

}  // namespace weft::ingestion
