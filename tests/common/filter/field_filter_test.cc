#include "common/filter/field_filter.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace weft::filter {
namespace {

using testing::HasReason;
using ::testing::HasSubstr;

struct Book {
  std::vector<std::string> colours;
  std::string size;
  std::string shelf;
};

const std::vector<Field<Book>>& Fields() {
  static const auto& fields = *new std::vector<Field<Book>>{
      {{.name = "colour"}, [](const Book& book) { return book.colours; }},
      {{.name = "size",
        .words = {"small", "middle", "large"},
        .ordered = true,
        .enum_prefix = "SIZE_"},
       [](const Book& book) { return book.size.empty() ? FieldValues() : FieldValues{book.size}; }},
      {{.name = "shelf", .prefix = "shelves/"},
       [](const Book& book) { return FieldValues{book.shelf}; }},
  };
  return fields;
}

absl::StatusOr<FieldFilter<Book>> Parse(absl::string_view text) {
  return FieldFilter<Book>::Parse(text, "a book", Fields(), "books.filter");
}

bool Matches(absl::string_view text, const Book& book) {
  const auto filter = Parse(text);
  EXPECT_TRUE(filter.ok()) << filter.status();
  return filter.ok() && filter->Matches(book);
}

TEST(FieldFilterTest, ComparesOneValueOfSeveralAndWordsInTheirOrder) {
  const Book book{.colours = {"red", "Blue"}, .size = "middle", .shelf = "shelves/s1"};
  for (const char* holds :
       {"", " ", "colour = red", "colour:Blue", "colour != green", "colour:*", "size = MIDDLE",
        "size = SIZE_MIDDLE", "size > small", "size <= middle", "shelf = s1",
        "shelf = \"shelves/s1\"", "colour = red AND (size = large OR shelf = s1)",
        "NOT colour = green"}) {
    EXPECT_TRUE(Matches(holds, book)) << holds;
  }
  for (const char* fails : {"colour = blue", "colour != red", "size > middle", "size = large",
                            "shelf = s2", "NOT colour = red"}) {
    EXPECT_FALSE(Matches(fails, book)) << fails;
  }
}

TEST(FieldFilterTest, WithoutAValueNothingHoldsButThatItIsNotOne) {
  const Book plain{.colours = {}, .size = "", .shelf = "shelves/s1"};
  for (const char* fails : {"size = small", "size < large", "size:*", "colour:*"}) {
    EXPECT_FALSE(Matches(fails, plain)) << fails;
  }
  EXPECT_TRUE(Matches("size != small", plain));
  EXPECT_TRUE(FieldFilter<Book>().Matches(plain));
  EXPECT_TRUE(FieldFilter<Book>().empty());
}

TEST(FieldFilterTest, SaysWhereAndWhatWouldBeRight) {
  const auto refusal = [](absl::string_view text) { return Parse(text).status(); };
  EXPECT_THAT(refusal("color = red"), HasReason("FILTER_INVALID"));
  const auto words = [&](absl::string_view text) { return std::string(refusal(text).message()); };
  EXPECT_THAT(words("size = large AND color = red"),
              AllOf(HasSubstr("books.filter"), HasSubstr("character 18"), HasSubstr("a book"),
                    HasSubstr("the nearest is colour")));
  EXPECT_THAT(words("colour > red"), HasSubstr("colour has no order"));
  EXPECT_THAT(words("size > *"), HasSubstr("* stands after : alone"));
  EXPECT_THAT(words("size = huge"), HasSubstr("there are small, middle, large"));
  EXPECT_THAT(words("size = "), HasSubstr("books.filter"));
}

TEST(FieldFilterTest, KnowsAValueThatAllMatchesHave) {
  const auto required = [](absl::string_view text) { return Parse(text)->Required("shelf"); };
  EXPECT_EQ(required("shelf = s1"), "shelves/s1");
  EXPECT_EQ(required("size = large AND (colour = red AND shelf:s1)"), "shelves/s1");
  for (const char* free : {"", "shelf != s1", "shelf:*", "shelf = s1 OR size = large",
                           "NOT shelf = s1", "size = large"}) {
    EXPECT_EQ(required(free), "") << free;
  }
}

TEST(FieldFilterTest, ItsTextReadsAsTheSame) {
  for (const char* text : {"size = large AND NOT colour = red", "shelf = s1 OR colour:*"}) {
    const std::string written = Parse(text)->ToText();
    EXPECT_EQ(Parse(written)->ToText(), written);
  }
  EXPECT_EQ(FieldFilter<Book>().ToText(), "");
}

}  // namespace
}  // namespace weft::filter
