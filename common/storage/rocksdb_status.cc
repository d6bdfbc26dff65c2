#include "common/storage/rocksdb_status.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/error.h"

namespace weft::storage {
namespace {

constexpr absl::Duration kRetryAfter = absl::Seconds(1);
// How RocksDB begins the text of that error.
constexpr char kNoSpace[] = "No space left on device";

}  // namespace

absl::Status FromRocksDb(const rocksdb::Status& status, absl::string_view what) {
  if (status.ok()) return absl::OkStatus();
  const std::string detail = absl::StrCat("cannot ", what, ": ", status.ToString());
  // A write that waited for a flush learns of the flush's error as the text of an "incomplete".
  const bool stalled = status.IsIncomplete();
  if (status.IsNoSpace() || (stalled && absl::StrContains(detail, kNoSpace))) {
    return WithRetryAfter(
        Error(absl::StatusCode::kResourceExhausted, "STORAGE_FULL",
              absl::StrCat("the disk is full; free space and it goes on by itself (", detail, ")")),
        kRetryAfter);
  }
  if (status.IsCorruption()) {
    return Error(absl::StatusCode::kDataLoss, "STORAGE_CORRUPT",
                 absl::StrCat("the stored data is damaged (", detail, ")"));
  }
  if (status.IsIOError() || stalled || status.IsBusy() || status.IsTimedOut() ||
      status.IsTryAgain() || status.IsShutdownInProgress()) {
    return WithRetryAfter(Error(absl::StatusCode::kUnavailable, "STORAGE_UNAVAILABLE",
                                absl::StrCat("the disk does not work (", detail,
                                             "); if it does again and writes still fail, restart "
                                             "the server: nothing acknowledged is lost")),
                          kRetryAfter);
  }
  return Error(absl::StatusCode::kInternal, "STORAGE_FAILED", detail);
}

}  // namespace weft::storage
