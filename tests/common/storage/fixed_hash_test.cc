#include "common/storage/fixed_hash.h"

#include <string>

#include "gtest/gtest.h"

namespace weft::storage {
namespace {

// Values of the reference implementation: a change would make every stored etag stale.
TEST(FixedHash, IsXxh64) {
  EXPECT_EQ(FixedHash(""), 0xEF46DB3751D8E999u);
  EXPECT_EQ(FixedHash("a"), 0xD24EC4F1A98C6E5Bu);
  EXPECT_EQ(FixedHash("abc"), 0x44BC2CF5AD770999u);
  EXPECT_EQ(FixedHash("Nobody inspects the spammish repetition"), 0xFBCEA83C8A378BF1u);
}

TEST(FixedHash, DependsOnEveryByteTheLengthAndTheSeed) {
  for (size_t size = 0; size < 100; ++size) {
    const std::string text(size, 'x');
    EXPECT_NE(FixedHash(text), FixedHash(text + 'x'));
    EXPECT_NE(FixedHash(text), FixedHash(text, 1));
    for (size_t i = 0; i < size; ++i) {
      std::string other = text;
      other[i] = 'y';
      EXPECT_NE(FixedHash(text), FixedHash(other));
    }
  }
}

}  // namespace
}  // namespace weft::storage
