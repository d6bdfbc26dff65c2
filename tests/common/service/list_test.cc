#include "common/service/list.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/storage/thing.pb.h"
#include "tests/testing/errors.h"

namespace weft::service {
namespace {

using storage::test::ListThingsRequest;
using weft::testing::IsError;
using weft::testing::IsOk;
using weft::testing::Violates;

ListThingsRequest Request(const std::string& parent, int size = 0, const std::string& token = "") {
  ListThingsRequest request;
  request.set_parent(parent);
  request.set_page_size(size);
  request.set_page_token(token);
  return request;
}

TEST(List, SizesHaveADefaultAndAMaximum) {
  EXPECT_EQ(ReadPage(Request("a"))->limit, 50u);
  EXPECT_EQ(ReadPage(Request("a", 7))->limit, 7u);
  EXPECT_EQ(ReadPage(Request("a", 100'000))->limit, 1000u);
  EXPECT_EQ(ReadPage(Request("a", 0), {.default_size = 10, .max_size = 20})->limit, 10u);
  EXPECT_EQ(ReadPage(Request("a", 30), {.default_size = 10, .max_size = 20})->limit, 20u);
  EXPECT_THAT(ReadPage(Request("a", -1)).status(), Violates("page_size"));
}

TEST(List, TokensGoOnWhereThePageEnded) {
  const std::string key("k\0\xff", 3);
  const std::string token = NextPageToken(Request("a", 5), key);
  EXPECT_EQ(
      token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
      std::string::npos);
  // The size may change from page to page.
  const auto page = ReadPage(Request("a", 9, token));
  ASSERT_THAT(page, IsOk());
  EXPECT_EQ(page->after, key);
  EXPECT_EQ(page->limit, 9u);
  EXPECT_EQ(NextPageToken(Request("a"), ""), "");
}

TEST(List, TokensBelongToTheirRequest) {
  const std::string token = NextPageToken(Request("a"), "key");
  const auto invalid = IsError(absl::StatusCode::kInvalidArgument, "PAGE_TOKEN_INVALID");
  EXPECT_THAT(ReadPage(Request("b", 0, token)), invalid);
  ListThingsRequest filtered = Request("a", 0, token);
  filtered.set_filter("x");
  EXPECT_THAT(ReadPage(filtered), invalid);
  EXPECT_THAT(ReadPage(filtered).status(), Violates("page_token"));
}

TEST(List, DamagedTokensAreRefused) {
  const std::string token = NextPageToken(Request("a"), "key");
  const auto invalid = IsError(absl::StatusCode::kInvalidArgument, "PAGE_TOKEN_INVALID");
  // All but the last character, which may carry bits that mean nothing.
  for (size_t i = 0; i + 1 < token.size(); ++i) {
    EXPECT_THAT(ReadPage(Request("a", 0, token.substr(0, i + 1))), invalid) << i;
    std::string damaged = token;
    damaged[i] = damaged[i] == 'A' ? 'B' : 'A';
    EXPECT_THAT(ReadPage(Request("a", 0, damaged)), invalid) << i;
  }
  for (const char* text : {"x", "!!!!", "AAAAAAAAAAAA", "null", "\xff"}) {
    EXPECT_THAT(ReadPage(Request("a", 0, text)), invalid) << text;
  }
}

}  // namespace
}  // namespace weft::service
