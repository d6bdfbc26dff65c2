#include "common/csv/csv_reader.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"

namespace weft {
namespace {

// How much libcsv gets at a time, so that an endless cell is noticed soon after it is too long.
constexpr size_t kStep = 64 << 10;
constexpr size_t kCellBlock = 16 << 10;
constexpr unsigned char kParserOptions = CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL;

// How files in UTF-16 and UTF-32 begin, with a byte-order mark or with any ASCII character.
bool LooksLikeWideCharacters(absl::string_view start) {
  if (absl::StartsWith(start, "\xff\xfe") || absl::StartsWith(start, "\xfe\xff")) return true;
  return start.size() >= 2 && ((start[0] == '\0') != (start[1] == '\0'));
}

bool IsLineEnd(char c) { return c == '\n' || c == '\r'; }

bool IsBlank(absl::string_view text) {
  return text.find_first_not_of(" \t") == absl::string_view::npos;
}

}  // namespace

void CsvRow::Clear() {
  line_ = 0;
  width_ = 0;
  damaged_ = false;
  bytes_.clear();
  ends_.clear();
}

std::vector<absl::string_view> CsvRow::cells() const {
  std::vector<absl::string_view> cells;
  cells.reserve(ends_.size());
  for (int i = 0; i < size(); ++i) cells.push_back((*this)[i]);
  return cells;
}

void CsvRow::Append(absl::string_view cell) {
  ++width_;
  if (width_ > kMaxColumns + 1) return;
  bytes_.append(cell.data(), cell.size());
  ends_.push_back(bytes_.size());
}

std::optional<std::vector<std::string>> SplitCsvRow(absl::string_view row, char delimiter) {
  std::vector<std::string> cells;
  const auto on_cell = [](void* data, size_t size, void* into) {
    static_cast<std::vector<std::string>*>(into)->emplace_back(static_cast<const char*>(data),
                                                               size);
  };
  const auto on_end = [](int, void*) {};
  csv_parser parser;
  csv_init(&parser, kParserOptions);
  csv_set_delim(&parser, static_cast<unsigned char>(delimiter));
  csv_set_blk_size(&parser, kCellBlock);
  const bool whole =
      csv_parse(&parser, row.data(), row.size(), on_cell, on_end, &cells) == row.size() &&
      csv_fini(&parser, on_cell, on_end, &cells) == 0;
  csv_free(&parser);
  if (!whole) return std::nullopt;
  return cells;
}

CsvReader::CsvReader(Handler& handler) : handler_(handler) {
  csv_init(&parser_, kParserOptions);
  csv_set_blk_size(&parser_, kCellBlock);
}

CsvReader::~CsvReader() { csv_free(&parser_); }

void CsvReader::Feed(absl::string_view bytes) {
  if (stopped_) return;
  std::string first;
  if (!started_) {
    constexpr size_t kEnough = 4;
    const size_t take = std::min(kEnough - start_.size(), bytes.size());
    start_.append(bytes.data(), take);
    bytes.remove_prefix(take);
    if (start_.size() < kEnough) return;
    started_ = true;
    if (LooksLikeWideCharacters(start_)) return Fail(Failure::kWrongEncoding);
    first = std::exchange(start_, std::string());
    if (absl::StartsWith(first, kByteOrderMark)) {
      first.erase(0, kByteOrderMark.size());
      offset_ = static_cast<int64_t>(kByteOrderMark.size());
    }
  }
  for (absl::string_view part : {absl::string_view(first), bytes}) {
    while (!part.empty() && !stopped_) {
      const size_t good = utf8_.Check(part);
      // The rows before a wrong byte come first, so that it is told with its row and column.
      Consume(part.substr(0, good));
      offset_ += static_cast<int64_t>(good);
      part.remove_prefix(good);
      if (part.empty() || stopped_) break;
      const bool begun = utf8_.back() > 0;
      ReportBadByte(offset_ - static_cast<int64_t>(utf8_.back()), !begun && part[0] == '\0');
      if (begun) continue;
      Consume(part.substr(0, 1));
      ++offset_;
      part.remove_prefix(1);
    }
  }
}

void CsvReader::Finish() {
  if (!started_ && !stopped_) {
    // Shorter than what Feed() waits for.
    started_ = true;
    const std::string all = std::exchange(start_, std::string());
    if (LooksLikeWideCharacters(all)) return Fail(Failure::kWrongEncoding);
    absl::string_view rest = all;
    if (absl::StartsWith(rest, kByteOrderMark)) {
      rest.remove_prefix(kByteOrderMark.size());
      offset_ = static_cast<int64_t>(kByteOrderMark.size());
    }
    Feed(rest);
  }
  if (stopped_) return;
  if (utf8_.incomplete()) {
    ReportBadByte(offset_ - static_cast<int64_t>(utf8_.pending()), false);
  }
  if (in_header_) {
    if (header_quoted_) return Fail(Failure::kUnterminatedQuote);
    if (!IsBlank(header_)) EndHeader();
    stopped_ = true;
    return;
  }
  if (csv_fini(&parser_, &CsvReader::OnField, &CsvReader::OnRowEnd, this) != 0) {
    return Fail(Failure::kUnterminatedQuote);
  }
  stopped_ = true;
}

void CsvReader::Consume(absl::string_view bytes) {
  while (!bytes.empty() && !stopped_ && in_header_) bytes.remove_prefix(ConsumeHeader(bytes));
  if (!stopped_) ConsumeRows(bytes);
}

size_t CsvReader::ConsumeHeader(absl::string_view bytes) {
  for (size_t i = 0; i < bytes.size(); ++i) {
    const char c = bytes[i];
    if (IsLineEnd(c)) {
      const bool ends = !header_quoted_ && !IsBlank(header_);
      const bool blank = !header_quoted_ && !ends;
      CountLine(c);
      if (ends) {
        EndHeader();
        return i + 1;
      }
      if (blank) {
        header_.clear();
        continue;
      }
    } else {
      after_cr_ = false;
    }
    if (c == '"') header_quoted_ = !header_quoted_;
    if (header_.empty()) header_line_ = line_;
    header_.push_back(c);
    if (header_.size() > kMaxHeaderBytes) {
      Fail(Failure::kRowTooLong);
      return i + 1;
    }
  }
  return bytes.size();
}

void CsvReader::EndHeader() {
  in_header_ = false;
  if (header_damaged_) {
    stopped_ = true;
    return;
  }
  const std::optional<char> delimiter = handler_.OnHeader(header_, header_line_);
  if (!delimiter) {
    stopped_ = true;
    return;
  }
  csv_set_delim(&parser_, static_cast<unsigned char>(*delimiter));
  header_.clear();
  header_.shrink_to_fit();
}

void CsvReader::ConsumeRows(absl::string_view bytes) {
  while (!bytes.empty() && !stopped_) {
    // At most one line at a time, so that a row that ends does so at the end of what libcsv gets:
    // then the line is known on which the next one starts.
    absl::string_view step = bytes.substr(0, kStep);
    if (const size_t lf = step.find('\n'); lf != absl::string_view::npos) {
      step = step.substr(0, lf + 1);
    }
    if (const size_t cr = step.find('\r'); cr != absl::string_view::npos) {
      step = step.substr(0, cr + 1);
    }
    bytes.remove_prefix(step.size());
    if (step.front() != '\n') after_cr_ = false;
    if (!row_open_) {
      row_open_ = true;
      row_.line_ = line_;
    }
    const size_t parsed = csv_parse(&parser_, step.data(), step.size(), &CsvReader::OnField,
                                    &CsvReader::OnRowEnd, this);
    if (parsed != step.size()) {
      return Fail(csv_error(&parser_) == CSV_EPARSE ? Failure::kBadQuote : Failure::kFieldTooLong);
    }
    if (field_too_long_ || parser_.entry_pos > kMaxFieldBytes) return Fail(Failure::kFieldTooLong);
    if (row_.bytes_.size() > kMaxRowBytes) return Fail(Failure::kRowTooLong);
    if (IsLineEnd(step.back())) CountLine(step.back());
  }
}

void CsvReader::CountLine(char line_end) {
  // The line feed of a CRLF belongs to the line that its carriage return has ended.
  const bool second_half = line_end == '\n' && after_cr_;
  if (!second_half) ++line_;
  after_cr_ = line_end == '\r';
}

void CsvReader::ReportBadByte(int64_t offset, bool nul) {
  if (in_header_) {
    if (!header_damaged_) handler_.OnBadByte(line_, 0, offset, nul);
    header_damaged_ = true;
    return;
  }
  if (!row_open_) {
    row_open_ = true;
    row_.line_ = line_;
  }
  if (!row_.damaged_) handler_.OnBadByte(row_.line_, row_.width_ + 1, offset, nul);
  row_.damaged_ = true;
}

void CsvReader::Fail(Failure failure) {
  stopped_ = true;
  if (failure == Failure::kWrongEncoding) {
    handler_.OnFailure(failure, 0, 0);
  } else if (in_header_) {
    handler_.OnFailure(failure, header_line_, 0);
  } else {
    handler_.OnFailure(failure, row_.line_, row_.width_ + 1);
  }
}

void CsvReader::OnField(void* data, size_t size, void* self) {
  CsvReader& reader = *static_cast<CsvReader*>(self);
  reader.field_too_long_ |= size > kMaxFieldBytes;
  if (reader.field_too_long_) return;
  reader.row_.Append(absl::string_view(static_cast<const char*>(data), size));
}

void CsvReader::OnRowEnd(int, void* self) {
  CsvReader& reader = *static_cast<CsvReader*>(self);
  if (reader.field_too_long_) return;
  // Line ends of blank lines, and the second half of CRLF, come as rows without cells.
  if (reader.row_.width_ > 0) reader.handler_.OnRow(reader.row_);
  reader.row_.Clear();
  reader.row_open_ = false;
}

}  // namespace weft
