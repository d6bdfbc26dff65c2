#include "common/storage/keys.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/storage/engine_fixture.h"

namespace weft::storage {
namespace {

const std::vector<std::string>& AscendingParts() {
  static const auto* parts = new std::vector<std::string>{"",
                                                          std::string("\0", 1),
                                                          std::string("\0\0", 2),
                                                          std::string("\0\1", 2),
                                                          std::string("\0\xff", 2),
                                                          "\1",
                                                          "a",
                                                          std::string("a\0", 2),
                                                          "a\1",
                                                          "ab",
                                                          "b",
                                                          "\xff",
                                                          "\xff\xff"};
  return *parts;
}

absl::StatusOr<std::string> ReadAll(absl::string_view key, uint64_t& number) {
  KeyReader reader(key);
  reader.Table();
  std::string part = reader.String();
  number = reader.Uint64();
  absl::Status status = reader.Finish();
  if (!status.ok()) return status;
  return part;
}

TEST(Keys, KeepTheOrderOfTheirPartsAndRefuseEveryTruncation) {
  std::string previous;
  for (const std::string& part : AscendingParts()) {
    const std::string key = KeyWriter(1).String(part).Uint64(7).Build();
    EXPECT_LT(previous, key);
    uint64_t number = 0;
    const absl::StatusOr<std::string> read = ReadAll(key, number);
    ASSERT_THAT(read, IsOk());
    EXPECT_EQ(*read, part);
    EXPECT_EQ(number, 7u);
    for (size_t n = 0; n < key.size(); ++n) {
      EXPECT_THAT(ReadAll(key.substr(0, n), number),
                  IsError(absl::StatusCode::kDataLoss, "KEY_CORRUPT"))
          << n;
    }
    EXPECT_THAT(ReadAll(key + "x", number), IsError(absl::StatusCode::kDataLoss, "KEY_CORRUPT"));
    previous = key;
  }
}

TEST(Keys, OrderNumbersByValue) {
  std::string previous;
  for (const uint64_t number :
       {uint64_t{0}, uint64_t{1}, uint64_t{255}, uint64_t{256}, uint64_t{1} << 32, ~uint64_t{0}}) {
    const std::string key = KeyWriter(9).Uint64(number).Build();
    EXPECT_LT(previous, key);
    previous = key;
  }
}

TEST(Keys, TuplesOrderLikeTheirKeys) {
  std::mt19937_64 random(TestSeed());
  const auto part = [&] {
    const auto& parts = AscendingParts();
    return parts[random() % parts.size()];
  };
  using Tuple = std::tuple<uint16_t, std::string, uint64_t, std::string>;
  const auto key = [](const Tuple& tuple) {
    return KeyWriter(std::get<0>(tuple))
        .String(std::get<1>(tuple))
        .Uint64(std::get<2>(tuple))
        .String(std::get<3>(tuple))
        .Build();
  };
  for (int i = 0; i < 20'000; ++i) {
    const Tuple a(random() % 3, part(), random() % 3, part());
    const Tuple b(random() % 3, part(), random() % 3, part());
    EXPECT_EQ(a <=> b, key(a) <=> key(b));
  }
}

TEST(Keys, PrefixCoversItsTuplesAndNothingElse) {
  const KeyRange acme = KeyWriter(1).String("acme").Prefix();
  const auto covers = [&](const std::string& key) { return acme.begin <= key && key < acme.end; };
  EXPECT_TRUE(covers(KeyWriter(1).String("acme").Build()));
  EXPECT_TRUE(covers(KeyWriter(1).String("acme").String("x").Build()));
  EXPECT_TRUE(covers(KeyWriter(1).String("acme").Uint64(~uint64_t{0}).Build()));
  EXPECT_FALSE(covers(KeyWriter(1).String("acme0").Build()));
  EXPECT_FALSE(covers(KeyWriter(1).String(std::string("acme\0", 5)).Build()));
  EXPECT_FALSE(covers(KeyWriter(1).String("acm").Build()));
  EXPECT_FALSE(covers(KeyWriter(2).String("acme").Build()));
}

TEST(Keys, PrefixEndIsTheLeastStringBehind) {
  EXPECT_EQ(PrefixEnd("a"), "b");
  EXPECT_EQ(PrefixEnd("a\xff"), "b");
  EXPECT_EQ(PrefixEnd("\xff\xff"), "");
  EXPECT_EQ(PrefixEnd(""), "");
}

TEST(Keys, StringsRefuseBytesThatNoWriterMakes) {
  const std::string key = std::string("\0\1", 2) + "a" + std::string("\0\2", 2) + "b";
  KeyReader reader(key);
  reader.Table();
  EXPECT_EQ(reader.String(), "");
  EXPECT_THAT(reader.Finish(), IsError(absl::StatusCode::kDataLoss, "KEY_CORRUPT"));
}

TEST(Keys, TextShowsBytesAndStaysShort) {
  EXPECT_EQ(KeyToText(std::string("a\0\xff\\f", 5)), "a\\x00\\xff\\x5cf");
  EXPECT_LT(KeyToText(std::string(10'000, 'x')).size(), 300u);
}

}  // namespace
}  // namespace weft::storage
