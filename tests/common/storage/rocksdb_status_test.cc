#include "common/storage/rocksdb_status.h"

#include "gtest/gtest.h"
#include "tests/testing/errors.h"

namespace weft::storage {
namespace {

using rocksdb::Status;
using weft::testing::IsError;
using weft::testing::IsOk;

TEST(RocksDbStatus, EveryErrorHasItsReason) {
  EXPECT_THAT(FromRocksDb(Status::OK(), "read"), IsOk());
  EXPECT_THAT(FromRocksDb(Status::NoSpace("disk"), "commit"),
              IsError(absl::StatusCode::kResourceExhausted, "STORAGE_FULL"));
  // What a write is told that waited for a flush, and the flush failed.
  const std::string full = Status::NoSpace("disk").ToString();
  EXPECT_THAT(FromRocksDb(Status::Incomplete(full), "commit"),
              IsError(absl::StatusCode::kResourceExhausted, "STORAGE_FULL"));
  for (const Status& status :
       {Status::IOError("disk"), Status::Incomplete("IO error: disk"), Status::Busy(),
        Status::TimedOut(), Status::TryAgain(), Status::ShutdownInProgress()}) {
    EXPECT_THAT(FromRocksDb(status, "commit"),
                IsError(absl::StatusCode::kUnavailable, "STORAGE_UNAVAILABLE"))
        << status.ToString();
  }
  EXPECT_THAT(FromRocksDb(Status::Corruption("block"), "read"),
              IsError(absl::StatusCode::kDataLoss, "STORAGE_CORRUPT"));
  EXPECT_THAT(FromRocksDb(Status::NotSupported(), "read"),
              IsError(absl::StatusCode::kInternal, "STORAGE_FAILED"));
}

TEST(RocksDbStatus, WhatMayPassSaysWhenToTryAgain) {
  google::rpc::RetryInfo retry;
  EXPECT_TRUE(GetDetail(FromRocksDb(Status::NoSpace("disk"), "commit"), retry));
  EXPECT_TRUE(GetDetail(FromRocksDb(Status::IOError("disk"), "commit"), retry));
  EXPECT_FALSE(GetDetail(FromRocksDb(Status::Corruption("block"), "read"), retry));
}

}  // namespace
}  // namespace weft::storage
