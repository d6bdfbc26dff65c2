#include "common/storage/open_engine.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/storage/local_engine.h"
#include "common/storage/memory_store.h"
#include "common/storage/rocksdb_store.h"

namespace weft::storage {
namespace {

absl::StatusOr<std::unique_ptr<LocalStore>> OpenStore(const EngineOptions& options) {
  if (options.kind == "memory") return MakeMemoryStore();
  if (options.kind == "rocksdb") return OpenRocksDbStore(options);
  return Error(absl::StatusCode::kInvalidArgument, "STORAGE_ENGINE_UNKNOWN",
               absl::StrCat("there is no storage engine \"", options.kind,
                            "\"; choose \"rocksdb\" or \"memory\""),
               {{"engine", options.kind}});
}

}  // namespace

absl::StatusOr<std::unique_ptr<Engine>> OpenEngine(const EngineOptions& options,
                                                   Executor& executor) {
  WEFT_ASSIGN_OR_RETURN(std::unique_ptr<LocalStore> store, OpenStore(options));
  return std::make_unique<LocalEngine>(std::move(store), options, executor);
}

}  // namespace weft::storage
