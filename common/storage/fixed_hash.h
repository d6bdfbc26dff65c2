// A 64-bit hash that is the same in every process and version, for what is stored or leaves the
// process: etags, page tokens, request fingerprints. Not for secrets.
#ifndef WEFT_COMMON_STORAGE_FIXED_HASH_H_
#define WEFT_COMMON_STORAGE_FIXED_HASH_H_

#include <cstdint>

#include "absl/strings/string_view.h"

namespace weft::storage {

// XXH64 (xxhash.com) of the bytes.
uint64_t FixedHash(absl::string_view bytes, uint64_t seed = 0);

}  // namespace weft::storage

#endif  // WEFT_COMMON_STORAGE_FIXED_HASH_H_
