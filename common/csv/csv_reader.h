// CsvReader: bytes in, rows out, with the file line of each row. It splits with libcsv and adds
// what libcsv leaves out: a byte-order mark, UTF-8, line numbers that count quoted line breaks,
// limits, and errors that say where. Rows go to a handler one by one; nothing but the current row
// is held.
//
// Lines end in LF, CRLF or CR. Cells are separated by one delimiter, which the handler tells from
// the header row; cells may be quoted with '"', and then hold delimiters, line breaks and "" for a
// quote. White space around a cell that is not quoted is not part of it. Blank lines are skipped.
#ifndef WEFT_COMMON_CSV_CSV_READER_H_
#define WEFT_COMMON_CSV_CSV_READER_H_

#include <csv.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/csv/utf8.h"

namespace weft {

// A cell larger than this is a quote that nobody closed, sooner than an answer.
inline constexpr size_t kMaxFieldBytes = 1 << 20;
inline constexpr size_t kMaxRowBytes = 8 << 20;
inline constexpr size_t kMaxHeaderBytes = 1 << 20;
inline constexpr int kMaxColumns = 2000;

// One row. What it points to is gone after the handler returns.
class CsvRow {
 public:
  // Line of the file on which the row starts, from 1.
  int32_t line() const { return line_; }
  // How many cells the row has, also when it has more than are kept.
  int width() const { return width_; }
  // The first cells, at most kMaxColumns + 1.
  int size() const { return static_cast<int>(ends_.size()); }
  // Empty where the row has no such cell: rows of JSON can come before a key that later ones have,
  // and the column of what no header names is -1.
  absl::string_view operator[](int index) const {
    if (index < 0 || index >= size()) return "";
    const size_t begin = index == 0 ? 0 : ends_[static_cast<size_t>(index) - 1];
    return absl::string_view(bytes_).substr(begin, ends_[static_cast<size_t>(index)] - begin);
  }
  std::vector<absl::string_view> cells() const;
  // The cells' bytes, one after the other.
  absl::string_view bytes() const { return bytes_; }
  // Whether every cell is empty.
  bool blank() const { return bytes_.empty() && width_ == size(); }
  // Whether the row holds something that is no UTF-8 text; OnBadByte() has told.
  bool damaged() const { return damaged_; }

  // For readers of other files whose records become rows: empties it for the row that starts on
  // `line`; its next cell; that it holds what is no text.
  void Begin(int32_t line) {
    Clear();
    line_ = line;
  }
  void Append(absl::string_view cell);
  void MarkDamaged() { damaged_ = true; }

 private:
  friend class CsvReader;
  void Clear();

  int32_t line_ = 0;
  int width_ = 0;
  bool damaged_ = false;
  std::string bytes_;
  std::vector<size_t> ends_;
};

// Splits one row; nullopt when its quotes are wrong.
std::optional<std::vector<std::string>> SplitCsvRow(absl::string_view row, char delimiter);

class CsvReader {
 public:
  // Why reading ends before the file does. Rows that came before were whole.
  enum class Failure {
    kWrongEncoding,      // UTF-16 or UTF-32
    kBadQuote,           // a quote inside a cell that is not quoted, or text after the closing one
    kUnterminatedQuote,  // the file ends inside a quoted cell
    kFieldTooLong,
    kRowTooLong,  // the header row too
  };

  class Handler {
   public:
    // The header row as it stands in the file, without its line end, starting on line `line`. The
    // delimiter of the file, or nullopt to read no further.
    virtual std::optional<char> OnHeader(absl::string_view row, int32_t line) = 0;
    virtual void OnRow(const CsvRow& row) = 0;
    // The first byte of a row that is not UTF-8, or is NUL: `offset` in the file, from 0. Column
    // from 1; 0 in the header. Comes before the row.
    virtual void OnBadByte(int32_t line, int column, int64_t offset, bool nul) = 0;
    // The last call. Column from 1; 0 when it is not known.
    virtual void OnFailure(Failure failure, int32_t line, int column) = 0;

   protected:
    ~Handler() = default;
  };

  explicit CsvReader(Handler& handler);
  ~CsvReader();
  CsvReader(const CsvReader&) = delete;
  CsvReader& operator=(const CsvReader&) = delete;

  // The next bytes, cut anywhere.
  void Feed(absl::string_view bytes);
  // The end of the file. A last line without line end is a row like any other.
  void Finish();

  // Whether the handler or a failure has ended the reading.
  bool stopped() const { return stopped_; }

 private:
  void Consume(absl::string_view bytes);
  // Takes the header row's bytes, and returns how many.
  size_t ConsumeHeader(absl::string_view bytes);
  void EndHeader();
  void ConsumeRows(absl::string_view bytes);
  void CountLine(char line_end);
  void ReportBadByte(int64_t offset, bool nul);
  void Fail(Failure failure);
  static void OnField(void* data, size_t size, void* self);
  static void OnRowEnd(int terminator, void* self);

  Handler& handler_;
  csv_parser parser_;
  Utf8Checker utf8_;
  // The first bytes, until it is clear whether they are a byte-order mark.
  std::string start_;
  bool started_ = false;
  bool stopped_ = false;
  int64_t offset_ = 0;

  int32_t line_ = 1;
  bool after_cr_ = false;

  bool in_header_ = true;
  std::string header_;
  int32_t header_line_ = 1;
  bool header_quoted_ = false;
  bool header_damaged_ = false;

  CsvRow row_;
  bool row_open_ = false;
  bool field_too_long_ = false;
};

}  // namespace weft

#endif  // WEFT_COMMON_CSV_CSV_READER_H_
