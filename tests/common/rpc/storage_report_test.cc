#include "common/rpc/storage_report.h"

#include <atomic>

#include "common/storage/open_engine.h"
#include "gmock/gmock.h"
#include "grpc/health/v1/health.pb.h"
#include "gtest/gtest.h"
#include "tests/common/rpc/probe_server.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_dir.h"

namespace weft::rpc {
namespace {

using testing::IsOk;
using Request = grpc::health::v1::HealthCheckRequest;
using Response = grpc::health::v1::HealthCheckResponse;

constexpr char kCheck[] = "grpc.health.v1.Health/Check";
constexpr char kHealthWatch[] = "grpc.health.v1.Health/Watch";

TEST(StorageReport, AFullDiskShowsUntilItHasRoomAndTheServerServesOn) {
  std::atomic<uint64_t> free = 1u << 30;
  const testing::TempDir directory;
  storage::EngineOptions options;
  options.directory = directory / "data";
  options.disk_space = [&free](const std::string&) -> absl::StatusOr<storage::DiskSpace> {
    return storage::DiskSpace{.total_bytes = 2u << 30, .free_bytes = free};
  };
  ProbeServer probe;
  absl::StatusOr<std::unique_ptr<storage::Engine>> engine =
      storage::OpenEngine(options, probe.server().executor());
  ASSERT_THAT(engine, IsOk());
  const auto logger =
      observability::Logger::ToFunction(observability::Level::kOff, [](absl::string_view) {});
  ReportStorageHealth(probe.server(), **engine, *logger);
  // Another engine of the same server, whose disk has room.
  storage::EngineOptions other_options;
  other_options.kind = "memory";
  absl::StatusOr<std::unique_ptr<storage::Engine>> other =
      storage::OpenEngine(other_options, probe.server().executor());
  ASSERT_THAT(other, IsOk());
  ReportStorageHealth(probe.server(), **other, *logger, "storage/other");

  Request storage;
  storage.set_service(kStorageHealth);
  SyncStream watch = probe.client().ServerStream(kHealthWatch, storage);
  Response response;
  do {
    // Unknown until the report has begun.
    ASSERT_TRUE(watch.Read(response));
  } while (response.status() != Response::SERVING);
  free = 0;
  ASSERT_TRUE(watch.Read(response));
  EXPECT_EQ(response.status(), Response::NOT_SERVING);
  Request other_part;
  other_part.set_service("storage/other");
  ASSERT_THAT(probe.client().Call(kCheck, other_part, response), IsOk());
  EXPECT_EQ(response.status(), Response::SERVING);
  ASSERT_THAT(probe.client().Call(kCheck, Request(), response), IsOk());
  EXPECT_EQ(response.status(), Response::SERVING);
  free = 1u << 30;
  ASSERT_TRUE(watch.Read(response));
  EXPECT_EQ(response.status(), Response::SERVING);
  probe.server().Shutdown(absl::ZeroDuration());
}

}  // namespace
}  // namespace weft::rpc
