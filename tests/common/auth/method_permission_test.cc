#include "common/auth/method_permission.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "google/protobuf/descriptor.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace weft::auth {
namespace {

using google::protobuf::DescriptorPool;
using testing::IsOkAndHolds;

const google::protobuf::MethodDescriptor& Method(const std::string& name) {
  return *DescriptorPool::generated_pool()->FindMethodByName(name);
}

TEST(MethodPermission, ComesFromTheOption) {
  EXPECT_THAT(PermissionOf(Method("weft.registry.v1.SiteService.GetSite")),
              IsOkAndHolds("registry.sites.read"));
}

TEST(MethodPermission, HealthAndReflectionAreOpen) {
  for (const char* name : {"grpc.health.v1.Health.Check", "grpc.health.v1.Health.Watch",
                           "grpc.reflection.v1.ServerReflection.ServerReflectionInfo",
                           "grpc.reflection.v1alpha.ServerReflection.ServerReflectionInfo"}) {
    EXPECT_THAT(PermissionOf(Method(name)), IsOkAndHolds("")) << name;
  }
}

// A method that is added without one would only be found when its server starts.
TEST(MethodPermission, EveryMethodOfTheApiHasOne) {
  int methods = 0;
  for (const char* file :
       {"weft/registry/v1/site.proto", "weft/registry/v1/taxonomy.proto",
        "weft/registry/v1/cohort.proto", "weft/registry/v1/change_service.proto",
        "weft/ingestion/v1/instrument.proto", "weft/ingestion/v1/wave.proto",
        "weft/ingestion/v1/response_service.proto", "weft/ingestion/v1/import.proto",
        "weft/ingestion/v1/change_service.proto", "weft/metrics/v1/metrics_service.proto",
        "weft/metrics/v1/figure_service.proto"}) {
    const auto* const found = DescriptorPool::generated_pool()->FindFileByName(file);
    ASSERT_NE(found, nullptr) << file;
    for (int s = 0; s < found->service_count(); ++s) {
      for (int m = 0; m < found->service(s)->method_count(); ++m) {
        const auto& method = *found->service(s)->method(m);
        EXPECT_TRUE(PermissionOf(method).ok()) << method.full_name();
        ++methods;
      }
    }
  }
  EXPECT_GT(methods, 40);
}

}  // namespace
}  // namespace weft::auth
