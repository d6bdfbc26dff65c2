// One bit flips in a file at rest: it is noticed at the start or by the read, or it changes
// nothing. A wrong answer without an error is what must never be.
#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/match.h"
#include "tests/fault/storage/fault_fixture.h"

namespace weft::fault {
namespace {

namespace fs = std::filesystem;

class BitFlip : public FaultFixture {
 protected:
  // Tables, and a log with what is in none of them.
  void WriteThings() {
    ASSERT_THAT(TryOpen(Options()), IsOk());
    while (next_ < 1500) ASSERT_THAT(CommitSome(10), IsOk());
    engine_.reset();
    ASSERT_THAT(TryOpen(Options()), IsOk());
    while (next_ < 1700) ASSERT_THAT(CommitSome(10), IsOk());
    engine_.reset();
  }

  // The files of one kind, by how their names begin or end.
  std::vector<std::string> Files(const std::string& kind) const {
    std::vector<std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(data())) {
      const std::string name = entry.path().filename();
      if (!entry.is_regular_file() || entry.file_size() == 0) continue;
      if (absl::StartsWith(name, kind) || absl::EndsWith(name, kind)) {
        files.push_back(entry.path());
      }
    }
    EXPECT_FALSE(files.empty()) << kind;
    std::sort(files.begin(), files.end());
    return files;
  }

  // Behind the last byte that is not zero a log may be preallocated.
  static uint64_t UsedBytes(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    return bytes.find_last_not_of('\0') + 1;
  }

  static void Flip(const std::string& path, uint64_t bit) {
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    file.seekg(static_cast<std::streamoff>(bit / 8));
    const char byte = static_cast<char>(file.get() ^ (1 << bit % 8));
    file.seekp(static_cast<std::streamoff>(bit / 8));
    file.put(byte);
  }

  // Reads everything there is; the first error.
  absl::Status ReadAll() {
    absl::Status opened = TryOpen(Options());
    if (!opened.ok()) return opened;
    const std::shared_ptr<storage::Snapshot> snapshot = engine_->GetSnapshot();
    absl::Status read = Wait(snapshot->Scan({"", ""}, {.limit = 100'000})).status();
    read.Update(ReadFeed(Position(), {.max_commits = 1u << 20, .max_bytes = 1u << 30}).status());
    return read;
  }
};

TEST_F(BitFlip, IsDetectedOrHarmless) {
  random_.seed(storage::TestSeed());
  ASSERT_NO_FATAL_FAILURE(WriteThings());
  const std::string intact = directory_ / "intact";
  fs::copy(data(), intact, fs::copy_options::recursive);
  const std::vector<std::string> kinds = {".log",     ".sst", ".log",   ".sst",     ".log",
                                          "MANIFEST", ".sst", "ANCHOR", "MANIFEST", "CURRENT"};
  std::map<std::string, int> detected;
  std::map<std::string, int> harmless;
  const int flips = Rounds(200, 2000);
  for (int flip = 0; flip < flips; ++flip) {
    engine_.reset();
    fs::remove_all(data());
    fs::copy(intact, data(), fs::copy_options::recursive);
    const std::string& kind = kinds[static_cast<size_t>(flip) % kinds.size()];
    const std::vector<std::string> files = Files(kind);
    const std::string& file = files[random_() % files.size()];
    const uint64_t bit = random_() % (8 * UsedBytes(file));
    Flip(file, bit);
    const absl::Status status = ReadAll();
    if (!status.ok()) {
      ++detected[kind];
      continue;
    }
    ++harmless[kind];
    ASSERT_NO_FATAL_FAILURE(CheckLedger())
        << "a silent wrong answer: bit " << bit << " of " << file;
  }
  engine_.reset();
  for (const auto& [kind, count] : detected) {
    std::cout << kind << ": " << count << " detected, " << harmless[kind] << " harmless\n";
  }
  EXPECT_GT(detected[".log"], 0);
  EXPECT_GT(detected[".sst"], 0);
  EXPECT_GT(detected["MANIFEST"], 0);
  EXPECT_EQ(harmless["ANCHOR"], 0);
}

}  // namespace
}  // namespace weft::fault
