// A LocalStore in memory: for tests, demonstrations, and as the model of the others.
#ifndef WEFT_COMMON_STORAGE_MEMORY_STORE_H_
#define WEFT_COMMON_STORAGE_MEMORY_STORE_H_

#include <memory>

#include "common/storage/local_store.h"

namespace weft::storage {

std::unique_ptr<LocalStore> MakeMemoryStore();

}  // namespace weft::storage

#endif  // WEFT_COMMON_STORAGE_MEMORY_STORE_H_
