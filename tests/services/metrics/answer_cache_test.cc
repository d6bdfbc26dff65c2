#include "services/metrics/service/answer_cache.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace weft::metrics {
namespace {

constexpr size_t kRoom = 64 * 1024;

// For finds that must not ask for an addition.
std::string Unasked() {
  ADD_FAILURE() << "an addition was asked for";
  return "";
}

std::string Text(const AnswerCache::Bytes& bytes) { return bytes == nullptr ? "none" : *bytes; }

TEST(AnswerCacheTest, FindsWhatWasPutWithoutCopyingIt) {
  AnswerCache cache(kRoom);
  EXPECT_EQ(cache.Find("key", {1, 1}, Unasked), nullptr);
  const AnswerCache::Bytes put = cache.Put("key", {1, 1}, "content", "+1");
  EXPECT_EQ(Text(put), "content+1");
  EXPECT_EQ(cache.Find("key", {1, 1}, Unasked), put);
}

TEST(AnswerCacheTest, AnotherKeyHasAnotherAnswer) {
  AnswerCache cache(kRoom);
  cache.Put("a", {1, 1}, "of a", "");
  cache.Put("b", {1, 1}, "of b", "");
  EXPECT_EQ(Text(cache.Find("a", {1, 1}, Unasked)), "of a");
  EXPECT_EQ(Text(cache.Find("b", {1, 1}, Unasked)), "of b");
  EXPECT_EQ(Text(cache.Find("ab", {1, 1}, Unasked)), "none");
}

TEST(AnswerCacheTest, AChangeOfTheWaveEndsAnAnswer) {
  AnswerCache cache(kRoom);
  cache.Put("key", {1, 1}, "old", "");
  EXPECT_EQ(Text(cache.Find("key", {2, 2}, Unasked)), "none");
  EXPECT_EQ(cache.bytes(), 0);
  // It does not come back with the version.
  EXPECT_EQ(Text(cache.Find("key", {1, 1}, Unasked)), "none");
}

TEST(AnswerCacheTest, ProgressElsewhereRenewsTheAdditionAlone) {
  AnswerCache cache(kRoom);
  cache.Put("key", {1, 1}, "content", "+first");
  EXPECT_EQ(Text(cache.Find("key", {1, 2}, [] { return std::string("+2"); })), "content+2");
  EXPECT_EQ(Text(cache.Find("key", {1, 2}, Unasked)), "content+2");
  EXPECT_EQ(Text(cache.Find("key", {1, 3}, [] { return std::string("+third"); })), "content+third");
  EXPECT_EQ(Text(cache.Find("key", {1, 3}, Unasked)), "content+third");
}

TEST(AnswerCacheTest, WhatIsPutAgainReplacesWhatWasThere) {
  AnswerCache cache(kRoom);
  cache.Put("key", {1, 1}, std::string(1000, 'x'), "");
  const size_t before = cache.bytes();
  cache.Put("key", {1, 1}, std::string(1000, 'y'), "");
  EXPECT_EQ(cache.bytes(), before);
  EXPECT_EQ(Text(cache.Find("key", {1, 1}, Unasked)), std::string(1000, 'y'));
}

TEST(AnswerCacheTest, WhatWasNotAskedForTheLongestGoesFirst) {
  AnswerCache cache(kRoom);
  const std::string content(10'000, 'x');
  for (int i = 0; i < 6; ++i) {
    cache.Put(absl::StrCat("key", i), {1, 1}, content, "");
    EXPECT_LE(cache.bytes(), kRoom);
  }
  EXPECT_NE(cache.Find("key0", {1, 1}, Unasked), nullptr);
  cache.Put("key6", {1, 1}, content, "");
  EXPECT_LE(cache.bytes(), kRoom);
  EXPECT_EQ(cache.Find("key1", {1, 1}, Unasked), nullptr);
  for (int i : {0, 2, 3, 4, 5, 6}) {
    EXPECT_NE(cache.Find(absl::StrCat("key", i), {1, 1}, Unasked), nullptr) << i;
  }
}

TEST(AnswerCacheTest, AnAnswerThatWouldPushOutMostOthersIsNotKept) {
  AnswerCache cache(kRoom);
  cache.Put("small", {1, 1}, "small", "");
  EXPECT_EQ(cache.Put("large", {1, 1}, std::string(kRoom / 4 + 1, 'x'), "+")->size(),
            kRoom / 4 + 2);
  EXPECT_EQ(cache.Find("large", {1, 1}, Unasked), nullptr);
  EXPECT_NE(cache.Find("small", {1, 1}, Unasked), nullptr);
}

TEST(AnswerCacheTest, AnAnswerThatIsSentStaysWhateverBecomesOfTheCache) {
  AnswerCache::Bytes sent;
  {
    AnswerCache cache(kRoom);
    sent = cache.Put("key", {1, 1}, "content", "+1");
    cache.Find("key", {1, 2}, [] { return std::string("+2"); });
  }
  EXPECT_EQ(Text(sent), "content+1");
}

}  // namespace
}  // namespace weft::metrics
