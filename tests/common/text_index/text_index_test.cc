#include "common/text_index/text_index.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/errors.h"
#include "tests/testing/temp_dir.h"

namespace weft::text_index {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::IsError;
using testing::IsOk;
using ::testing::UnorderedElementsAre;

using Names = std::vector<std::string>;

Options TwoColumns(const std::string& path) {
  Options options;
  options.path = path;
  options.layout = "test";
  options.columns = {{"words", true}, {"marks", false}};
  return options;
}

Change Put(const std::string& name, Names words, Names marks = {}) {
  return {{name, {std::move(words), std::move(marks)}}, false};
}
Change Remove(const std::string& name) { return {{name, {}}, true}; }

class TextIndexTest : public ::testing::Test {
 protected:
  TextIndexTest() { Open(); }

  void Open() {
    index_.reset();
    absl::StatusOr<std::unique_ptr<TextIndex>> index = TextIndex::Open(TwoColumns(path_));
    ASSERT_THAT(index, IsOk());
    index_ = *std::move(index);
  }
  void Apply(const std::vector<Change>& changes, const std::string& state = "s") {
    ASSERT_THAT(index_->Apply(changes, state, stop_), IsOk());
  }
  Names Find(const std::vector<AnyOf>& all, size_t limit = 100) {
    absl::StatusOr<Found> found = index_->Find(all, limit, stop_);
    EXPECT_THAT(found, IsOk());
    return found.ok() ? found->names : Names();
  }
  Names Find(const std::string& word) { return Find({AnyOf{{word}}}); }
  Names SpelledLike(const std::string& word) {
    absl::StatusOr<std::vector<WordCount>> words = index_->SpelledLike(word, 1000, stop_);
    EXPECT_THAT(words, IsOk());
    Names names;
    for (const WordCount& each : *words) names.push_back(each.word);
    return names;
  }
  int64_t Documents(const std::string& word) { return index_->DocumentsWith({word}).value()[0]; }

  testing::TempDir directory_;
  const std::string path_ = directory_ / "search/index.db";
  Stop stop_;
  std::unique_ptr<TextIndex> index_;
};

TEST_F(TextIndexTest, AResetThatFailedLeavesNothingToAskAndMayBeRepeated) {
  Apply({Put("a", {"library"})});
  const std::filesystem::path parent = std::filesystem::path(path_).parent_path();
  std::filesystem::remove_all(parent);
  std::ofstream(parent) << "a file";
  const auto unavailable = IsError(absl::StatusCode::kUnavailable, "TEXT_INDEX_UNAVAILABLE");
  EXPECT_THAT(index_->Reset(), unavailable);
  EXPECT_EQ(index_->state(), "");
  EXPECT_EQ(index_->size(), 0);
  EXPECT_THAT(index_->Apply({Put("a", {"library"})}, "t", stop_), unavailable);
  EXPECT_THAT(index_->Find({AnyOf{{"library"}}}, 10, stop_), unavailable);
  EXPECT_THAT(index_->Find({AnyOf{{"library"}, 1}}, 10, stop_), unavailable);
  EXPECT_THAT(index_->WithPrefix("lib", 10, stop_), unavailable);
  EXPECT_THAT(index_->SpelledLike("libary", 10, stop_), unavailable);
  EXPECT_THAT(index_->NamesAfter("", 10), unavailable);
  EXPECT_THAT(index_->DocumentsWith({"library"}), unavailable);
  EXPECT_THAT(index_->Reset(), unavailable);
  std::filesystem::remove(parent);
  EXPECT_THAT(index_->Reset(), IsOk());
  Apply({Put("b", {"library"})});
  EXPECT_THAT(Find("library"), ElementsAre("b"));
}

TEST_F(TextIndexTest, FindsDocumentsThatHaveOneWordOfEach) {
  Apply({Put("a", {"public", "library"}), Put("b", {"public", "school"}, {"x1"}),
         Put("c", {"private", "school"}, {"x1"})});
  EXPECT_THAT(Find("public"), UnorderedElementsAre("a", "b"));
  EXPECT_THAT(Find({AnyOf{{"public"}}, AnyOf{{"school", "library"}}}),
              UnorderedElementsAre("a", "b"));
  EXPECT_THAT(Find({AnyOf{{"school"}}, AnyOf{{"public"}}}), ElementsAre("b"));
  EXPECT_THAT(Find({AnyOf{{"x1"}, 1}, AnyOf{{"private"}, 0}}), ElementsAre("c"));
  EXPECT_THAT(Find({AnyOf{{"x1"}, 0}}), IsEmpty());
  EXPECT_THAT(Find("publi"), IsEmpty());
  EXPECT_THAT(Find({AnyOf{{}}, AnyOf{{"school"}}}), IsEmpty());
}

TEST_F(TextIndexTest, SaysWhetherThereAreMore) {
  Apply({Put("a", {"w"}), Put("b", {"w"}), Put("c", {"w"})});
  EXPECT_FALSE(index_->Find({AnyOf{{"w"}}}, 3, stop_)->more);
  const Found two = *index_->Find({AnyOf{{"w"}}}, 2, stop_);
  EXPECT_EQ(two.names.size(), 2);
  EXPECT_TRUE(two.more);
}

TEST_F(TextIndexTest, TheShortestDocumentIsTheBest) {
  Apply({Put("long", {"river", "a", "b", "c", "d", "e", "f"}), Put("short", {"river"}),
         Put("other", {"sea"}), Put("another", {"lake"})});
  EXPECT_THAT(Find("river"), ElementsAre("short", "long"));
}

TEST_F(TextIndexTest, ChangesAndRemovalsAreFollowedByTheVocabulary) {
  Apply({Put("a", {"alpha", "alpha", "beta"}), Put("b", {"beta"})});
  EXPECT_EQ(Documents("alpha"), 1);
  EXPECT_EQ(Documents("beta"), 2);
  EXPECT_EQ(index_->size(), 2);
  Apply({Put("a", {"gamma"}), Remove("b"), Remove("never")});
  EXPECT_EQ(Documents("alpha"), 0);
  EXPECT_EQ(Documents("beta"), 0);
  EXPECT_EQ(Documents("gamma"), 1);
  EXPECT_EQ(index_->size(), 1);
  EXPECT_THAT(Find("beta"), IsEmpty());
  EXPECT_THAT(SpelledLike("alpah"), IsEmpty());
  // Within one batch the last change counts.
  Apply({Remove("a"), Put("a", {"delta"}), Put("a", {"delta", "zeta"}), Remove("a"),
         Put("a", {"eta"})});
  EXPECT_THAT(Find("eta"), ElementsAre("a"));
  EXPECT_THAT(Find("delta"), IsEmpty());
  EXPECT_EQ(Documents("delta"), 0);
}

TEST_F(TextIndexTest, WhatIsNoWordIsNeitherIndexedNorSyntax) {
  Apply({Put("a", {"good", "\"", "a b", "x*", "NEAR", "or", "", "école", "学"})});
  EXPECT_THAT(Find("good"), ElementsAre("a"));
  EXPECT_THAT(Find("or"), ElementsAre("a"));
  EXPECT_THAT(Find("école"), ElementsAre("a"));
  EXPECT_THAT(Find("学"), ElementsAre("a"));
  for (const char* text : {"\"", "*", "x*", "a b", "NEAR", "NEAR(good or)", "good\" OR \"x",
                           "-good", "words:good", "{words}:good", "^good", "(", "good)", ""}) {
    EXPECT_THAT(Find(text), IsEmpty()) << text;
  }
}

TEST_F(TextIndexTest, PrefixesGiveTheMostUsedWordsFirst) {
  Apply({Put("a", {"library", "lib"}), Put("b", {"library"}), Put("c", {"liberty", "lic"})});
  absl::StatusOr<std::vector<WordCount>> words = index_->WithPrefix("lib", 10, stop_);
  ASSERT_THAT(words, IsOk());
  Names names;
  for (const WordCount& each : *words) names.push_back(each.word);
  EXPECT_THAT(names, ElementsAre("library", "lib", "liberty"));
  EXPECT_EQ(index_->WithPrefix("lib", 2, stop_)->size(), 2);
}

// Every word within one edit is proposed, whichever letters it is in.
TEST_F(TextIndexTest, EveryWordThatIsOneEditAwayIsSpelledLikeIt) {
  std::mt19937_64 random(7);
  const auto letter = [&] { return static_cast<char>('a' + random() % 5); };
  for (int round = 0; round < 60; ++round) {
    std::string word;
    for (size_t n = 4 + random() % 6; n > 0; --n) word.push_back(letter());
    Names edits;
    for (size_t i = 0; i <= word.size(); ++i) {
      std::string added = word;
      added.insert(added.begin() + static_cast<std::ptrdiff_t>(i), letter());
      edits.push_back(added);
      if (i == word.size()) break;
      std::string replaced = word;
      replaced[i] = letter();
      edits.push_back(replaced);
      std::string removed = word;
      removed.erase(i, 1);
      edits.push_back(removed);
      if (i + 1 < word.size()) {
        std::string swapped = word;
        std::swap(swapped[i], swapped[i + 1]);
        edits.push_back(swapped);
      }
    }
    std::vector<Change> changes = {Remove("edits")};
    changes.push_back(Put("edits", edits));
    // Others, so that no trigram is without words.
    for (int i = 0; i < 30; ++i) {
      std::string other;
      for (size_t n = 4 + random() % 6; n > 0; --n) other.push_back(letter());
      changes.push_back(Put(absl::StrCat("other-", i), {other}));
    }
    Apply(changes);
    const Names alike = SpelledLike(word);
    const std::set<std::string> found(alike.begin(), alike.end());
    for (const std::string& edit : edits) {
      EXPECT_TRUE(found.contains(edit)) << edit << " for " << word;
    }
  }
}

TEST_F(TextIndexTest, AccentedLettersAreOneLetterEach) {
  Apply({Put("a", {"жизнь", "школа"})});
  EXPECT_THAT(SpelledLike("жизн"), ElementsAre("жизнь"));
  EXPECT_THAT(SpelledLike("школо"), ElementsAre("школа"));
  EXPECT_THAT(SpelledLike("кол"), IsEmpty());
}

TEST_F(TextIndexTest, StateIsThereAgainWithItsRows) {
  Apply({Put("a", {"alpha"})}, "one");
  Open();
  EXPECT_EQ(index_->state(), "one");
  EXPECT_EQ(index_->size(), 1);
  EXPECT_THAT(Find("alpha"), ElementsAre("a"));
  Apply({}, "two");
  Open();
  EXPECT_EQ(index_->state(), "two");
  EXPECT_THAT(index_->Reset(), IsOk());
  EXPECT_EQ(index_->state(), "");
  EXPECT_THAT(Find("alpha"), IsEmpty());
  Apply({Put("b", {"beta"})}, "three");
  EXPECT_THAT(Find("beta"), ElementsAre("b"));
}

TEST_F(TextIndexTest, AnotherLayoutOrADamagedFileBeginsAnew) {
  Apply({Put("a", {"alpha"})}, "one");
  index_.reset();
  Options other = TwoColumns(path_);
  other.layout = "another";
  index_ = *TextIndex::Open(other);
  EXPECT_EQ(index_->state(), "");
  EXPECT_THAT(Find("alpha"), IsEmpty());
  Apply({Put("a", {"alpha"})}, "one");
  index_.reset();
  std::filesystem::resize_file(path_, 0);
  Open();
  EXPECT_EQ(index_->state(), "");
  index_.reset();
  std::ofstream(path_, std::ios::binary | std::ios::trunc) << std::string(5000, 'x');
  Open();
  EXPECT_EQ(index_->state(), "");
  Apply({Put("a", {"alpha"})}, "one");
  EXPECT_THAT(Find("alpha"), ElementsAre("a"));
}

TEST_F(TextIndexTest, DamageWhileItIsOpenIsSaidAndResetHelps) {
  std::vector<Change> changes;
  changes.reserve(3000);
  for (int i = 0; i < 3000; ++i) {
    changes.push_back(Put(absl::StrCat("d", i), {absl::StrCat("word", i), "common"}));
  }
  Apply(changes, "one");
  index_.reset();
  {
    // All pages but the first.
    const auto size = std::filesystem::file_size(path_);
    std::fstream file(path_, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(8192);
    file << std::string(size - 8192, '\x5a');
  }
  absl::StatusOr<std::unique_ptr<TextIndex>> opened = TextIndex::Open(TwoColumns(path_));
  ASSERT_THAT(opened, IsOk());
  index_ = *std::move(opened);
  if (index_->state() == "one") {
    EXPECT_THAT(index_->Find({AnyOf{{"common"}}}, 10, stop_),
                IsError(absl::StatusCode::kDataLoss, "TEXT_INDEX_DAMAGED"));
    EXPECT_THAT(index_->Reset(), IsOk());
  }
  EXPECT_EQ(index_->state(), "");
  Apply({Put("a", {"alpha"})}, "two");
  EXPECT_THAT(Find("alpha"), ElementsAre("a"));
}

TEST_F(TextIndexTest, AFileThatCannotBeMadeIsSaid) {
  std::ofstream(directory_ / "file") << "no directory";
  EXPECT_THAT(TextIndex::Open(TwoColumns(directory_ / "file/index.db")),
              IsError(absl::StatusCode::kUnavailable, "TEXT_INDEX_UNAVAILABLE"));
}

TEST_F(TextIndexTest, WhatIsStoppedChangesNothing) {
  std::vector<Change> changes;
  changes.reserve(500);
  for (int i = 0; i < 500; ++i) {
    changes.push_back(Put(absl::StrCat("d", i), {absl::StrCat("word", i), "common"}));
  }
  Apply({Put("a", {"alpha"})}, "one");
  Stop stop;
  stop.Request();
  EXPECT_THAT(index_->Apply(changes, "two", stop),
              IsError(absl::StatusCode::kCancelled, "TEXT_INDEX_STOPPED"));
  EXPECT_EQ(index_->state(), "one");
  EXPECT_EQ(index_->size(), 1);
  EXPECT_EQ(Documents("common"), 0);
  Apply(changes, "two");
  EXPECT_EQ(index_->size(), 501);
  std::vector<AnyOf> all = {AnyOf{{"common"}}};
  for (int i = 0; i < 500; ++i) all[0].words.push_back(absl::StrCat("word", i));
  EXPECT_THAT(index_->Find(all, 1000, stop),
              IsError(absl::StatusCode::kCancelled, "TEXT_INDEX_STOPPED"));
  EXPECT_EQ(Find(all, 1000).size(), 500);
}

// A process that is killed leaves the rows of exactly the last state that it had noted.
TEST_F(TextIndexTest, AKilledProcessLeavesStateAndRowsThatFit) {
  index_.reset();
  for (int kill = 0; kill < 3; ++kill) {
    int ready[2];
    ASSERT_EQ(pipe(ready), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      absl::StatusOr<std::unique_ptr<TextIndex>> index = TextIndex::Open(TwoColumns(path_));
      if (!index.ok()) _exit(1);
      int64_t next = (*index)->size();
      for (;; ++next) {
        const std::vector<Change> one = {
            Put(absl::StrCat("d", next), {absl::StrCat("word", next), "common"})};
        if (!(*index)->Apply(one, absl::StrCat(next + 1), stop_).ok()) _exit(2);
        if (write(ready[1], "x", 1) != 1) _exit(3);
      }
    }
    close(ready[1]);
    char read_byte = 0;
    for (int applied = 0; applied < 40; ++applied) ASSERT_EQ(read(ready[0], &read_byte, 1), 1);
    ::kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    close(ready[0]);
    ASSERT_TRUE(WIFSIGNALED(status));
    Open();
    EXPECT_GE(index_->size(), 40 * (kill + 1));
    EXPECT_EQ(index_->state(), absl::StrCat(index_->size()));
    EXPECT_EQ(Documents("common"), index_->size());
    EXPECT_EQ(Find({AnyOf{{"common"}}}, 1000000).size(), static_cast<size_t>(index_->size()));
    index_.reset();
  }
}

// Against a map, over random changes.
TEST_F(TextIndexTest, HoldsWhatAMapWouldHold) {
  std::mt19937_64 random(11);
  std::map<std::string, std::set<std::string>> model;
  const Names vocabulary = {"red", "green", "blue", "black", "white", "grey", "pink"};
  for (int batch = 0; batch < 60; ++batch) {
    std::vector<Change> changes;
    for (size_t n = random() % 8; n > 0; --n) {
      const std::string name = absl::StrCat("d", random() % 20);
      if (random() % 4 == 0) {
        changes.push_back(Remove(name));
        model.erase(name);
        continue;
      }
      Names words;
      for (size_t w = random() % 4; w > 0; --w) words.push_back(vocabulary[random() % 7]);
      model[name] = {words.begin(), words.end()};
      changes.push_back(Put(name, words));
    }
    Apply(changes, absl::StrCat(batch));
    if (batch % 20 == 19) Open();
    EXPECT_EQ(index_->size(), static_cast<int64_t>(model.size()));
    Names names;
    for (const auto& [name, words] : model) names.push_back(name);
    EXPECT_EQ(*index_->NamesAfter("", 100), names);
    for (const std::string& word : vocabulary) {
      Names with;
      for (const auto& [name, words] : model) {
        if (words.contains(word)) with.push_back(name);
      }
      Names found = Find(word);
      std::sort(found.begin(), found.end());
      EXPECT_EQ(found, with) << word;
      EXPECT_EQ(Documents(word), static_cast<int64_t>(with.size())) << word;
    }
  }
}

}  // namespace
}  // namespace weft::text_index
