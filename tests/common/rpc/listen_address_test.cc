#include "common/rpc/listen_address.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace weft::rpc {
namespace {

using ::testing::AllOf;
using testing::HasReason;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::StatusIs;

TEST(ListenAddress, Loopback) {
  EXPECT_EQ(ParseListenAddress("127.0.0.1:7401")->ToString(), "127.0.0.1:7401");
  EXPECT_EQ(ParseListenAddress("127.1.2.3:0")->ToString(), "127.1.2.3:0");
  EXPECT_EQ(ParseListenAddress("localhost:1")->ToString(), "127.0.0.1:1");
  EXPECT_EQ(ParseListenAddress("[::1]:65535")->ToString(), "[::1]:65535");
}

TEST(ListenAddress, OtherAddressesAreRefusedWithTheReason) {
  for (const char* text :
       {"0.0.0.0:7401", "[::]:7401", "192.168.1.2:7401", "example.org:7401", ":7401", "*:7401"}) {
    EXPECT_THAT(ParseListenAddress(text),
                AllOf(StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("not authenticated")),
                      HasReason("BAD_LISTEN_ADDRESS")))
        << text;
  }
}

TEST(ListenAddress, MalformedOnes) {
  for (const char* text : {"", "7401", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:-1",
                           "127.0.0.1:65536", "127.0.0.1:99999", "[::1:7401"}) {
    EXPECT_THAT(ParseListenAddress(text), HasReason("BAD_LISTEN_ADDRESS")) << text;
  }
}

TEST(ListenAddress, AnyFreePortIsFree) { EXPECT_THAT(CheckPortFree({"127.0.0.1", 0}), IsOk()); }

}  // namespace
}  // namespace weft::rpc
