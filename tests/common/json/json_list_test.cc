#include "common/json/json_list.h"

#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace weft {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Step = JsonList::Step;

// What stands behind a "[", taken apart.
struct Taken {
  std::vector<std::string> objects;
  Step last = Step::kNothing;
  size_t bytes = 0;
};

// With `runs`, runs are taken whole.
Taken Take(absl::string_view text, bool runs, size_t max_bytes = 1000) {
  JsonList list(max_bytes);
  list.Begin();
  Taken taken;
  while (taken.bytes < text.size()) {
    if (runs) {
      const size_t run = list.TakeRun(text.substr(taken.bytes));
      taken.bytes += run;
      if (taken.bytes == text.size()) break;
    }
    taken.last = list.Take(text[taken.bytes++]);
    if (taken.last == Step::kObject) taken.objects.push_back(list.text());
    if (taken.last == Step::kNothing || taken.last == Step::kBegin || taken.last == Step::kObject) {
      continue;
    }
    break;
  }
  return taken;
}

TEST(JsonListTest, HandsOutEachObjectAsItsText) {
  for (const bool runs : {false, true}) {
    EXPECT_THAT(Take(R"( {"a": [1, {"b": "}"}]} , {} ])", runs).objects,
                ElementsAre(R"({"a": [1, {"b": "}"}]})", "{}"));
    EXPECT_THAT(Take(R"({"a\\": "\"}", "c": "\\"}])", runs).objects,
                ElementsAre(R"({"a\\": "\"}", "c": "\\"})"));
    EXPECT_EQ(Take("{},{}]", runs).last, Step::kEnd);
    EXPECT_EQ(Take("]", runs).last, Step::kEnd);
  }
}

TEST(JsonListTest, SaysWhatIsWrongWhereItIs) {
  for (const bool runs : {false, true}) {
    for (const char* text : {"1", "[", "{} {}", "{},,", "{},]", ",", "\"a\""}) {
      EXPECT_EQ(Take(text, runs).last, Step::kUnexpected) << text;
    }
    EXPECT_EQ(Take("{} {}", runs).bytes, 4u);
    // 20 bytes are not too many.
    EXPECT_EQ(Take(R"({"a": "123456789012"])", runs, 20).last, Step::kTooLong);
    EXPECT_EQ(Take(R"({"a": "12345678901"}])", runs, 20).last, Step::kEnd);
    const std::string deep = absl::StrCat(R"({"a":)", std::string(kMaxJsonDepth - 1, '['),
                                          std::string(kMaxJsonDepth - 1, ']'), "}]");
    EXPECT_EQ(Take(deep, runs).last, Step::kEnd);
    EXPECT_EQ(Take(absl::StrCat(R"({"a":[)", deep.substr(5)), runs).last, Step::kTooDeep);
    EXPECT_THAT(Take("", runs).objects, IsEmpty());
  }
}

// Whatever the bytes are, taking runs does what taking each byte does.
TEST(JsonListTest, RunsChangeNothing) {
  std::mt19937_64 random(1);
  constexpr absl::string_view kBytes = "{}[]\"\\,: a\n";
  for (int i = 0; i < 20'000; ++i) {
    std::string text = random() % 2 == 0 ? "{" : "";
    const size_t size = random() % 60;
    for (size_t k = 0; k < size; ++k) text.push_back(kBytes[random() % kBytes.size()]);
    const Taken each = Take(text, false, 40);
    const Taken runs = Take(text, true, 40);
    ASSERT_EQ(each.objects, runs.objects) << text;
    ASSERT_EQ(each.bytes, runs.bytes) << text;
    if (each.last == Step::kNothing || each.last == Step::kBegin) continue;
    ASSERT_EQ(each.last, runs.last) << text;
  }
}

// Lists that a JSON library writes come apart into what they were made of.
TEST(JsonListTest, WhatALibraryWritesComesApart) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 500; ++i) {
    nlohmann::json list = nlohmann::json::array();
    const size_t size = random() % 5;
    for (size_t k = 0; k < size; ++k) {
      nlohmann::json object = nlohmann::json::object();
      object["\"{\\"] = std::string(random() % 3, '"');
      object["list"] = {random() % 9, "]", nullptr, {{"x", "}\\"}}};
      list.push_back(object);
    }
    const std::string text = list.dump(random() % 2 == 0 ? -1 : 2);
    const Taken taken = Take(absl::string_view(text).substr(1), i % 2 == 0, 10'000);
    ASSERT_EQ(taken.objects.size(), size);
    EXPECT_EQ(taken.last, Step::kEnd);
    for (size_t k = 0; k < size; ++k) {
      EXPECT_EQ(nlohmann::json::parse(taken.objects[k]), list[k]);
    }
  }
}

}  // namespace
}  // namespace weft
