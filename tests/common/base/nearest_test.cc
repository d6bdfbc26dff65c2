#include "common/base/nearest.h"

#include "gtest/gtest.h"

namespace weft {
namespace {

TEST(Nearest, EditDistance) {
  EXPECT_EQ(EditDistance("", ""), 0u);
  EXPECT_EQ(EditDistance("", "abc"), 3u);
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3u);
  EXPECT_EQ(EditDistance("GetSite", "getsite"), 0u);
}

TEST(Nearest, TakesTheClosestAndTheFirstOfEquals) {
  EXPECT_EQ(Nearest("GetSites", {"ListSites", "GetSite", "CreateSite"}), "GetSite");
  EXPECT_EQ(Nearest("x", {"a", "b"}), "a");
  EXPECT_EQ(Nearest("x", {}), "");
}

}  // namespace
}  // namespace weft
