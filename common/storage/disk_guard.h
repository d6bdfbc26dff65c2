// Keeps a store off the end of its disk. Writes are refused while there is less room than a
// reserve, so that what was acknowledged can still be flushed and compacted, and reads go on; a
// ballast file inside that reserve is given up when other programs have filled the disk anyway.
#ifndef WEFT_COMMON_STORAGE_DISK_GUARD_H_
#define WEFT_COMMON_STORAGE_DISK_GUARD_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "common/storage/disk_space.h"

namespace weft::storage {

// In the data directory. An operator may delete it too, to have room for a rescue.
inline constexpr char kBallastFile[] = "BALLAST";

// For one thread at a time.
class DiskGuard {
 public:
  // The reserve is `reserve_bytes`, but at most a twentieth of the disk, so that small ones are
  // usable. 0 guards nothing.
  DiskGuard(std::string directory, uint64_t reserve_bytes, DiskSpaceProbe probe);

  // OK, or RESOURCE_EXHAUSTED (STORAGE_FULL) when a write must be refused now. Once refused, writes
  // are taken again when a quarter more than the reserve is free. Restores the ballast when there
  // is room for it. A disk that cannot be asked is not refused: the write itself will tell.
  absl::Status Check();

  // The disk is full in spite of the reserve: makes room for the database to go on.
  void GiveUpBallast();

 private:
  void RestoreBallast();

  const std::string directory_;
  const std::string ballast_;
  const uint64_t reserve_bytes_;
  const DiskSpaceProbe probe_;
  uint64_t ballast_bytes_ = 0;  // of the file, 0 while there is none
  bool refusing_ = false;
};

}  // namespace weft::storage

#endif  // WEFT_COMMON_STORAGE_DISK_GUARD_H_
