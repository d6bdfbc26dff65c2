// What stores are opened on: where the rows are, and what time it is.
#ifndef WEFT_COMMON_STORAGE_DATABASE_H_
#define WEFT_COMMON_STORAGE_DATABASE_H_

#include "common/base/clock.h"
#include "common/storage/engine.h"

namespace weft::storage {

struct Database {
  Engine& engine;
  const Clock& clock;
};

}  // namespace weft::storage

#endif  // WEFT_COMMON_STORAGE_DATABASE_H_
