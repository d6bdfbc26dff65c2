// A directory of the test's own, removed with everything in it.
#ifndef WEFT_TESTS_TESTING_TEMP_DIR_H_
#define WEFT_TESTS_TESTING_TEMP_DIR_H_

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

#include "gtest/gtest.h"

namespace weft::testing {

class TempDir {
 public:
  TempDir() {
    path_ = ::testing::TempDir() + "weft-XXXXXX";
    if (mkdtemp(path_.data()) == nullptr) std::abort();
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace weft::testing

#endif  // WEFT_TESTS_TESTING_TEMP_DIR_H_
