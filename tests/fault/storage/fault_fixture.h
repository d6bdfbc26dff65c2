// An engine on a FaultFileSystem, and a ledger of what it has acknowledged.
#ifndef WEFT_TESTS_FAULT_STORAGE_FAULT_FIXTURE_H_
#define WEFT_TESTS_FAULT_STORAGE_FAULT_FIXTURE_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "tests/common/storage/engine_fixture.h"
#include "tests/fault/storage/fault_file_system.h"

namespace weft::fault {

using storage::Batch;
using storage::Entry;
using storage::Position;
using weft::testing::IsError;
using weft::testing::IsOk;

// How many rounds a test makes: WEFT_FAULT_FULL asks for the long form.
inline int Rounds(int quick, int full) {
  return std::getenv("WEFT_FAULT_FULL") != nullptr ? full : quick;
}

class FaultFixture : public storage::EngineFixture {
 protected:
  // The engine goes before its disk.
  ~FaultFixture() override { engine_.reset(); }

  // Flushes and compactions happen all the time, so that faults fall into them.
  storage::EngineOptions Options() {
    storage::EngineOptions options = storage::SmallEngine("rocksdb", data());
    options.write_buffer_bytes = 64 << 10;
    options.anchor_interval = absl::Milliseconds(20);
    options.close_patience = absl::Seconds(1);
    options.rocksdb_env = disk_.env();
    return options;
  }
  std::string data() const { return directory_ / absl::StrCat("data", generation_); }

  // A new directory and an empty ledger.
  void StartAfresh() {
    engine_.reset();
    ++generation_;
    outcomes_.clear();
  }

  // All but the lock, which a database that is still open goes on holding.
  void MoveDirectory() {
    const std::filesystem::path from = data();
    ++generation_;
    const std::filesystem::path to = data();
    std::filesystem::create_directory(to);
    for (const auto& entry : std::filesystem::directory_iterator(from)) {
      const std::filesystem::path name = entry.path().filename();
      if (name != "LOCK") std::filesystem::rename(entry.path(), to / name);
    }
  }

  absl::Status TryOpen(const storage::EngineOptions& options) {
    absl::StatusOr<std::unique_ptr<storage::Engine>> engine =
        storage::OpenEngine(options, executor_);
    if (!engine.ok()) return engine.status();
    engine_ = *std::move(engine);
    return absl::OkStatus();
  }

  static std::string KeyOf(int64_t number) { return absl::StrCat("row/", 1'000'000'000 + number); }
  static std::string ValueOf(int64_t number) {
    return std::string(20 + static_cast<size_t>(number * 37 % 400),
                       static_cast<char>('a' + number % 26));
  }
  static Batch BatchOf(int64_t number) {
    Batch batch;
    batch.Put(KeyOf(number), ValueOf(number));
    batch.Put("last", absl::StrCat(number));
    batch.changes = {absl::StrCat(number)};
    return batch;
  }

  // Makes the next `count` commits, all at once, and notes their outcomes. The first error.
  absl::Status CommitSome(int count) {
    std::vector<std::optional<absl::StatusOr<Position>>> outcomes(static_cast<size_t>(count));
    for (auto& outcome : outcomes) {
      storage::CommitInto(*engine_, BatchOf(next_), outcome);
      ++next_;
    }
    absl::Status first;
    const int64_t begin = next_ - count;
    for (size_t i = 0; i < outcomes.size(); ++i) {
      executor_.RunUntil([&] { return outcomes[i].has_value(); });
      outcomes_[begin + static_cast<int64_t>(i)] = outcomes[i]->status();
      first.Update(outcomes[i]->status());
    }
    return first;
  }

  // Commits until the disk has no room for more. The manifest has its room already, as RocksDB
  // allocates it beforehand; a new one does not fit.
  void FillUp() {
    const auto left = std::make_shared<std::atomic<int64_t>>(300'000);
    disk_.SetRule([left](const FaultFileSystem::Call& call) {
      const bool manifest = absl::StrContains(call.path, "MANIFEST");
      const bool made = call.op == FaultFileSystem::Op::kCreate;
      const auto bytes = static_cast<int64_t>(manifest ? (made ? 4 << 20 : 0) : call.bytes);
      if (left->fetch_sub(bytes) >= bytes) return rocksdb::IOStatus::OK();
      *left += bytes;
      return rocksdb::IOStatus::NoSpace("injected", call.path);
    });
    const int64_t end = next_ + 100'000;
    // Of commits that are made at once a later one may still have found room.
    const auto refused = [&] { return !outcomes_[next_ - 1].ok(); };
    do {
      CommitSome(16).IgnoreError();
    } while (!refused() && next_ < end);
    // What was too large may have left room for something small.
    *left = 0;
    ASSERT_THAT(outcomes_[next_ - 1],
                IsError(absl::StatusCode::kResourceExhausted, "STORAGE_FULL"));
    EXPECT_THAT(engine_->Health(), IsError(absl::StatusCode::kResourceExhausted, "STORAGE_FULL"));
  }

  int64_t Acknowledged() const {
    int64_t count = 0;
    for (const auto& [number, status] : outcomes_) count += status.ok() ? 1 : 0;
    return count;
  }

  // What was acknowledged is there, whole; what is ambiguous is there whole or not at all; the feed
  // tells of exactly what is there, once, in order.
  void CheckLedger() {
    std::map<std::string, std::string> rows;
    std::string begin;
    for (bool more = true; more;) {
      const std::vector<Entry> page = Scan(*engine_->GetSnapshot(), {begin, ""}, {.limit = 5000});
      for (const Entry& entry : page) rows[entry.key] = entry.value;
      more = page.size() == 5000;
      if (more) begin = page.back().key + '\0';
    }
    std::vector<std::string> there;
    for (const auto& [number, status] : outcomes_) {
      const auto row = rows.find(KeyOf(number));
      if (row == rows.end()) {
        ASSERT_FALSE(status.ok()) << "acknowledged and lost: " << number;
        continue;
      }
      ASSERT_EQ(row->second, ValueOf(number)) << number << " " << status;
      there.push_back(absl::StrCat(number));
    }
    const size_t extra = there.empty() ? 0 : 1;
    ASSERT_EQ(rows.size(), there.size() + extra) << "rows that nobody wrote";
    ASSERT_EQ(rows["last"], there.empty() ? "" : there.back());
    std::vector<std::string> told;
    for (const std::vector<std::string>& commit : Feed()) {
      ASSERT_THAT(commit, ::testing::SizeIs(1));
      told.push_back(commit.front());
    }
    ASSERT_EQ(told, there) << "feed and rows differ";
  }

  // Retries until a commit goes through and all is said to be well; how long the former took. Fails
  // after half a minute.
  absl::Duration WaitUntilWritable() {
    const auto start = std::chrono::steady_clock::now();
    const auto passed = [&] { return std::chrono::steady_clock::now() - start; };
    const auto wait_until = [&](const std::function<bool()>& done) {
      while (!done() && passed() < std::chrono::seconds(30)) absl::SleepFor(absl::Milliseconds(20));
      return passed();
    };
    const auto writable = wait_until([&] { return CommitSome(1).ok(); });
    // A compaction that has failed before may tell only now.
    wait_until([&] { return engine_->Health().ok(); });
    EXPECT_THAT(outcomes_[next_ - 1], IsOk()) << "still refused";
    EXPECT_THAT(engine_->Health(), IsOk());
    return absl::FromChrono(writable);
  }

  FaultFileSystem disk_;
  std::mt19937_64 random_;
  int generation_ = 0;
  int64_t next_ = 1;
  std::map<int64_t, absl::Status> outcomes_;
};

}  // namespace weft::fault

#endif  // WEFT_TESTS_FAULT_STORAGE_FAULT_FIXTURE_H_
