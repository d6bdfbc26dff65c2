#include "common/csv/csv_reader.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace weft {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Writes down what it is told, one text for each event.
class Recorder final : public CsvReader::Handler {
 public:
  std::optional<char> OnHeader(absl::string_view row, int32_t line) override {
    events.push_back(absl::StrCat("header ", line, " ", row));
    return delimiter;
  }
  void OnRow(const CsvRow& row) override {
    std::vector<std::string> cells;
    for (int i = 0; i < row.size(); ++i) cells.emplace_back(row[i]);
    events.push_back(absl::StrCat(row.damaged() ? "damaged " : "row ", row.line(), " ",
                                  absl::StrJoin(cells, "|")));
    width = row.width();
  }
  void OnBadByte(int32_t line, int column, int64_t offset, bool nul) override {
    events.push_back(absl::StrCat(nul ? "nul " : "bad ", line, ":", column, " at ", offset));
  }
  void OnFailure(CsvReader::Failure failure, int32_t line, int column) override {
    static constexpr const char* kNames[] = {"wrong encoding", "bad quote", "unterminated quote",
                                             "field too long", "row too long"};
    events.push_back(absl::StrCat(kNames[static_cast<int>(failure)], " ", line, ":", column));
  }

  std::optional<char> delimiter = ',';
  std::vector<std::string> events;
  int width = 0;
};

std::vector<std::string> Read(absl::string_view file, size_t step) {
  Recorder recorder;
  CsvReader reader(recorder);
  for (size_t at = 0; at < file.size(); at += step) reader.Feed(file.substr(at, step));
  reader.Finish();
  return recorder.events;
}

// Reads in one piece, byte by byte and in pieces that cut characters and line ends; all must agree.
std::vector<std::string> Read(absl::string_view file) {
  std::vector<std::string> events = Read(file, file.size() + 1);
  for (const size_t step : {1, 2, 3, 5, 7}) EXPECT_EQ(Read(file, step), events) << step;
  return events;
}

TEST(CsvReaderTest, RowsCarryTheLineOnWhichTheyStart) {
  EXPECT_THAT(Read("a,b\n1,2\n\n\"x\ny\",3\n4,5"),
              ElementsAre("header 1 a,b", "row 2 1|2", "row 4 x\ny|3", "row 6 4|5"));
}

TEST(CsvReaderTest, LineEndsMayBeLfCrlfOrCr) {
  EXPECT_THAT(Read("a\r\n1\r\n\r\n\"x\r\ny\"\r\n2\r\n"),
              ElementsAre("header 1 a", "row 2 1", "row 4 x\r\ny", "row 6 2"));
  EXPECT_THAT(Read("a\r1\r\r\"x\ry\"\r2\r"),
              ElementsAre("header 1 a", "row 2 1", "row 4 x\ry", "row 6 2"));
  EXPECT_THAT(Read("a\n1\r\n2\r3\n"), ElementsAre("header 1 a", "row 2 1", "row 3 2", "row 4 3"));
}

TEST(CsvReaderTest, HeaderMayHoldQuotedLineBreaksAndComeAfterBlankLines) {
  EXPECT_THAT(Read(" \r\n\n\"a\nb\",c\n1,2\n"), ElementsAre("header 3 \"a\nb\",c", "row 5 1|2"));
}

TEST(CsvReaderTest, ByteOrderMarkIsNoText) {
  EXPECT_THAT(Read("\xef\xbb\xbf"
                   "a,b\n1,2\n"),
              ElementsAre("header 1 a,b", "row 2 1|2"));
  EXPECT_THAT(Read("\xef\xbb\xbf"
                   "a"),
              ElementsAre("header 1 a"));
  EXPECT_THAT(Read("\xef\xbb\xbf"), IsEmpty());
  EXPECT_THAT(Read(""), IsEmpty());
  EXPECT_THAT(Read("\n \n"), IsEmpty());
}

TEST(CsvReaderTest, QuotesAndBlanks) {
  EXPECT_THAT(Read("a\n \"x, \"\"y\"\" \" , z  z ,\"\"\n"),
              ElementsAre("header 1 a", "row 2 x, \"y\" |z  z|"));
}

TEST(CsvReaderTest, BadBytesAreToldWithTheirPlace) {
  // The byte itself, a character cut by the next one, one cut by the line's end, and by the file's.
  EXPECT_THAT(Read("a,b\n1,x\xff"
                   "y\n2,\xc3z\n3,\xe2\x82\n4,\xf0\x9f"),
              ElementsAre("header 1 a,b", "bad 2:2 at 7", "damaged 2 1|x\xffy", "bad 3:2 at 12",
                          "damaged 3 2|\xc3z", "bad 4:2 at 17", "damaged 4 3|\xe2\x82",
                          "bad 5:2 at 22", "damaged 5 4|\xf0\x9f"));
  // Overlong, surrogate, too large.
  EXPECT_THAT(Read("a\n\xc0\xaf\n\xed\xa0\x80\n\xf4\x90\x80\x80\n"),
              ElementsAre("header 1 a", "bad 2:1 at 2", "damaged 2 \xc0\xaf", "bad 3:1 at 5",
                          "damaged 3 \xed\xa0\x80", "bad 4:1 at 9", "damaged 4 \xf4\x90\x80\x80"));
  // One for each row; the next row is whole again.
  EXPECT_THAT(Read("a,b\n\xff,\xff\n1,2\n"),
              ElementsAre("header 1 a,b", "bad 2:1 at 4", "damaged 2 \xff|\xff", "row 3 1|2"));
  using std::string_literals::operator""s;
  EXPECT_THAT(Read("a,b\n1,x\0y\n"s),
              ElementsAre("header 1 a,b", "nul 2:2 at 7", "damaged 2 1|x\0y"s));
  EXPECT_THAT(Read("\xef\xbb\xbf"
                   "a\n\xff\n"),
              ElementsAre("header 1 a", "bad 2:1 at 5", "damaged 2 \xff"));
}

TEST(CsvReaderTest, ADamagedHeaderEndsTheReading) {
  EXPECT_THAT(Read("a,\xff\n1,2\n"), ElementsAre("bad 1:0 at 2"));
}

TEST(CsvReaderTest, WideCharactersAreToldAsWhatTheyAre) {
  using std::string_literals::operator""s;
  for (const std::string& file : {"\xff\xfe"
                                  "a\0,\0"s,
                                  "\xfe\xff\0a\0,"s, "a\0,\0b\0"s, "\0a\0,\0b"s, "\xff\xfe"s}) {
    EXPECT_THAT(Read(file), ElementsAre("wrong encoding 0:0"));
  }
}

TEST(CsvReaderTest, WrongQuotesEndTheReading) {
  EXPECT_THAT(Read("a,b\n1,2\n3,5\" pipe\n4,5\n"),
              ElementsAre("header 1 a,b", "row 2 1|2", "bad quote 3:2"));
  EXPECT_THAT(Read("a,b\n1,\"x\"y\n"), ElementsAre("header 1 a,b", "bad quote 2:2"));
  EXPECT_THAT(Read("a,b\n1,2\n3,\"x\n4,5\n"),
              ElementsAre("header 1 a,b", "row 2 1|2", "unterminated quote 3:2"));
  EXPECT_THAT(Read("\"a\n1"), ElementsAre("unterminated quote 1:0"));
}

TEST(CsvReaderTest, LimitsHold) {
  const auto read = [](const std::string& file) {
    const std::vector<std::string> events = Read(file, 100'000);
    return events.empty() ? "" : events.back();
  };
  const std::string longest(kMaxFieldBytes, 'x');
  EXPECT_EQ(read("a,b\n1," + longest + "\n").substr(0, 9), "row 2 1|x");
  EXPECT_EQ(read("a,b\n1," + longest + "x\n"), "field too long 2:2");
  EXPECT_EQ(read("a,b\n1,\"" + longest + longest), "field too long 2:2");
  std::string row = "1";
  for (int i = 0; i < 9; ++i) row += "," + longest;
  EXPECT_EQ(read("a,b\n" + row).substr(0, 14), "row too long 2");
  EXPECT_EQ(read(longest + longest), "row too long 1:0");
}

TEST(CsvReaderTest, CountsCellsBeyondThoseItKeeps) {
  Recorder recorder;
  CsvReader reader(recorder);
  reader.Feed("a\n" + std::string(10'000, ',') + "\n");
  reader.Finish();
  EXPECT_EQ(recorder.width, 10'001);
}

TEST(CsvReaderTest, StopsWhenTheHandlerSaysSo) {
  Recorder recorder;
  recorder.delimiter = std::nullopt;
  CsvReader reader(recorder);
  reader.Feed("a\n1\n2\n");
  reader.Finish();
  EXPECT_TRUE(reader.stopped());
  EXPECT_THAT(recorder.events, ElementsAre("header 1 a"));
}

TEST(SplitCsvRowTest, SplitsByAnyDelimiter) {
  EXPECT_THAT(*SplitCsvRow("a;\"b;c\"; d ", ';'), ElementsAre("a", "b;c", "d"));
  EXPECT_THAT(*SplitCsvRow("a\tb", '\t'), ElementsAre("a", "b"));
  EXPECT_FALSE(SplitCsvRow("a,b\"c", ',').has_value());
  EXPECT_FALSE(SplitCsvRow("a,\"b", ',').has_value());
}

}  // namespace
}  // namespace weft
