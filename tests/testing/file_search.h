// Looks for bytes in files, to see that what was erased is gone from the disk.
#ifndef WEFT_TESTS_TESTING_FILE_SEARCH_H_
#define WEFT_TESTS_TESTING_FILE_SEARCH_H_

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <ios>
#include <string>
#include <system_error>
#include <vector>

namespace weft::testing {

// The files below `directory`, of whatever kind, that hold `bytes`. A file that goes away meanwhile
// holds nothing.
inline std::vector<std::string> FilesWith(const std::string& directory, const std::string& bytes) {
  std::vector<std::string> found;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory, ignored)) {
    if (!entry.is_regular_file(ignored)) continue;
    std::error_code gone;
    const uintmax_t size = entry.file_size(gone);
    // RocksDB deletes files meanwhile.
    if (gone) continue;
    // One of them is a ballast of many megabytes.
    std::string content(size, '\0');
    std::ifstream file(entry.path(), std::ios::binary);
    file.read(content.data(), static_cast<std::streamsize>(content.size()));
    content.resize(static_cast<size_t>(file.gcount()));
    if (content.find(bytes) != std::string::npos) found.push_back(entry.path().filename());
  }
  return found;
}

}  // namespace weft::testing

#endif  // WEFT_TESTS_TESTING_FILE_SEARCH_H_
