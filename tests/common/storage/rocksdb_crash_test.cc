// Kills a process that commits as fast as it can, again and again, and checks after each death that
// nothing it had acknowledged is missing.
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <random>
#include <string>
#include <thread>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "tests/common/storage/engine_fixture.h"
#include "tests/testing/own_child.h"

namespace weft::storage {
namespace {

constexpr int kRounds = 12;
constexpr int kLanes = 8;
// As the first argument, it makes a child of this program.
constexpr char kChild[] = "--commit_until_killed";

std::string Key(int lane, int64_t number) { return absl::StrCat("lane", lane, "/", number); }

// Commits its own numbers, each with a record, and a counter that all lanes share; says so when a
// commit has returned.
Detached CommitForEver(Engine& engine, int lane, int64_t number) {
  for (;; ++number) {
    Batch batch;
    batch.Put(Key(lane, number), std::string(200, static_cast<char>('a' + lane)));
    batch.Put(absl::StrCat("last", lane), absl::StrCat(number));
    batch.changes = {Key(lane, number), absl::StrCat("last", lane)};
    absl::StatusOr<Position> position = co_await engine.Commit(std::move(batch));
    if (!position.ok()) _exit(3);
    const std::string ack = absl::StrCat(lane, " ", number, "\n");
    if (write(STDOUT_FILENO, ack.data(), ack.size()) != static_cast<ssize_t>(ack.size())) _exit(4);
  }
}

int RunChild(const char* directory, bool anchor_always) {
  ManualExecutor executor;
  EngineOptions options = SmallEngine("rocksdb", directory);
  // Flushes, compactions and anchors happen all the time, so that deaths fall into them.
  options.write_buffer_bytes = 128 << 10;
  if (anchor_always) options.anchor_interval = absl::ZeroDuration();
  absl::StatusOr<std::unique_ptr<Engine>> engine = OpenEngine(options, executor);
  if (!engine.ok()) {
    std::cerr << engine.status() << std::endl;
    return 2;
  }
  for (int lane = 0; lane < kLanes; ++lane) {
    absl::StatusOr<std::optional<Entry>> last =
        SyncWait(executor, (*engine)->GetSnapshot()->Get(absl::StrCat("last", lane)));
    int64_t number = -1;
    if (last.ok() && last->has_value() && !absl::SimpleAtoi((*last)->value, &number)) return 5;
    CommitForEver(**engine, lane, number + 1);
  }
  executor.RunUntil([] { return false; });
  return 0;
}

class RocksDbCrash : public EngineFixture {
 protected:
  // Runs the child for a while and reads what it acknowledges until it is dead.
  void RunAndKill(std::chrono::milliseconds lifetime, bool anchor_always) {
    int pipe_ends[2];
    ASSERT_EQ(pipe(pipe_ends), 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, pipe_ends[0]);
    const pid_t child = testing::StartOwnChild(
        {kChild, directory_ / "data", anchor_always ? "always" : "seldom"}, &actions);
    posix_spawn_file_actions_destroy(&actions);
    ASSERT_GT(child, 0);
    close(pipe_ends[1]);

    FILE* acks = fdopen(pipe_ends[0], "r");
    std::thread killer;
    int lane = 0;
    long long number = 0;
    while (fscanf(acks, "%d %lld", &lane, &number) == 2) {
      acked_[lane] = std::max<int64_t>(acked_[lane], number);
      ++total_acked_;
      // The clock starts with the first commit, so that no death is wasted on the start.
      if (!killer.joinable()) {
        killer = std::thread([child, lifetime] {
          std::this_thread::sleep_for(lifetime);
          kill(child, SIGKILL);
        });
      }
    }
    if (killer.joinable()) killer.join();
    fclose(acks);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << WEXITSTATUS(status);
  }

  void CheckNothingIsMissing() {
    Open(SmallEngine("rocksdb", directory_ / "data"));
    for (int lane = 0; lane < kLanes; ++lane) {
      int64_t last = -1;
      const std::string text = Value(absl::StrCat("last", lane));
      ASSERT_TRUE(text == "(absent)" || absl::SimpleAtoi(text, &last)) << text;
      ASSERT_GE(last, acked_[lane]) << "acknowledged and lost";
      for (int64_t number = 0; number <= last; ++number) {
        ASSERT_EQ(Value(Key(lane, number)), std::string(200, static_cast<char>('a' + lane)));
      }
      ASSERT_EQ(Value(Key(lane, last + 1)), "(absent)") << "half a commit";
    }
    CheckFeed();
    engine_.reset();
  }

  // Every commit in the feed, once, whole, in order; every sequence number used.
  void CheckFeed() {
    int64_t next[kLanes] = {};
    uint64_t sequence = 0;
    Position cursor;
    for (;;) {
      const absl::StatusOr<FeedPage> page = ReadFeed(cursor);
      ASSERT_THAT(page, IsOk());
      for (const auto& commit : page->commits) {
        ASSERT_EQ(commit->position.sequence(), ++sequence);
        ASSERT_THAT(commit->changes, SizeIs(2));
        const int lane = commit->changes[1].back() - '0';
        ASSERT_EQ(commit->changes[0], Key(lane, next[lane]++));
      }
      cursor = page->end;
      if (page->caught_up) break;
    }
    EXPECT_EQ(engine_->head().sequence(), sequence);
    for (int lane = 0; lane < kLanes; ++lane) {
      const std::string last = Value(absl::StrCat("last", lane));
      EXPECT_EQ(last, next[lane] == 0 ? "(absent)" : absl::StrCat(next[lane] - 1));
    }
  }

  int64_t acked_[kLanes] = {-1, -1, -1, -1, -1, -1, -1, -1};
  int64_t total_acked_ = 0;
};

TEST_F(RocksDbCrash, NothingAcknowledgedIsLostWhenTheProcessIsKilled) {
  std::mt19937_64 random(TestSeed());
  for (int round = 0; round < kRounds; ++round) {
    ASSERT_NO_FATAL_FAILURE(RunAndKill(std::chrono::milliseconds(random() % 400), round % 2 == 0));
    ASSERT_NO_FATAL_FAILURE(CheckNothingIsMissing()) << "round " << round;
  }
  std::cout << total_acked_ << " commits acknowledged in " << kRounds << " lives" << std::endl;
}

}  // namespace

bool IsChild(int argc, char** argv) { return argc == 4 && std::string(argv[1]) == kChild; }

int ChildMain(char** argv) { return RunChild(argv[2], std::string(argv[3]) == "always"); }

}  // namespace weft::storage

int main(int argc, char** argv) {
  if (weft::storage::IsChild(argc, argv)) return weft::storage::ChildMain(argv);
  testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
