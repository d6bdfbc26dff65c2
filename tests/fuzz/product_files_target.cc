#include "tests/fuzz/product_files_target.h"

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "common/csv/utf8.h"
#include "services/ingestion/domain/import/formats/product_format.h"
#include "services/ingestion/domain/import/kobo_json_reader.h"
#include "tests/fuzz/file_reader_target.h"

namespace weft::ingestion {
namespace {

void Require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "product files: %s\n", what);
  std::abort();
}

ReadOptions Options(unsigned char choice) {
  ReadOptions options;
  options.on_duplicate = static_cast<v1::OnDuplicate>(choice % v1::OnDuplicate_ARRAYSIZE);
  if ((choice & 0x40) != 0) {
    options.given_overrides.emplace_back().set_header("Q1");
    options.given_overrides.back().set_item("site");
  }
  if ((choice & 0x80) != 0) UseCrosswalk(options);
  return options;
}

class RowChecker final : public KoboJsonReader::Handler {
 public:
  int rows() const { return rows_; }

 private:
  bool OnKey(absl::string_view key, int32_t line) override {
    Require(line > 0, "a key is nowhere");
    return ++keys_ < kMaxColumns;
  }
  void OnRow(const CsvRow& row) override {
    ++rows_;
    Require(row.width() == keys_, "a row has other cells than there are keys");
    for (int i = 0; i < row.size() && !row.damaged(); ++i) {
      Utf8Checker checker;
      Require(checker.Check(row[i]) == row[i].size() && !checker.incomplete(), "a cell is no text");
    }
  }
  void OnBadByte(int32_t, int, int64_t offset, bool) override {
    Require(offset >= 0, "a byte is nowhere");
  }
  void OnRepeatedKey(int32_t, int column) override {
    Require(column > 0 && column <= keys_, "a key is nowhere");
  }
  void OnMorePages() override {}
  void OnJsonFailure(Reason, int32_t, absl::string_view message) override {
    Require(!failed_ && !message.empty(), "reading fails twice, or without a reason");
    failed_ = true;
  }

  int keys_ = 0;
  int rows_ = 0;
  bool failed_ = false;
};

int RowsOf(absl::string_view file, size_t step) {
  RowChecker checker;
  KoboJsonReader reader(checker);
  for (size_t at = 0; at < file.size(); at += step) reader.Feed(file.substr(at, step));
  reader.Finish();
  return checker.rows();
}

size_t StepOf(char choice) { return 1 + static_cast<unsigned char>(choice); }

}  // namespace

void CheckProductFiles(absl::string_view input) {
  if (input.size() < 3) return;
  ReadOptions options = Options(static_cast<unsigned char>(input[2]));
  const auto products = AllProducts();
  options.format = products[static_cast<unsigned char>(input[0]) % products.size()]->format();
  CheckFile(input.substr(3), options, StepOf(input[1]));
}

void CheckKoboJson(absl::string_view input) {
  if (input.size() < 2) return;
  ReadOptions options = Options(static_cast<unsigned char>(input[1]));
  options.format = v1::FILE_FORMAT_KOBO_JSON;
  const absl::string_view file = input.substr(2);
  Require(RowsOf(file, StepOf(input[0])) == RowsOf(file, file.size() + 1),
          "the rows depend on how the bytes are cut");
  CheckFile(file, options, StepOf(input[0]));
}

void CheckFormatDetection(absl::string_view input) {
  if (input.empty()) return;
  const absl::string_view file = input.substr(1);
  const absl::string_view header = file.substr(0, file.find('\n'));
  for (const char delimiter : {',', ';', '\t'}) {
    const std::optional<std::vector<std::string>> cells = SplitCsvRow(header, delimiter);
    if (!cells.has_value()) continue;
    const ProductFormat* product = DetectProduct(*cells);
    Require(product == nullptr || product->Recognize(*cells) > 0, "a product is told from nothing");
    Require(product == nullptr || ProductOf(product->format()) == product, "a product is another");
  }
  CheckFile(file, {}, StepOf(input[0]));
}

}  // namespace weft::ingestion
