// What RocksDB's directory survives, and what makes a start refuse: an acknowledged commit is never
// missing without an error.
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/storage/anchor.h"
#include "tests/common/storage/engine_fixture.h"

namespace weft::storage {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class RocksDbRecovery : public EngineFixture {
 protected:
  std::string data() const { return directory_ / "data"; }
  EngineOptions Options() const { return SmallEngine("rocksdb", data()); }

  absl::Status OpeningFails() {
    engine_.reset();
    absl::StatusOr<std::unique_ptr<Engine>> engine = OpenEngine(Options(), executor_);
    if (!engine.ok()) return engine.status();
    return absl::OkStatus();
  }

  void PutMany(int from, int to) {
    for (int i = from; i < to; ++i) {
      Batch batch;
      batch.Put(absl::StrCat("key", i), std::string(100, 'v'));
      batch.changes = {absl::StrCat(i)};
      MustCommit(std::move(batch));
    }
  }
  void ExpectAll(int count) {
    for (int i = 0; i < count; ++i) {
      ASSERT_EQ(Value(absl::StrCat("key", i)), std::string(100, 'v')) << i;
    }
    const auto feed = Feed();
    ASSERT_THAT(feed, SizeIs(static_cast<size_t>(count)));
    for (int i = 0; i < count; ++i) {
      ASSERT_THAT(feed[static_cast<size_t>(i)], ElementsAre(absl::StrCat(i)));
    }
  }

  // The write-ahead log that holds the last commits.
  std::string LastLog() {
    std::string last;
    for (const auto& file : fs::directory_iterator(data() + "/rocksdb")) {
      if (file.path().extension() == ".log") last = std::max(last, file.path().string());
    }
    EXPECT_NE(last, "");
    return last;
  }
  // What a crash leaves at this moment: everything that was synced, without a clean end.
  void CrashNow() {
    const std::string copy = directory_ / "copy";
    fs::copy(data(), copy, fs::copy_options::recursive);
    engine_.reset();
    fs::remove_all(data());
    fs::rename(copy, data());
  }
  // Where the records in the log end; behind them the file may be preallocated.
  static size_t UsedBytes(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    return bytes.find_last_not_of('\0') + 1;
  }
  static void FlipByte(const std::string& path, size_t offset) {
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    file.seekg(static_cast<std::streamoff>(offset));
    const char byte = static_cast<char>(file.get() ^ 0x40);
    file.seekp(static_cast<std::streamoff>(offset));
    file.put(byte);
  }
  Anchor AnchorNow() { return **ReadAnchor(data()); }
};

TEST_F(RocksDbRecovery, EverythingIsThereAfterReopening) {
  Open(Options());
  PutMany(0, 50);
  Delete("key0");
  Put("key0", std::string(100, 'v'));
  const Position head = engine_->head();
  const std::optional<Entry> entry = Get("key7");
  engine_.reset();
  Open(Options());
  EXPECT_EQ(engine_->head(), head);
  EXPECT_EQ(Get("key7")->version, entry->version);
  ExpectAll(50);
  // The order of commits goes on where it was.
  EXPECT_EQ(Compare(head, Put("key0", std::string(100, 'v'))), std::strong_ordering::less);
}

TEST_F(RocksDbRecovery, TrimmedFeedsStayTrimmed) {
  Open(Options());
  PutMany(0, 10);
  const Position middle = ReadFeed(Position(), {.max_commits = 5})->end;
  ASSERT_THAT(Wait(engine_->TrimFeed(middle)), IsOk());
  engine_.reset();
  Open(Options());
  EXPECT_EQ(engine_->oldest(), middle);
  EXPECT_THAT(Feed(), SizeIs(5));
}

TEST_F(RocksDbRecovery, EverythingIsThereAfterACrash) {
  Open(Options());
  PutMany(0, 50);
  CrashNow();
  Open(Options());
  ExpectAll(50);
}

TEST_F(RocksDbRecovery, ACrashBeforeTheFirstCommitIsAnEmptyStore) {
  Open(Options());
  CrashNow();
  Open(Options());
  EXPECT_THAT(Keys({"", ""}), IsEmpty());
  PutMany(0, 1);
}

TEST_F(RocksDbRecovery, ARecordTornAtTheEndWasNeverAcknowledged) {
  EngineOptions slow_anchor = Options();
  slow_anchor.anchor_interval = absl::Hours(1);
  Open(slow_anchor);
  PutMany(0, 20);
  const std::string complete = directory_ / "complete.log";
  fs::copy_file(LastLog(), complete);
  const size_t end = UsedBytes(complete);
  PutMany(20, 21);
  CrashNow();
  // Half of the last record is there.
  const size_t torn = end + (UsedBytes(LastLog()) - end) / 2;
  fs::resize_file(LastLog(), torn);
  Open(Options());
  ExpectAll(20);
  PutMany(20, 25);
  ExpectAll(25);
}

TEST_F(RocksDbRecovery, ALostLogIsARefusedStart) {
  Open(Options());
  PutMany(0, 20);
  engine_.reset();
  fs::remove(LastLog());
  const absl::Status refused = OpeningFails();
  EXPECT_THAT(refused, IsError(absl::StatusCode::kDataLoss, "STORAGE_COMMITS_LOST"));
  EXPECT_THAT(std::string(refused.message()), HasSubstr("backup"));
  EXPECT_THAT(std::string(refused.message()), HasSubstr(data()));
  // It is refused again: the first attempt has not made an empty store of it.
  EXPECT_THAT(OpeningFails(), IsError(absl::StatusCode::kDataLoss, "STORAGE_COMMITS_LOST"));
}

TEST_F(RocksDbRecovery, ALogLostInACrashIsARefusedStart) {
  Open(Options());
  PutMany(0, 20);
  // The committer renews the anchor between groups: the first commit is anchored at once.
  while (AnchorNow().sequence == 0) usleep(1000);
  CrashNow();
  fs::remove(LastLog());
  EXPECT_THAT(OpeningFails(), IsError(absl::StatusCode::kDataLoss, "STORAGE_COMMITS_LOST"));
}

TEST_F(RocksDbRecovery, ALogCutBeforeTheAnchorIsARefusedStart) {
  Open(Options());
  PutMany(0, 20);
  engine_.reset();
  fs::resize_file(LastLog(), UsedBytes(LastLog()) / 2);
  EXPECT_THAT(OpeningFails(), IsError(absl::StatusCode::kDataLoss, "STORAGE_COMMITS_LOST"));
}

TEST_F(RocksDbRecovery, AFlippedByteInTheLogIsARefusedStart) {
  Open(Options());
  PutMany(0, 40);
  // Several of the log's blocks, so that there are whole ones behind the damage.
  for (int i = 0; i < 40; ++i) Put(absl::StrCat("large/", i), std::string(5000, 'x'));
  engine_.reset();
  const std::string intact = directory_ / "intact";
  fs::copy(data(), intact, fs::copy_options::recursive);
  const size_t used = UsedBytes(LastLog());
  for (int i = 1; i < 20; ++i) {
    fs::remove_all(data());
    fs::copy(intact, data(), fs::copy_options::recursive);
    FlipByte(LastLog(), used * static_cast<size_t>(i) / 20);
    const absl::Status refused = OpeningFails();
    EXPECT_EQ(refused.code(), absl::StatusCode::kDataLoss) << refused << " at " << i;
    EXPECT_THAT(std::string(refused.message()), HasSubstr("backup"));
  }
}

TEST_F(RocksDbRecovery, AFlippedByteInATableIsFoundWhenRead) {
  EngineOptions small = Options();
  small.write_buffer_bytes = 64 << 10;
  Open(small);
  PutMany(0, 3000);
  engine_.reset();
  // Reopening replays the log into a table.
  Open(Options());
  engine_.reset();
  std::string table;
  for (const auto& file : fs::directory_iterator(data() + "/rocksdb")) {
    if (file.path().extension() == ".sst") table = file.path().string();
  }
  ASSERT_NE(table, "");
  FlipByte(table, fs::file_size(table) / 3);
  absl::StatusOr<std::unique_ptr<Engine>> engine = OpenEngine(Options(), executor_);
  absl::Status status = engine.status();
  if (engine.ok()) {
    engine_ = *std::move(engine);
    status = Wait(engine_->GetSnapshot()->Scan({"", ""}, {.limit = 100'000})).status();
    if (status.ok())
      status = ReadFeed(Position(), {.max_commits = 1u << 20, .max_bytes = 1u << 30}).status();
  }
  EXPECT_THAT(status, IsError(absl::StatusCode::kDataLoss, "STORAGE_CORRUPT"));
}

TEST_F(RocksDbRecovery, AnOlderCopyOfTheDatabaseIsARefusedStart) {
  Open(Options());
  PutMany(0, 10);
  engine_.reset();
  const std::string older = directory_ / "older";
  fs::copy(data() + "/rocksdb", older, fs::copy_options::recursive);
  Open(Options());
  PutMany(10, 20);
  engine_.reset();
  fs::remove_all(data() + "/rocksdb");
  fs::rename(older, data() + "/rocksdb");
  EXPECT_THAT(OpeningFails(), IsError(absl::StatusCode::kDataLoss, "STORAGE_COMMITS_LOST"));
}

TEST_F(RocksDbRecovery, ALostDatabaseIsARefusedStart) {
  Open(Options());
  PutMany(0, 10);
  engine_.reset();
  fs::remove_all(data() + "/rocksdb");
  EXPECT_EQ(OpeningFails().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(OpeningFails().code(), absl::StatusCode::kDataLoss);
}

TEST_F(RocksDbRecovery, ADatabaseOfAnotherDirectoryIsARefusedStart) {
  Open(Options());
  PutMany(0, 10);
  engine_.reset();
  EngineOptions other = Options();
  other.directory = directory_ / "other";
  Open(other);
  PutMany(0, 20);
  engine_.reset();
  fs::remove_all(data() + "/rocksdb");
  fs::rename(other.directory + "/rocksdb", data() + "/rocksdb");
  EXPECT_THAT(OpeningFails(), IsError(absl::StatusCode::kDataLoss, "STORAGE_CORRUPT"));
}

TEST_F(RocksDbRecovery, ADirectoryWithoutItsAnchorIsRefused) {
  Open(Options());
  PutMany(0, 10);
  engine_.reset();
  fs::remove(data() + "/ANCHOR");
  EXPECT_THAT(OpeningFails(), IsError(absl::StatusCode::kDataLoss, "STORAGE_CORRUPT"));
}

TEST_F(RocksDbRecovery, EveryDamageToTheAnchorIsRefused) {
  Open(Options());
  PutMany(0, 10);
  engine_.reset();
  const std::string path = data() + "/ANCHOR";
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto write = [&](const std::string& content) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
  };
  for (size_t i = 0; i < text.size(); ++i) {
    std::string damaged = text;
    damaged[i] ^= 0x01;
    write(damaged);
    const absl::StatusOr<std::optional<Anchor>> read = ReadAnchor(data());
    ASSERT_FALSE(read.ok()) << i << "\n" << damaged;
    write(text.substr(0, i));
    ASSERT_FALSE(ReadAnchor(data()).ok()) << i;
  }
  write(text);
  Open(Options());
  ExpectAll(10);
}

TEST_F(RocksDbRecovery, ANewerFormatIsRefusedWithAdvice) {
  Open(Options());
  PutMany(0, 1);
  engine_.reset();
  std::ofstream(data() + "/ANCHOR", std::ios::trunc) << "weft-storage 2\nsomething new\n";
  const absl::Status refused = OpeningFails();
  EXPECT_THAT(refused, IsError(absl::StatusCode::kFailedPrecondition, "STORAGE_NEWER_FORMAT"));
  EXPECT_THAT(std::string(refused.message()), HasSubstr("newer version"));
}

TEST_F(RocksDbRecovery, AForeignDirectoryIsLeftAlone) {
  fs::create_directories(data());
  std::ofstream(data() + "/thesis.doc") << "important";
  const absl::Status refused = OpeningFails();
  EXPECT_THAT(refused, IsError(absl::StatusCode::kFailedPrecondition, "STORAGE_FOREIGN_DIRECTORY"));
  EXPECT_THAT(std::string(refused.message()), HasSubstr("thesis.doc"));
  EXPECT_EQ(std::distance(fs::directory_iterator(data()), fs::directory_iterator()), 1);
}

TEST_F(RocksDbRecovery, WhatStandsBesideAnotherEngineMayBeLost) {
  EngineOptions inner = Options();
  inner.directory = data() + "/releases";
  Open(inner);
  PutMany(0, 3);
  engine_.reset();
  // What was beside it is gone, and made anew.
  Open(Options());
  engine_.reset();
  Open(inner);
  ExpectAll(3);
  engine_.reset();
  std::ofstream(data() + "/thesis.doc") << "important";
  fs::remove(data() + "/ANCHOR");
  fs::remove_all(data() + "/rocksdb");
  EXPECT_THAT(OpeningFails(),
              IsError(absl::StatusCode::kFailedPrecondition, "STORAGE_FOREIGN_DIRECTORY"));
}

TEST_F(RocksDbRecovery, ADirectoryInUseIsRefusedAndNamesItsUser) {
  Open(Options());
  PutMany(0, 1);
  const absl::StatusOr<std::unique_ptr<Engine>> second = OpenEngine(Options(), executor_);
  EXPECT_THAT(second, IsError(absl::StatusCode::kFailedPrecondition, "STORAGE_LOCKED"));
  EXPECT_THAT(std::string(second.status().message()), HasSubstr(absl::StrCat("id ", getpid())));
  ExpectAll(1);
}

TEST_F(RocksDbRecovery, AnUnusablePathSaysWhy) {
  std::ofstream(directory_ / "file") << "x";
  EngineOptions options = Options();
  options.directory = directory_ / "file";
  const auto engine = OpenEngine(options, executor_);
  EXPECT_THAT(engine, IsError(absl::StatusCode::kUnavailable, "STORAGE_UNAVAILABLE"));
  options.directory = "";
  EXPECT_THAT(OpenEngine(options, executor_),
              IsError(absl::StatusCode::kInvalidArgument, "STORAGE_NO_DIRECTORY"));
  options.kind = "papyrus";
  EXPECT_THAT(OpenEngine(options, executor_),
              IsError(absl::StatusCode::kInvalidArgument, "STORAGE_ENGINE_UNKNOWN"));
}

// Writes fail above a file size.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : old_handler_(signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &old_limit_);
    rlimit limit = old_limit_;
    limit.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &old_limit_);
    signal(SIGXFSZ, old_handler_);
  }

 private:
  void (*old_handler_)(int);
  rlimit old_limit_;
};

TEST_F(RocksDbRecovery, AFailingDiskIsAnErrorAndLosesNothing) {
  Open(Options());
  PutMany(0, 20);
  const Position before = engine_->head();
  const auto fail = [&] {
    Batch batch;
    batch.Put("lost", std::string(10'000, 'x'));
    batch.changes = {"lost"};
    EXPECT_THAT(Commit(std::move(batch)),
                IsError(absl::StatusCode::kUnavailable, "STORAGE_UNAVAILABLE"));
  };
  {
    const FileSizeLimit limit(UsedBytes(LastLog()) + 100);
    for (int i = 0; i < 3; ++i) fail();
    // Reads go on, from what was acknowledged.
    EXPECT_THAT(engine_->Health(), IsError(absl::StatusCode::kUnavailable, "STORAGE_UNAVAILABLE"));
    EXPECT_EQ(engine_->head(), before);
    EXPECT_EQ(Value("lost"), "(absent)");
    ExpectAll(20);
  }
  // The log may end in half a record: nothing is written behind it until the next start.
  fail();
  engine_.reset();
  Open(Options());
  ExpectAll(20);
  PutMany(20, 30);
  ExpectAll(30);
}

// A file system of a few megabytes.
class SmallDisk {
 public:
  explicit SmallDisk(std::string path) : path_(std::move(path)) {
    fs::create_directories(path_);
    mounted_ = Mount() || (EnterOwnNamespace() && Mount());
  }
  ~SmallDisk() {
    if (mounted_) umount2(path_.c_str(), MNT_DETACH);
  }
  bool mounted() const { return mounted_; }

 private:
  bool Mount() const { return mount("tmpfs", path_.c_str(), "tmpfs", 0, "size=12m") == 0; }
  // Where one who is not root may mount; a process with threads can't go there.
  static bool EnterOwnNamespace() {
    const std::string user = absl::StrCat("0 ", geteuid(), " 1");
    const std::string group = absl::StrCat("0 ", getegid(), " 1");
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
    std::ofstream("/proc/self/uid_map") << user;
    std::ofstream("/proc/self/setgroups") << "deny";
    std::ofstream("/proc/self/gid_map") << group;
    return true;
  }

  const std::string path_;
  bool mounted_ = false;
};

TEST_F(RocksDbRecovery, AFullDiskRefusesWritesUntilThereIsSpace) {
  const SmallDisk disk(data());
  if (!disk.mounted()) {
    GTEST_SKIP() << "this kernel lets neither root nor a user namespace mount a file system; "
                    "FailingDisk.AFullOneRefusesWritesServesReadsAndHeals fills a simulated disk";
  }
  const std::string ballast = data() + "/lost+found";
  Open(Options());
  PutMany(0, 1);
  std::ofstream(ballast) << std::string(4u << 20, 'b');
  int count = 1;
  absl::Status status;
  for (; status.ok() && count < 100'000; count += status.ok() ? 1 : 0) {
    Batch batch;
    batch.Put(absl::StrCat("key", count), std::string(100, 'v'));
    batch.Put("ballast", std::string(20'000, static_cast<char>(count)));
    batch.changes = {absl::StrCat(count)};
    status = Commit(std::move(batch)).status();
  }
  EXPECT_THAT(status, IsError(absl::StatusCode::kResourceExhausted, "STORAGE_FULL"));
  EXPECT_THAT(engine_->Health(), IsError(absl::StatusCode::kResourceExhausted, "STORAGE_FULL"));
  ExpectAll(count);
  // It comes back by itself.
  fs::remove(ballast);
  for (int tries = 0; tries < 100; ++tries) {
    Batch batch;
    batch.Put(absl::StrCat("key", count), std::string(100, 'v'));
    batch.changes = {absl::StrCat(count)};
    status = Commit(std::move(batch)).status();
    if (status.ok()) break;
    usleep(100'000);
  }
  EXPECT_THAT(status, IsOk());
  EXPECT_THAT(engine_->Health(), IsOk());
  ExpectAll(count + 1);
  engine_.reset();
  Open(Options());
  ExpectAll(count + 1);
  engine_.reset();
}

TEST_F(RocksDbRecovery, TheAnchorFollowsWhileCommitsGoOnAndAtTheEnd) {
  EngineOptions options = Options();
  options.anchor_interval = absl::ZeroDuration();
  Open(options);
  PutMany(0, 20);
  while (AnchorNow().sequence < engine_->head().sequence()) usleep(1000);
  options.anchor_interval = absl::Hours(1);
  engine_.reset();
  Open(options);
  PutMany(20, 40);
  const uint64_t head = engine_->head().sequence();
  EXPECT_LT(AnchorNow().sequence, head);
  engine_.reset();
  EXPECT_EQ(AnchorNow().sequence, head);
}

TEST_F(RocksDbRecovery, AStartThatWasCutShortIsTakenUp) {
  fs::create_directories(data() + "/lost+found");
  std::ofstream(data() + "/LOCK") << "1\n";
  std::ofstream(data() + "/ANCHOR.tmp") << "half";
  Open(Options());
  PutMany(0, 3);
  engine_.reset();
  Open(Options());
  ExpectAll(3);
}

}  // namespace
}  // namespace weft::storage
