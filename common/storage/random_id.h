// Identifiers that are unique for all time.
#ifndef WEFT_COMMON_STORAGE_RANDOM_ID_H_
#define WEFT_COMMON_STORAGE_RANDOM_ID_H_

#include <cstdint>
#include <string>

namespace weft::storage {

// From the operating system's generator.
uint64_t RandomNumber();
// A random UUID (version 4): "3f1c9a52-7d0e-4b8a-9c64-0e1f2a3b4c5d".
std::string NewUuid();

}  // namespace weft::storage

#endif  // WEFT_COMMON_STORAGE_RANDOM_ID_H_
