// Imports that are stopped, killed and disturbed at every commit: each site must be applied once.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <iostream>
#include <map>
#include <set>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/services/ingestion/import/import_lab.h"
#include "tests/services/ingestion/import/reading.h"
#include "tests/testing/errors.h"
#include "tests/testing/own_child.h"
#include "tests/testing/temp_dir.h"
#include "weft/type/v1/change.pb.h"

namespace weft::ingestion {
namespace {

using ::testing::IsEmpty;
using testing::IsError;
using testing::IsOk;
using ::testing::SizeIs;

constexpr int kSites = 250;
// With 8 kB of text for each site the file takes several chunks, and more than one commit to store.
constexpr size_t kTextSize = 8000;
// As the first argument, it makes a child of this program.
constexpr char kChild[] = "--import_until_killed";

// The file whose import is stopped.
std::string FileOfAllSites() { return LabFile(kSites, 0, kTextSize); }

// How often each response and revision stands in the change feed.
std::map<std::string, int> Changes(ImportLab& lab) {
  std::map<std::string, int> changes;
  storage::Position position;
  bool more = true;
  while (more) {
    absl::StatusOr<storage::FeedPage> page =
        lab.Await(lab.engine().ReadFeed(position, storage::FeedLimits()));
    EXPECT_THAT(page, IsOk());
    if (!page.ok()) break;
    for (const auto& commit : page->commits) {
      for (const std::string& bytes : commit->changes) {
        weft::type::v1::Change change;
        EXPECT_TRUE(change.ParseFromString(bytes));
        if (change.type() == "response" || change.type() == "response_revision") {
          ++changes[change.name()];
        }
      }
    }
    position = page->end;
    more = !page->caught_up;
  }
  return changes;
}

// Everything that LabFile(kSites) says is there, once, and nothing is left over.
void ExpectAppliedOnce(ImportLab& lab, const v1::Import& import) {
  EXPECT_EQ(import.state(), v1::Import::STATE_SUCCEEDED) << import.DebugString();
  EXPECT_EQ(import.sites_accepted(), kSites);
  EXPECT_EQ(import.sites_applied(), kSites);
  EXPECT_EQ(import.sites_unchanged(), 0);
  EXPECT_NE(import.position(), "");
  const std::vector<v1::Response> responses = lab.All(lab.tables().responses);
  ASSERT_THAT(responses, SizeIs(kSites));
  for (int i = 0; i < kSites; ++i) {
    const v1::Response& response = responses[static_cast<size_t>(i)];
    EXPECT_EQ(response.respondent(), absl::StrCat("sites/", LabSite(i + 1)));
    EXPECT_EQ(response.state(), v1::Response::STATE_SUBMITTED);
    EXPECT_EQ(response.revision(), 1);
    EXPECT_EQ(response.source(), import.name());
    EXPECT_EQ(response.answers().items(1).number(), i + 1);
  }
  EXPECT_THAT(lab.All(lab.tables().revisions, "waves/w1/responses/-"), SizeIs(kSites));
  EXPECT_THAT(lab.All(lab.tables().open_answers, "waves/w1/responses/-"), SizeIs(kSites));
  for (const auto& [name, times] : Changes(lab)) EXPECT_EQ(times, 1) << name;
  EXPECT_THAT(lab.All(lab.tables().spool, "waves/-/imports/-"), IsEmpty());
  EXPECT_THAT(lab.All(lab.tables().progress, "waves/-/imports/-"), IsEmpty());
  EXPECT_THAT(lab.All(lab.tables().imports), SizeIs(1));
}

class ImportResumeTest : public ::testing::Test {
 protected:
  ImportResumeTest() : file_(FileOfAllSites()) {
    ImportLab lab("rocksdb", directory_ / "seed");
    lab.Seed(LenientInstrument(), kSites);
  }

  // A new copy of the seeded database.
  std::string Copy() {
    std::string copy = directory_ / absl::StrCat("copy-", ++copies_);
    std::filesystem::copy(directory_ / "seed", copy, std::filesystem::copy_options::recursive);
    return copy;
  }

  testing::TempDir directory_;
  const std::string file_;
  int copies_ = 0;
};

// What a process does until it is killed: everything, with the kill before or after commit `at`.
// The exit code of one that outlives the import.
int ImportUntilKilled(const std::string& directory, int at, bool before) {
  ImportLab lab("rocksdb", directory);
  const auto kill_at = [at](int commit) -> Task<absl::Status> {
    if (commit == at) kill(getpid(), SIGKILL);
    co_return absl::OkStatus();
  };
  if (before) {
    lab.engine().Before(kill_at);
  } else {
    lab.engine().After(kill_at);
  }
  lab.StartRunner();
  const absl::StatusOr<v1::Import> import = lab.Send(FileOfAllSites());
  // The answer must not come before the kill, unless there were fewer commits.
  if (!import.ok()) std::cerr << import.status() << std::endl;
  return import.ok() && lab.engine().commits() < at ? 0 : 1;
}

TEST_F(ImportResumeTest, KilledAtAnyCommitItGoesOn) {
  int kills = 0;
  for (int at = 1;; ++at) {
    for (const bool before : {true, false}) {
      SCOPED_TRACE(absl::StrCat(before ? "before" : "after", " commit ", at));
      const std::string directory = Copy();
      const pid_t child = testing::StartOwnChild(
          {kChild, directory, absl::StrCat(at), before ? "before" : "after"});
      ASSERT_GT(child, 0);
      int status = 0;
      ASSERT_EQ(waitpid(child, &status, 0), child);
      if (WIFEXITED(status)) {
        ASSERT_EQ(WEXITSTATUS(status), 0);
        // Upload, import, verdict, three batches, end.
        EXPECT_GE(kills, 2 * 7);
        return;
      }
      ASSERT_EQ(WTERMSIG(status), SIGKILL);
      ++kills;
      {
        ImportLab lab("rocksdb", directory);
        lab.StartRunner();
        lab.WaitUntilIdle();
        const std::vector<v1::Import> found = lab.All(lab.tables().imports);
        if (!found.empty()) {
          // It went on by itself.
          ExpectAppliedOnce(lab, found[0]);
        }
        // The caller, who had no answer, sends the file again.
        const absl::StatusOr<v1::Import> import = lab.Send(file_);
        ASSERT_THAT(import, IsOk());
        ExpectAppliedOnce(lab, *import);
      }
      // Not while the database is open, which writes files whenever it likes.
      std::filesystem::remove_all(directory);
    }
  }
}

TEST_F(ImportResumeTest, DrainedAtAnyCommitItGoesOnInTheNextServer) {
  bool drained = true;
  for (int at = 1; drained; ++at) {
    SCOPED_TRACE(absl::StrCat("after commit ", at));
    const std::string directory = Copy();
    drained = false;
    {
      ImportLab lab("rocksdb", directory);
      lab.engine().After([&](int commit) -> Task<absl::Status> {
        if (commit == at) {
          drained = true;
          lab.Drain();
        }
        co_return absl::OkStatus();
      });
      lab.StartRunner();
      const absl::StatusOr<v1::Import> import = lab.Send(file_);
      // The last commit may end the import before the drain is noticed.
      if (!import.ok()) {
        EXPECT_THAT(import, IsError(absl::StatusCode::kUnavailable, "SERVER_DRAINING"));
      }
      EXPECT_TRUE(import.ok() || drained);
    }
    {
      ImportLab lab("rocksdb", directory);
      lab.StartRunner();
      lab.WaitUntilIdle();
      const std::vector<v1::Import> imports = lab.All(lab.tables().imports);
      ASSERT_THAT(imports, SizeIs(1));
      ExpectAppliedOnce(lab, imports[0]);
    }
    std::filesystem::remove_all(directory);
  }
}

TEST(ImportErrorTest, ErrorsOfTheEngineHoldItUpAndNoMore) {
  const std::string file = LabFile(kSites, 0, kTextSize);
  // Refused before anything is written, lost to another commit, and of unknown outcome: written,
  // although the committer is told otherwise.
  const absl::Status full =
      Error(absl::StatusCode::kResourceExhausted, "STORAGE_FULL", "the disk is full");
  const absl::Status conflict = Error(absl::StatusCode::kAborted, "CONFLICT", "another was faster");
  const absl::Status unknown =
      Error(absl::StatusCode::kUnavailable, "STORAGE_UNAVAILABLE", "the outcome is unknown");
  for (int at = 1; at <= 7; ++at) {
    for (const absl::Status& error : {full, conflict, unknown}) {
      SCOPED_TRACE(absl::StrCat(error.message(), " at commit ", at));
      ImportLab lab;
      lab.Seed(LenientInstrument(), kSites);
      const auto fail_at = [at, error](int commit) -> Task<absl::Status> {
        co_return commit == at ? error : absl::OkStatus();
      };
      if (error == unknown) {
        lab.engine().After(fail_at);
      } else {
        lab.engine().Before(fail_at);
      }
      lab.StartRunner();
      absl::StatusOr<v1::Import> import = lab.Send(file);
      if (!import.ok()) {
        // While the file comes in, it is the caller who repeats.
        EXPECT_EQ(import.status(), error);
        EXPECT_LE(at, 2);
        import = lab.Send(file);
      }
      ASSERT_THAT(import, IsOk());
      // What an upload left whose last commit was of unknown outcome goes with the next start.
      lab.StopRunner();
      lab.StartRunner();
      lab.WaitUntilIdle();
      ExpectAppliedOnce(lab, *import);
    }
  }
}

// --- Changes while an import is being applied
// ------------------------------------------------------

class ImportDisturbedTest : public ::testing::Test {
 protected:
  ImportDisturbedTest() {
    lab_.Seed(LenientInstrument(), kSites);
    // No commit has ended before the next batch is decided.
    lab_.engine().Before([this](int) -> Task<absl::Status> {
      co_await Yield(lab_.executor());
      co_return absl::OkStatus();
    });
  }

  // Runs `change` once, after the first batch was committed.
  void AfterFirstBatch(std::function<Task<absl::Status>(storage::Transaction&)> change) {
    lab_.engine().After([this, change](int commit) -> Task<absl::Status> {
      // Import, verdict, batch.
      if (commit != 3) co_return absl::OkStatus();
      absl::Status changed = co_await lab_.WriteTask(change);
      co_return changed;
    });
  }

  ImportLab lab_;
};

TEST_F(ImportDisturbedTest, AClosedWaveStillGetsWhatWasAccepted) {
  AfterFirstBatch([this](storage::Transaction& txn) -> Task<absl::Status> {
    absl::StatusOr<v1::Wave> wave = co_await lab_.tables().waves.Get(txn, "waves/w1");
    wave->set_state(v1::Wave::STATE_CLOSED);
    absl::Status closed = co_await lab_.tables().waves.Update(txn, *wave);
    co_return closed;
  });
  lab_.StartRunner();
  const absl::StatusOr<v1::Import> import = lab_.Send(LabFile(kSites, 0, 1));
  ASSERT_THAT(import, IsOk());
  ExpectAppliedOnce(lab_, *import);
  EXPECT_THAT(lab_.Send("site,setting\n"),
              IsError(absl::StatusCode::kFailedPrecondition, "WAVE_NOT_OPEN"));
}

TEST_F(ImportDisturbedTest, AResponseThatIsApprovedMeanwhileIsRefusedAndTold) {
  lab_.StartRunner();
  ASSERT_THAT(lab_.Send(LabFile(kSites)), IsOk());
  const int before = lab_.engine().commits();
  lab_.engine().After([&](int commit) -> Task<absl::Status> {
    if (commit != before + 3) co_return absl::OkStatus();
    absl::Status changed =
        co_await lab_.WriteTask([this](storage::Transaction& txn) -> Task<absl::Status> {
          std::string name = absl::StrCat("waves/w1/responses/", LabSite(150));
          absl::StatusOr<v1::Response> response =
              co_await lab_.tables().responses.Get(txn, std::move(name));
          response->set_state(v1::Response::STATE_APPROVED);
          response->set_approved_revision(1);
          absl::Status updated = co_await lab_.tables().responses.Update(txn, *response);
          co_return updated;
        });
    co_return changed;
  });
  const absl::StatusOr<v1::Import> import = lab_.Send(LabFile(kSites, 1000));
  ASSERT_THAT(import, IsOk());
  EXPECT_EQ(import->state(), v1::Import::STATE_SUCCEEDED);
  EXPECT_EQ(import->sites_accepted(), kSites - 1);
  EXPECT_EQ(import->sites_rejected(), 1);
  EXPECT_EQ(import->sites_applied(), kSites - 1);
  EXPECT_EQ(import->error_count(), 1);
  ASSERT_THAT(import->problems(), SizeIs(1));
  EXPECT_EQ(import->problems(0).reason(), "RESPONSE_REFUSED");
  EXPECT_EQ(import->problems(0).row(), 151);
  EXPECT_EQ(import->problems(0).site(), absl::StrCat("sites/", LabSite(150)));
  const std::vector<v1::Response> responses = lab_.All(lab_.tables().responses);
  EXPECT_EQ(responses[149].answers().items(1).number(), 150);
  EXPECT_EQ(responses[150].answers().items(1).number(), 1151);
}

TEST(ImportRosterTest, SitesThatComeLaterDoNotChangeWhatAFileMeans) {
  // The file names its sites by their display names. Between the first batch and the restart
  // another site gets one of those names, and one that was refused as unknown appears.
  testing::TempDir directory;
  std::string file = "site,setting\n";
  for (int i = 1; i <= kSites; ++i) absl::StrAppend(&file, "Place ", i, ",school\n");
  absl::StrAppend(&file, "Newcomer,school\n");
  v1::ImportHeader header;
  header.set_partial(true);
  {
    ImportLab lab("rocksdb", directory / "data");
    lab.Seed(LenientInstrument(), kSites);
    lab.engine().After([&](int commit) -> Task<absl::Status> {
      if (commit == 3) lab.Drain();
      co_return absl::OkStatus();
    });
    lab.StartRunner();
    EXPECT_THAT(lab.Send(file, header), IsError(absl::StatusCode::kUnavailable, "SERVER_DRAINING"));
    lab.StopRunner();
    lab.clock().Advance(absl::Seconds(1));
    lab.AddRosterEntry("double", "Place 200");
    lab.AddRosterEntry("newcomer", "Newcomer");
  }
  ImportLab lab("rocksdb", directory / "data");
  lab.StartRunner();
  lab.WaitUntilIdle();
  const std::vector<v1::Import> imports = lab.All(lab.tables().imports);
  ASSERT_THAT(imports, SizeIs(1));
  EXPECT_EQ(imports[0].state(), v1::Import::STATE_SUCCEEDED);
  EXPECT_EQ(imports[0].sites_applied(), kSites);
  EXPECT_EQ(imports[0].sites_rejected(), 1);
  EXPECT_EQ(imports[0].error_count(), 1);
  EXPECT_THAT(lab.All(lab.tables().responses), SizeIs(kSites));
}

TEST(ImportOrphanTest, WhatACutStreamLeftIsDeletedAtTheNextStart) {
  testing::TempDir directory;
  {
    ImportLab lab("rocksdb", directory / "data");
    lab.Seed(LenientInstrument(), 1);
    lab.Write([&](storage::Transaction& txn) -> Task<absl::Status> {
      for (int i = 0; i < 9; ++i) {
        store::v1::SpoolChunk chunk;
        chunk.set_name(absl::StrCat("waves/w1/imports/upload-lost/chunks/", i));
        chunk.set_data("site,setting");
        absl::Status inserted = co_await lab.tables().spool.Insert(txn, chunk);
        EXPECT_THAT(inserted, IsOk());
      }
      co_return absl::OkStatus();
    });
  }
  ImportLab lab("rocksdb", directory / "data");
  EXPECT_THAT(lab.All(lab.tables().spool, "waves/-/imports/-"), SizeIs(9));
  lab.StartRunner();
  lab.WaitUntilIdle();
  EXPECT_THAT(lab.All(lab.tables().imports), IsEmpty());
}

TEST(ImportYieldTest, OthersAreServedMeanwhile) {
  ImportLab lab;
  lab.Seed(LenientInstrument(), 500);
  // A call that is always ready: it gets a turn between any two steps of the import.
  struct Ticker {
    int ticks = 0;
    bool stop = false;
    bool stopped = false;
    Detached Run(Executor& executor) {
      while (!stop) {
        ++ticks;
        co_await Yield(executor);
      }
      stopped = true;
    }
  } ticker;
  ticker.Run(lab.executor());
  lab.StartRunner();
  const std::string file = LabFile(500, 0, 1000);
  ASSERT_THAT(lab.Send(file), IsOk());
  ticker.stop = true;
  lab.executor().RunUntil([&] { return ticker.stopped; });
  // Two passes in steps of 32 KiB, and five batches.
  EXPECT_GT(ticker.ticks, static_cast<int>(2 * file.size() / (32 << 10)) + 5);
}

}  // namespace

bool IsChild(int argc, char** argv) { return argc == 5 && std::string(argv[1]) == kChild; }

int ChildMain(char** argv) {
  int at = 0;
  if (!absl::SimpleAtoi(argv[3], &at)) return 2;
  return ImportUntilKilled(argv[2], at, std::string(argv[4]) == "before");
}

}  // namespace weft::ingestion

int main(int argc, char** argv) {
  if (weft::ingestion::IsChild(argc, argv)) return weft::ingestion::ChildMain(argv);
  testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
