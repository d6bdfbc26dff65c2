#include "common/storage/rocksdb_status.h"

#include "absl/strings/str_cat.h"
#include "common/base/error.h"

namespace weft::storage {
namespace {

constexpr absl::Duration kRetryAfter = absl::Seconds(1);

}  // namespace

absl::Status FromRocksDb(const rocksdb::Status& status, absl::string_view what) {
  if (status.ok()) return absl::OkStatus();
  const std::string detail = absl::StrCat("cannot ", what, ": ", status.ToString());
  if (status.IsNoSpace()) {
    return WithRetryAfter(
        Error(absl::StatusCode::kResourceExhausted, "STORAGE_FULL",
              absl::StrCat("the disk is full; free space and it goes on by itself (", detail, ")")),
        kRetryAfter);
  }
  if (status.IsCorruption()) {
    return Error(absl::StatusCode::kDataLoss, "STORAGE_CORRUPT",
                 absl::StrCat("the stored data is damaged (", detail, ")"));
  }
  if (status.IsIOError() || status.IsBusy() || status.IsTimedOut() || status.IsTryAgain() ||
      status.IsShutdownInProgress()) {
    return WithRetryAfter(Error(absl::StatusCode::kUnavailable, "STORAGE_UNAVAILABLE",
                                absl::StrCat("the disk does not work (", detail,
                                             "); if it does again and writes still fail, restart "
                                             "the server: nothing acknowledged is lost")),
                          kRetryAfter);
  }
  return Error(absl::StatusCode::kInternal, "STORAGE_FAILED", detail);
}

}  // namespace weft::storage
