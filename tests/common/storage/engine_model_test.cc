// Random work on every engine against a model of std::maps: the state after each commit, the feed,
// snapshots that are held, and (for those that keep anything) closing and opening again.
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "tests/common/storage/engine_fixture.h"

namespace weft::storage {
namespace {

struct ModelRow {
  std::string value;
  uint64_t version = 0;
  bool operator==(const ModelRow&) const = default;
};
using Model = std::map<std::string, ModelRow>;

class EngineModel : public EveryEngine {
 protected:
  std::string RandomKey() {
    static const std::vector<std::string> parts = {"",     "a", "b", std::string("\0", 1),
                                                   "\xff", "c", "dd"};
    std::string key = parts[random_() % parts.size()];
    if (random_() % 2 == 0) key += parts[random_() % parts.size()];
    return key;
  }

  std::string RandomValue() {
    const size_t size = random_() % 50 == 0 ? random_() % 100'000 : random_() % 20;
    return std::string(size, static_cast<char>('A' + random_() % 26));
  }

  uint64_t VersionOf(const std::string& key) const {
    const auto row = model_.find(key);
    return row == model_.end() ? kAbsent : row->second.version;
  }

  void RandomCommit() {
    Batch batch;
    bool holds = true;
    for (uint64_t n = random_() % 4; n > 0; --n) {
      const std::string key = RandomKey();
      const uint64_t actual = VersionOf(key);
      const uint64_t required = random_() % 10 == 0 ? random_() % 5 : actual;
      holds = holds && required == actual;
      batch.Require(key, required);
    }
    std::vector<Write> writes;
    for (uint64_t n = random_() % 6; n > 0; --n) {
      if (random_() % 3 == 0) {
        batch.Delete(RandomKey());
      } else {
        batch.Put(RandomKey(), RandomValue());
      }
    }
    for (uint64_t n = random_() % 3; n > 0; --n) batch.changes.push_back(RandomValue());
    writes = batch.writes;
    const std::vector<std::string> changes = batch.changes;
    const absl::StatusOr<Position> position = Commit(std::move(batch));
    if (!holds) {
      ASSERT_THAT(position, IsError(absl::StatusCode::kAborted, "CONFLICT"));
      return;
    }
    ASSERT_THAT(position, IsOk());
    for (const Write& write : writes) {
      if (write.value.has_value()) {
        model_[write.key] = {*write.value, position->sequence()};
      } else {
        model_.erase(write.key);
      }
    }
    if (!changes.empty()) feed_.push_back({*position, changes});
  }

  void CheckScan(Reader& reader, const Model& model) {
    KeyRange range{RandomKey(), random_() % 3 == 0 ? "" : RandomKey()};
    ScanOptions options{.limit = random_() % 10, .reverse = random_() % 2 == 0};
    if (random_() % 3 == 0) options.limit = 1000;
    std::vector<std::pair<std::string, ModelRow>> expected;
    for (const auto& [key, row] : model) {
      if (key >= range.begin && (range.end.empty() || key < range.end)) {
        expected.emplace_back(key, row);
      }
    }
    if (options.reverse) std::reverse(expected.begin(), expected.end());
    if (expected.size() > options.limit) expected.resize(options.limit);
    std::vector<std::pair<std::string, ModelRow>> found;
    for (Entry& entry : Scan(reader, range, options)) {
      found.emplace_back(entry.key, ModelRow{entry.value, entry.version});
    }
    ASSERT_EQ(found, expected);
  }

  void CheckGet(Reader& reader, const Model& model) {
    const std::string key = RandomKey();
    const std::optional<Entry> entry = Get(reader, key);
    const auto row = model.find(key);
    ASSERT_EQ(entry.has_value(), row != model.end());
    if (!entry.has_value()) return;
    ASSERT_EQ((ModelRow{entry->value, entry->version}), row->second);
  }

  void CheckFeed() {
    // From a random place, in random pages.
    Position after = engine_->oldest();
    size_t next = 0;
    while (next < feed_.size() && *Compare(feed_[next].position, after) <= 0) ++next;
    if (next < feed_.size()) {
      next += random_() % (feed_.size() - next);
      after =
          next > 0
              ? std::max(after, feed_[next - 1].position,
                         [](const Position& a, const Position& b) { return *Compare(a, b) < 0; })
              : after;
    }
    for (;;) {
      const absl::StatusOr<FeedPage> page =
          ReadFeed(after, {.max_commits = 1 + random_() % 7, .max_bytes = random_() % 10'000});
      ASSERT_THAT(page, IsOk());
      for (const auto& commit : page->commits) {
        ASSERT_LT(next, feed_.size());
        ASSERT_EQ(commit->position, feed_[next].position);
        ASSERT_EQ(commit->changes, feed_[next].changes);
        ++next;
      }
      after = page->end;
      if (page->caught_up) break;
    }
    ASSERT_EQ(next, feed_.size());
    ASSERT_EQ(after, engine_->head());
  }

  void Step() {
    const uint64_t choice = random_() % 100;
    if (choice < 50) {
      RandomCommit();
    } else if (choice < 60) {
      CheckScan(*engine_->GetSnapshot(), model_);
    } else if (choice < 70) {
      CheckGet(*engine_->GetSnapshot(), model_);
    } else if (choice < 75) {
      held_.emplace_back(engine_->GetSnapshot(), model_);
    } else if (choice < 90 && !held_.empty()) {
      auto& [snapshot, model] = held_[random_() % held_.size()];
      CheckScan(*snapshot, model);
      CheckGet(*snapshot, model);
    } else if (choice < 94 && !held_.empty()) {
      held_.erase(held_.begin() + static_cast<std::ptrdiff_t>(random_() % held_.size()));
    } else if (choice < 97) {
      CheckFeed();
    } else if (choice == 97 && !feed_.empty()) {
      ASSERT_THAT(Wait(engine_->TrimFeed(feed_[random_() % feed_.size()].position)), IsOk());
    } else if (choice == 98 && GetParam() != "memory") {
      held_.clear();
      engine_.reset();
      Open(Options());
    }
  }

  std::mt19937_64 random_;
  Model model_;
  std::vector<FeedCommit> feed_;
  std::vector<std::pair<std::shared_ptr<Snapshot>, Model>> held_;
};
WEFT_FOR_EVERY_ENGINE(EngineModel);

TEST_P(EngineModel, AgreesWithTheModel) {
  random_.seed(TestSeed());
  for (int step = 0; step < 3000; ++step) {
    ASSERT_NO_FATAL_FAILURE(Step()) << "step " << step;
    if (HasFatalFailure()) return;
  }
  CheckFeed();
}

}  // namespace
}  // namespace weft::storage
