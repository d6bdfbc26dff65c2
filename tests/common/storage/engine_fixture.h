// An engine of each kind for tests, on an executor that the test drives.
#ifndef WEFT_TESTS_COMMON_STORAGE_ENGINE_FIXTURE_H_
#define WEFT_TESTS_COMMON_STORAGE_ENGINE_FIXTURE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/base/executor.h"
#include "common/storage/engine.h"
#include "common/storage/open_engine.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/errors.h"
#include "tests/testing/seed.h"
#include "tests/testing/temp_dir.h"

namespace weft::storage {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using weft::testing::IsError;
using weft::testing::IsOk;
using weft::testing::TestSeed;

// Small buffers, so that the tests of many engines share a disk.
inline EngineOptions SmallEngine(const std::string& kind, const std::string& directory) {
  EngineOptions options;
  options.kind = kind;
  options.directory = directory;
  options.write_buffer_bytes = 1u << 20;
  options.block_cache_bytes = 4u << 20;
  return options;
}

// Starts a commit and keeps its outcome; the executor must run for it to arrive.
inline Detached CommitInto(Engine& engine, Batch batch,
                           std::optional<absl::StatusOr<Position>>& outcome) {
  outcome = co_await engine.Commit(std::move(batch));
}

class EngineFixture : public ::testing::Test {
 protected:
  void Open(EngineOptions options) {
    absl::StatusOr<std::unique_ptr<Engine>> engine = OpenEngine(options, executor_);
    ASSERT_THAT(engine, IsOk());
    engine_ = *std::move(engine);
  }

  template <class T>
  T Wait(Task<T> task) {
    return SyncWait(executor_, std::move(task));
  }
  absl::StatusOr<Position> Commit(Batch batch) { return Wait(engine_->Commit(std::move(batch))); }
  Position MustCommit(Batch batch) {
    absl::StatusOr<Position> position = Commit(std::move(batch));
    EXPECT_THAT(position, IsOk());
    return position.value_or(Position());
  }
  Position Put(const std::string& key, const std::string& value) {
    Batch batch;
    batch.Put(key, value);
    return MustCommit(std::move(batch));
  }
  Position Delete(const std::string& key) {
    Batch batch;
    batch.Delete(key);
    return MustCommit(std::move(batch));
  }
  Position Record(const std::string& change) {
    Batch batch;
    batch.changes = {change};
    return MustCommit(std::move(batch));
  }

  std::optional<Entry> Get(Reader& reader, const std::string& key) {
    absl::StatusOr<std::optional<Entry>> entry = Wait(reader.Get(key));
    EXPECT_THAT(entry, IsOk());
    return entry.ok() ? *std::move(entry) : std::nullopt;
  }
  std::optional<Entry> Get(const std::string& key) { return Get(*engine_->GetSnapshot(), key); }
  // "(absent)" when there is none.
  std::string Value(Reader& reader, const std::string& key) {
    const std::optional<Entry> entry = Get(reader, key);
    return entry.has_value() ? entry->value : "(absent)";
  }
  std::string Value(const std::string& key) { return Value(*engine_->GetSnapshot(), key); }

  std::vector<Entry> Scan(Reader& reader, KeyRange range, ScanOptions options = {}) {
    absl::StatusOr<std::vector<Entry>> entries = Wait(reader.Scan(std::move(range), options));
    EXPECT_THAT(entries, IsOk());
    return entries.ok() ? *std::move(entries) : std::vector<Entry>();
  }
  std::vector<std::string> Keys(KeyRange range, ScanOptions options = {}) {
    std::vector<std::string> keys;
    for (const Entry& entry : Scan(*engine_->GetSnapshot(), std::move(range), options)) {
      keys.push_back(entry.key);
    }
    return keys;
  }

  absl::StatusOr<FeedPage> ReadFeed(Position after, FeedLimits limits = {}) {
    return Wait(engine_->ReadFeed(after, limits));
  }
  // Every change record after a position, commit by commit.
  std::vector<std::vector<std::string>> Feed(Position after = Position()) {
    std::vector<std::vector<std::string>> commits;
    for (;;) {
      absl::StatusOr<FeedPage> page = ReadFeed(after);
      EXPECT_THAT(page, IsOk());
      if (!page.ok()) return commits;
      for (const auto& commit : page->commits) commits.push_back(commit->changes);
      if (page->caught_up) return commits;
      after = page->end;
    }
  }

  weft::testing::TempDir directory_;
  ManualExecutor executor_;
  std::unique_ptr<Engine> engine_;
};

// The same test over every engine.
class EveryEngine : public EngineFixture, public ::testing::WithParamInterface<std::string> {
 protected:
  void SetUp() override { Open(Options()); }
  // "rocksdb_short_tail" holds next to nothing of the feed in memory, so that it is read from disk.
  EngineOptions Options() {
    const std::string kind = GetParam().substr(0, GetParam().find('_'));
    EngineOptions options = SmallEngine(kind, directory_ / "data");
    if (kind != GetParam()) options.feed_tail_bytes = 500;
    return options;
  }
};

#define WEFT_FOR_EVERY_ENGINE(Suite)                                                     \
  INSTANTIATE_TEST_SUITE_P(Engines, Suite,                                               \
                           ::testing::Values("memory", "rocksdb", "rocksdb_short_tail"), \
                           [](const auto& engine) { return engine.param; })

}  // namespace weft::storage

#endif  // WEFT_TESTS_COMMON_STORAGE_ENGINE_FIXTURE_H_
