// Replays what the fuzzers have found in every build, with the sample files and their truncations
// beside it.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "tests/fuzz/codecs_target.h"
#include "tests/fuzz/directory_target.h"
#include "tests/fuzz/excerpts_target.h"
#include "tests/fuzz/file_reader_target.h"
#include "tests/fuzz/forms_target.h"
#include "tests/fuzz/product_files_target.h"
#include "tests/fuzz/search_text_target.h"

namespace weft {
namespace {

std::vector<std::string> FilesIn(const std::string& directory) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    std::ifstream file(entry.path(), std::ios::binary);
    files.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return files;
}

TEST(FileReaderCorpusTest, Replays) {
  const std::vector<std::string> corpus = FilesIn(WEFT_SOURCE_DIR "/tests/fuzz/corpus/file_reader");
  EXPECT_GE(corpus.size(), 50u);
  for (const std::string& input : corpus) ingestion::CheckFileReader(input);
}

TEST(FileReaderCorpusTest, SampleFilesAndTheirTruncationsHold) {
  const std::vector<std::string> files = FilesIn(WEFT_SOURCE_DIR "/tests/data/import");
  EXPECT_GE(files.size(), 20u);
  for (const std::string& file : files) {
    // Each in about sixty lengths.
    const size_t step = std::max<size_t>(7, file.size() / 60);
    for (size_t size = 0; size <= file.size(); size += step) {
      ingestion::CheckFileReader(std::string("\0\x05", 2) + file.substr(0, size));
    }
  }
}

TEST(ProductFilesCorpusTest, Replays) {
  const std::vector<std::string> corpus =
      FilesIn(WEFT_SOURCE_DIR "/tests/fuzz/corpus/product_files");
  EXPECT_GE(corpus.size(), 20u);
  for (const std::string& input : corpus) ingestion::CheckProductFiles(input);
}

TEST(KoboJsonCorpusTest, Replays) {
  const std::vector<std::string> corpus = FilesIn(WEFT_SOURCE_DIR "/tests/fuzz/corpus/kobo_json");
  EXPECT_GE(corpus.size(), 20u);
  for (const std::string& input : corpus) ingestion::CheckKoboJson(input);
}

TEST(FormatDetectionCorpusTest, Replays) {
  const std::vector<std::string> corpus =
      FilesIn(WEFT_SOURCE_DIR "/tests/fuzz/corpus/format_detection");
  EXPECT_GE(corpus.size(), 15u);
  for (const std::string& input : corpus) ingestion::CheckFormatDetection(input);
}

TEST(FormsCorpusTest, Replays) {
  const std::vector<std::string> corpus = FilesIn(WEFT_SOURCE_DIR "/tests/fuzz/corpus/forms");
  EXPECT_GE(corpus.size(), 5u);
  for (const std::string& input : corpus) ingestion::CheckForm(input);
}

TEST(RelevantCorpusTest, Replays) {
  const std::vector<std::string> corpus = FilesIn(WEFT_SOURCE_DIR "/tests/fuzz/corpus/relevant");
  EXPECT_GE(corpus.size(), 10u);
  for (const std::string& input : corpus) ingestion::CheckRelevant(input);
}

TEST(ExcerptsCorpusTest, Replays) {
  const std::vector<std::string> corpus = FilesIn(WEFT_SOURCE_DIR "/tests/fuzz/corpus/excerpts");
  EXPECT_GE(corpus.size(), 5u);
  for (const std::string& input : corpus) ingestion::CheckExcerpts(input);
}

TEST(DirectoryCorpusTest, Replays) {
  const std::vector<std::string> corpus = FilesIn(WEFT_SOURCE_DIR "/tests/fuzz/corpus/directory");
  EXPECT_GE(corpus.size(), 15u);
  for (const std::string& input : corpus) {
    registry::CheckDirectory(input);
    // Cut short, each in about forty lengths.
    const size_t step = std::max<size_t>(7, input.size() / 40);
    for (size_t size = 0; size < input.size(); size += step) {
      registry::CheckDirectory(absl::string_view(input).substr(0, size));
    }
  }
}

TEST(CodecsCorpusTest, Replays) {
  const std::vector<std::string> corpus = FilesIn(WEFT_SOURCE_DIR "/tests/fuzz/corpus/codecs");
  EXPECT_GE(corpus.size(), 30u);
  for (const std::string& input : corpus) CheckCodecs(input);
}

TEST(SearchTextCorpusTest, Replays) {
  const std::vector<std::string> corpus = FilesIn(WEFT_SOURCE_DIR "/tests/fuzz/corpus/search_text");
  EXPECT_GE(corpus.size(), 15u);
  for (const std::string& input : corpus) registry::CheckSearchText(input);
}

}  // namespace
}  // namespace weft
