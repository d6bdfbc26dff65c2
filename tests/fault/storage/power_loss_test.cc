// The power goes in the middle of anything: the log, a flush, a compaction, a manifest, a start.
// What had not been synced is gone then, and nothing that was acknowledged may be among it.
#include "tests/fault/storage/fault_fixture.h"

namespace weft::fault {
namespace {

using PowerLoss = FaultFixture;

constexpr int kLivesPerDirectory = 8;
constexpr uint64_t kCallsPerLife = 400;

TEST_F(PowerLoss, NothingAcknowledgedIsLost) {
  random_.seed(storage::TestSeed());
  const int rounds = Rounds(40, 400);
  int64_t acknowledged = 0;
  int64_t ambiguous = 0;
  int cut = 0;
  for (int round = 0; round < rounds; ++round) {
    if (round % kLivesPerDirectory == 0) StartAfresh();
    const uint64_t last_call = disk_.calls() + 1 + random_() % kCallsPerLife;
    disk_.SetRule([&](const FaultFileSystem::Call& call) {
      if (call.number == last_call) disk_.CutPower();
      return rocksdb::IOStatus::OK();
    });
    absl::Status status = TryOpen(Options());
    while (status.ok() && disk_.calls() < last_call) {
      status = CommitSome(1 + static_cast<int>(random_() % 16));
    }
    cut += status.ok() ? 0 : 1;
    disk_.CutPower();
    engine_.reset();
    disk_.LoseUnsynced(random_);
    disk_.SetRule(nullptr);
    ASSERT_THAT(TryOpen(Options()), IsOk()) << "round " << round;
    ASSERT_NO_FATAL_FAILURE(CheckLedger()) << "round " << round;
    engine_.reset();
    if (round % kLivesPerDirectory == kLivesPerDirectory - 1 || round == rounds - 1) {
      acknowledged += Acknowledged();
      ambiguous += static_cast<int64_t>(outcomes_.size()) - Acknowledged();
    }
  }
  EXPECT_GT(cut, rounds / 2) << "too few lives ended in the middle of something";
  std::cout << rounds << " power losses: " << acknowledged << " acknowledged, " << ambiguous
            << " ambiguous, 0 lost" << std::endl;
}

// While RocksDB gives up the log that met the full disk, half a commit of it may be on disk.
TEST_F(PowerLoss, NothingIsLostWhileAFullDiskHeals) {
  random_.seed(storage::TestSeed());
  const int rounds = Rounds(30, 100);
  int cut = 0;
  for (int round = 0; round < rounds; ++round) {
    StartAfresh();
    ASSERT_THAT(TryOpen(Options()), IsOk());
    ASSERT_NO_FATAL_FAILURE(FillUp());
    std::atomic<bool> power = true;
    const uint64_t last_call = disk_.calls() + 1 + random_() % 40;
    disk_.SetRule([&](const FaultFileSystem::Call& call) {
      if (call.number == last_call) {
        power = false;
        disk_.CutPower();
      }
      return rocksdb::IOStatus::OK();
    });
    bool healed = false;
    while (power && !healed) healed = CommitSome(1).ok();
    cut += healed ? 0 : 1;
    disk_.CutPower();
    engine_.reset();
    disk_.LoseUnsynced(random_);
    disk_.SetRule(nullptr);
    // The database may not have closed, see EngineOptions::close_patience; a machine without power
    // would not hold the directory.
    MoveDirectory();
    ASSERT_THAT(TryOpen(Options()), IsOk()) << "round " << round;
    ASSERT_NO_FATAL_FAILURE(CheckLedger()) << "round " << round;
  }
  EXPECT_GT(cut, rounds / 4) << "too few disks lost their power while they healed";
  std::cout << rounds << " full disks, " << cut << " lost their power while they healed"
            << std::endl;
}

// The first test above would pass if nothing were ever dropped.
TEST_F(PowerLoss, TheDiskReallyForgets) {
  rocksdb::Env& env = *disk_.env();
  const std::string path = directory_ / "file";
  std::unique_ptr<rocksdb::Directory> parent;
  ASSERT_TRUE(env.NewDirectory(directory_.path(), &parent).ok());
  std::unique_ptr<rocksdb::WritableFile> file;
  const auto write = [&](const std::string& name) {
    ASSERT_TRUE(env.NewWritableFile(name, &file, {}).ok());
    ASSERT_TRUE(file->Append("synced").ok());
    ASSERT_TRUE(file->Sync().ok());
  };
  write(path);
  ASSERT_TRUE(parent->Fsync().ok());
  ASSERT_TRUE(file->Append(std::string(1000, 'x')).ok());
  ASSERT_TRUE(file->Flush().ok());
  write(directory_ / "new");
  write(directory_ / "other");
  ASSERT_TRUE(env.RenameFile(directory_ / "other", path).ok());
  disk_.CutPower();
  EXPECT_TRUE(file->Append("y").IsIOError());
  file.reset();
  disk_.LoseUnsynced(random_);
  // The rename is undone, with the unsynced bytes it replaced or without; the new file is gone.
  std::string content;
  ASSERT_TRUE(rocksdb::ReadFileToString(&env, path, &content).ok());
  EXPECT_EQ(content.substr(0, 7), "syncedx");
  EXPECT_TRUE(env.FileExists(directory_ / "new").IsNotFound());
}

}  // namespace
}  // namespace weft::fault
