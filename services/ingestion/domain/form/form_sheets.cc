#include "services/ingestion/domain/form/form_sheets.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/csv/csv_cells.h"
#include "common/csv/csv_reader.h"
#include "common/validation/text.h"
#include "services/ingestion/domain/import/cell_values.h"
#include "services/ingestion/domain/import/file_writer.h"

namespace weft::ingestion {
namespace {

constexpr size_t kMaxSheetBytes = 1 << 20;

std::vector<FormRow>* SheetOf(absl::string_view name, FormSheets& sheets) {
  if (name == kSurveySheet) return &sheets.survey;
  if (name == kChoicesSheet) return &sheets.choices;
  if (name == kSettingsSheet) return &sheets.settings;
  return nullptr;
}

absl::string_view WhatFailed(CsvReader::Failure failure) {
  switch (failure) {
    case CsvReader::Failure::kWrongEncoding:
      return "is not UTF-8; save the sheet as \"CSV UTF-8\"";
    case CsvReader::Failure::kBadQuote:
      return "has a quote inside a cell that is not quoted, or text after a closing one";
    case CsvReader::Failure::kUnterminatedQuote:
      return "ends inside a quoted cell";
    case CsvReader::Failure::kFieldTooLong:
      return "has a cell that is too long";
    case CsvReader::Failure::kRowTooLong:
      return "has a row that is too long";
  }
  return "cannot be read";
}

// Takes the rows of one CSV, of one sheet or of several.
class SheetHandler final : public CsvReader::Handler {
 public:
  SheetHandler(absl::string_view name, FormSheets& sheets, FormProblems& problems)
      : joined_(name.empty()),
        name_(name),
        rows_(SheetOf(name, sheets)),
        sheets_(sheets),
        problems_(problems) {}

  std::optional<char> OnHeader(absl::string_view row, int32_t line) override {
    std::optional<std::vector<std::string>> cells = SplitCsvRow(row, ',');
    if (!cells.has_value()) {
      problems_.Add({.sheet = Name(), .line = line}, "has a first row whose quotes are wrong");
      return std::nullopt;
    }
    Take(*std::move(cells), line);
    return ',';
  }

  void OnRow(const CsvRow& row) override {
    std::vector<std::string> cells;
    cells.reserve(static_cast<size_t>(row.size()));
    for (int i = 0; i < row.size(); ++i) cells.emplace_back(row[i]);
    Take(std::move(cells), row.line());
  }

  void OnBadByte(int32_t line, int column, int64_t offset, bool nul) override {
    problems_.Add({.sheet = Name(), .line = line},
                  absl::StrCat("has a byte that is ", nul ? "NUL" : "no UTF-8", " in column ",
                               column, ", at offset ", offset));
  }

  void OnFailure(CsvReader::Failure failure, int32_t line, int column) override {
    problems_.Add({.sheet = Name(), .line = line}, WhatFailed(failure));
  }

 private:
  absl::string_view Name() const { return name_.empty() ? "form" : absl::string_view(name_); }

  void Take(std::vector<std::string> cells, int32_t line) {
    for (std::string& cell : cells) cell = std::string(TrimCell(cell));
    if (joined_ && !cells.empty()) {
      const std::string first = absl::AsciiStrToLower(cells.front());
      cells.erase(cells.begin());
      if (!first.empty()) BeginSheet(first, line);
    }
    if (std::all_of(cells.begin(), cells.end(), [](const auto& cell) { return cell.empty(); })) {
      return;
    }
    if (rows_ == nullptr) {
      if (joined_ && name_.empty()) NameMissing(line);
      return;
    }
    if (headers_.empty()) {
      headers_ = std::move(cells);
      return;
    }
    FormRow row(line);
    for (size_t i = 0; i < cells.size(); ++i) {
      if (cells[i].empty()) continue;
      if (i >= headers_.size() || headers_[i].empty()) {
        problems_.Add(
            {.sheet = Name(), .line = line},
            absl::StrCat("has ", Quoted(cells[i]), " in column ", i + 1, ", which has no header"));
        continue;
      }
      row.Set(headers_[i], cells[i]);
    }
    rows_->push_back(std::move(row));
  }

  void BeginSheet(const std::string& name, int32_t line) {
    name_ = name;
    rows_ = SheetOf(name, sheets_);
    headers_.clear();
    if (rows_ != nullptr) {
      named_ = true;
    } else if (named_) {
      problems_.Note({.sheet = Name(), .line = line}, "is no sheet that an instrument is made of");
    } else {
      NameMissing(line);
    }
  }

  // The first rows of one file with several sheets do not say of which they are.
  void NameMissing(int32_t line) {
    problems_.Add({.sheet = "form", .line = line},
                  "comes before the name of a sheet: the first column must say survey, choices or "
                  "settings above the rows of each; give a single sheet its name");
    named_ = true;
    name_ = "form";
  }

  const bool joined_;
  std::string name_;
  std::vector<FormRow>* rows_;
  std::vector<std::string> headers_;
  bool named_ = false;  // a sheet was, or it was told that none is
  FormSheets& sheets_;
  FormProblems& problems_;
};

std::vector<std::string> HeadersOf(const std::vector<FormRow>& rows) {
  std::vector<std::string> headers;
  for (const FormRow& row : rows) {
    for (const auto& [column, text] : row.cells()) {
      if (std::find(headers.begin(), headers.end(), column) == headers.end()) {
        headers.push_back(column);
      }
    }
  }
  return headers;
}

void AppendLine(const std::vector<std::string>& headers, const FormRow* row, bool joined,
                std::string& csv) {
  bool first = !joined;
  for (const std::string& header : headers) {
    if (!first) csv += ',';
    first = false;
    AppendCsvCell(row == nullptr ? header : row->Get(header), csv);
  }
  csv += '\n';
}

void AppendSheet(const std::vector<FormRow>& rows, bool joined, std::string& csv) {
  const std::vector<std::string> headers = HeadersOf(rows);
  AppendLine(headers, nullptr, joined, csv);
  for (const FormRow& row : rows) AppendLine(headers, &row, joined, csv);
}

}  // namespace

absl::string_view FormRow::Get(absl::string_view column) const {
  for (const auto& [header, text] : cells_) {
    if (header == column) return text;
  }
  const std::string translated = absl::StrCat(column, "::");
  for (const auto& [header, text] : cells_) {
    if (absl::StartsWith(header, translated)) return text;
  }
  return "";
}

void FormRow::Set(absl::string_view column, absl::string_view text) {
  if (!text.empty()) cells_.emplace_back(column, text);
}

FormSheets ReadSheets(const google::protobuf::RepeatedPtrField<v1::FormSheet>& sheets,
                      FormProblems& problems) {
  FormSheets read;
  for (const v1::FormSheet& sheet : sheets) {
    const std::string name = absl::AsciiStrToLower(sheet.name());
    if (!name.empty() && SheetOf(name, read) == nullptr) {
      problems.Note({.sheet = sheet.name()}, "is no sheet that an instrument is made of");
      continue;
    }
    if (sheet.csv().size() > kMaxSheetBytes) {
      problems.Add({.sheet = name.empty() ? "form" : absl::string_view(name)},
                   absl::StrCat("has more than ", kMaxSheetBytes, " bytes"));
      continue;
    }
    SheetHandler handler(name, read, problems);
    CsvReader reader(handler);
    reader.Feed(sheet.csv());
    reader.Finish();
  }
  return read;
}

std::string WriteSheet(const std::vector<FormRow>& rows) {
  std::string csv;
  AppendSheet(rows, false, csv);
  return csv;
}

std::string WriteSheets(const FormSheets& sheets) {
  std::string csv;
  for (const auto& [name, rows] : {std::make_pair(kSurveySheet, &sheets.survey),
                                   std::make_pair(kChoicesSheet, &sheets.choices),
                                   std::make_pair(kSettingsSheet, &sheets.settings)}) {
    absl::StrAppend(&csv, name, "\n");
    AppendSheet(*rows, true, csv);
  }
  return csv;
}

}  // namespace weft::ingestion
