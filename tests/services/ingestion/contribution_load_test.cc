// Five people fill each of many responses at the same time. Whatever the order in which the server
// took their calls, it must be what a simple model makes of the same calls one after the other, and
// everything that anybody said must be readable.
#include <algorithm>
#include <atomic>
#include <iostream>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "services/ingestion/domain/answer_values.h"
#include "tests/services/ingestion/service_fixture.h"
#include "tests/testing/seed.h"
#include "weft/ingestion/v1/draft.pb.h"

namespace weft::ingestion {
namespace {

using testing::IsOk;

constexpr int kContributors = 5;
constexpr int kCallsEach = 2;
// What ten responses come to with the seed 1, one call after the other.
constexpr int kConflictsInOrder = 105;
constexpr char kRated[] = "shared_responsibility";

std::string Text(const v1::AnswerValue& value) { return value.ShortDebugString(); }

// A call as it was made, and what the server answered.
struct Said {
  v1::ContributeAnswersRequest request;
  v1::ContributeAnswersResponse response;

  // Whether it made a version, and did not only repeat what others had said.
  bool changed() const {
    for (int i = 0; i < response.results_size(); ++i) {
      const v1::ContributionResult& result = response.results(i);
      if (result.outcome() == v1::ContributionResult::OUTCOME_UNCHANGED) continue;
      if (result.outcome() != v1::ContributionResult::OUTCOME_CONFLICT) return true;
      const v1::AttributedValue& last = *result.record().conflicting().rbegin();
      if (last.contributor() == request.contributor() &&
          last.base_version() == request.answers(i).base_version() &&
          Text(last.value()) == Text(request.answers(i).value())) {
        return true;
      }
    }
    return false;
  }
};

// What the rules say, written down again as simply as can be.
class Model {
 public:
  struct Answer {
    int version = 0;
    std::string current;
    std::set<std::string> conflicting;
    std::map<std::string, std::string> ratings;
    bool missing_consensus = false;
  };

  // The outcomes of one call's answers.
  std::vector<v1::ContributionResult::Outcome> Take(const v1::ContributeAnswersRequest& request) {
    std::vector<v1::ContributionResult::Outcome> outcomes;
    bool changed = false;
    for (const v1::ContributedAnswer& given : request.answers()) {
      Answer& answer = answers_[given.answer()];
      const std::string value = Text(given.value());
      const auto before = answer.version;
      outcomes.push_back(given.answer() == kRated ? Rate(request.contributor(), value, answer)
                                                  : Merge(value, given.base_version(), answer));
      changed = changed || answer.version != before;
    }
    if (changed) {
      ++version_;
      contributors_.insert(request.contributor());
    }
    return outcomes;
  }

  const std::map<std::string, Answer>& answers() const { return answers_; }
  const std::set<std::string>& contributors() const { return contributors_; }
  int unresolved() const {
    return static_cast<int>(std::count_if(answers_.begin(), answers_.end(), [](const auto& each) {
      return !each.second.conflicting.empty() || each.second.missing_consensus;
    }));
  }

 private:
  v1::ContributionResult::Outcome Merge(const std::string& value, int base, Answer& answer) {
    if (value == answer.current && (base != answer.version || answer.conflicting.empty())) {
      return v1::ContributionResult::OUTCOME_UNCHANGED;
    }
    if (base == answer.version) {
      answer.current = value;
      answer.conflicting.clear();
      answer.version = version_ + 1;
      return v1::ContributionResult::OUTCOME_ACCEPTED;
    }
    if (answer.conflicting.insert(value).second) answer.version = version_ + 1;
    return v1::ContributionResult::OUTCOME_CONFLICT;
  }
  v1::ContributionResult::Outcome Rate(const std::string& who, const std::string& value,
                                       Answer& answer) {
    std::string& rating = answer.ratings[who];
    if (rating == value) return v1::ContributionResult::OUTCOME_UNCHANGED;
    rating = value;
    answer.version = version_ + 1;
    std::set<std::string> different;
    for (const auto& [rater, rated] : answer.ratings) different.insert(rated);
    answer.missing_consensus = different.size() > 1;
    answer.current = answer.missing_consensus ? "" : *different.begin();
    return v1::ContributionResult::OUTCOME_RATED;
  }

  int version_ = 0;
  std::map<std::string, Answer> answers_;
  std::set<std::string> contributors_;
};

class ContributionLoadTest : public IngestionTest {
 protected:
  void Open(int sites) {
    AddLab();
    for (int i = 0; i < sites; ++i) {
      AddSite(SiteId(i));
      AddMember("legacy", SiteId(i));
    }
    v1::CreateInstrumentRequest request;
    request.set_instrument_id("lab-survey-2024");
    *request.mutable_instrument() = ExampleDraft();
    request.mutable_instrument()->mutable_sections(0)->mutable_questions(1)->set_per_rater(true);
    Done<v1::Instrument>("InstrumentService/CreateInstrument", request);
    PublishInstrument();
    CreateWave();
    OpenWave();
  }
  static std::string SiteId(int index) { return absl::StrCat("load-", 1000 + index); }

  static v1::AnswerValue RandomValue(const std::string& answer, std::mt19937_64& random) {
    v1::AnswerValue value;
    const int pick = static_cast<int>(random() % 4);
    if (pick == 3 && answer != "cbo.includes_self") {
      static constexpr type::v1::MissingReason kReasons[] = {
          type::v1::MISSING_REASON_NOT_ASKED, type::v1::MISSING_REASON_DONT_KNOW,
          type::v1::MISSING_REASON_REFUSED, type::v1::MISSING_REASON_NOT_APPLICABLE};
      value.set_missing(kReasons[random() % 4]);
    } else if (answer == "cbo.count") {
      value.mutable_partners()->set_min(pick);
      value.mutable_partners()->set_max(pick);
    } else if (answer == "cbo.level" || answer == "k12_school.level") {
      value.set_level(static_cast<type::v1::InteractionLevel>(pick + 1));
    } else if (answer == "cbo.includes_self") {
      value.set_includes_self(pick % 2 == 0);
    } else if (answer == kRated) {
      value.set_rating(static_cast<type::v1::SharedResponsibility>(pick % 2 + 1));
    } else if (answer == "setting") {
      value.mutable_choices()->add_options(pick % 2 == 0 ? "school" : "district");
    } else {
      value.set_number(pick + 1);
    }
    return value;
  }

  // What one person does: a few calls, each with what they know of the response by then.
  void Fill(int site, int person, uint64_t seed) {
    std::mt19937_64 random(seed * 1'000'003 + site * 101 + person);
    static const auto& answers = *new std::vector<std::string>{
        "cbo.count", "cbo.level", "cbo.includes_self", "k12_school.level",
        kRated,      "setting",   "students"};
    std::map<std::string, int> seen;
    for (int call = 0; call < kCallsEach; ++call) {
      Said said;
      said.request.set_parent("waves/w1");
      said.request.set_respondent("sites/" + SiteId(site));
      said.request.set_contributor(absl::StrCat("c", person));
      std::set<std::string> chosen;
      while (chosen.size() < 3) chosen.insert(answers[random() % answers.size()]);
      for (const std::string& answer : chosen) {
        v1::ContributedAnswer& given = *said.request.add_answers();
        given.set_answer(answer);
        *given.mutable_value() = RandomValue(answer, random);
        given.set_base_version(seen[answer]);
      }
      absl::Status status;
      do {  // Five are at it: the server may ask to come back.
        absl::StatusOr<v1::ContributeAnswersResponse> done =
            Call<v1::ContributeAnswersResponse>("ResponseService/ContributeAnswers", said.request);
        status = done.status();
        if (done.ok()) said.response = *std::move(done);
      } while (absl::IsAborted(status));
      ASSERT_THAT(status, IsOk());
      for (const v1::ContributionResult& result : said.response.results()) {
        seen[result.record().answer()] = result.record().version();
      }
      std::lock_guard<std::mutex> lock(mutex_);
      said_[site].push_back(std::move(said));
    }
  }

  // Everyone of a response is at work at the same time as the others.
  void FillAll(int sites, int threads, uint64_t seed) {
    std::atomic<int> next = 0;
    std::vector<std::thread> workers;
    workers.reserve(threads);
    for (int i = 0; i < threads; ++i) {
      workers.emplace_back([&] {
        for (int task = next++; task < sites * kContributors; task = next++) {
          Fill(task / kContributors, task % kContributors, seed);
        }
      });
    }
    for (std::thread& worker : workers) worker.join();
  }

  void Verify(int site) {
    SCOPED_TRACE(SiteId(site));
    std::vector<Said>& calls = said_[site];
    ASSERT_THAT(calls, ::testing::SizeIs(kContributors * kCallsEach));
    // The order in which the server took them; who changed nothing came after who made that
    // version.
    std::stable_sort(calls.begin(), calls.end(), [](const Said& a, const Said& b) {
      return std::make_pair(a.response.draft_version(), !a.changed()) <
             std::make_pair(b.response.draft_version(), !b.changed());
    });
    Model model;
    for (const Said& said : calls) {
      const auto outcomes = model.Take(said.request);
      for (size_t i = 0; i < outcomes.size(); ++i) {
        EXPECT_EQ(said.response.results(static_cast<int>(i)).outcome(), outcomes[i])
            << said.request.ShortDebugString() << "\n"
            << said.response.ShortDebugString();
      }
    }

    const v1::Response response = GetResponse(SiteId(site));
    v1::GetResponseDraftRequest request;
    request.set_name(response.name() + "/draft");
    const auto draft = Done<v1::ResponseDraft>("ResponseService/GetResponseDraft", request);
    EXPECT_EQ(response.unresolved_count(), model.unresolved());
    EXPECT_THAT(model.contributors(), ::testing::SizeIs(response.contributor_count()));
    EXPECT_EQ(std::set<std::string>(draft.contributors().begin(), draft.contributors().end()),
              model.contributors());
    EXPECT_THAT(model.answers(), ::testing::SizeIs(draft.answers_size()));
    for (const v1::AnswerRecord& record : draft.answers()) {
      SCOPED_TRACE(record.ShortDebugString());
      const auto expected = model.answers().find(record.answer());
      ASSERT_NE(expected, model.answers().end());
      EXPECT_EQ(record.version(), expected->second.version);
      EXPECT_EQ(Text(record.current().value()), expected->second.current);
      EXPECT_EQ(Text(ValueOf(response.answers(), record.answer())), expected->second.current);
      std::set<std::string> conflicting;
      for (const v1::AttributedValue& other : record.conflicting()) {
        conflicting.insert(Text(other.value()));
      }
      EXPECT_EQ(conflicting, expected->second.conflicting);
      std::map<std::string, std::string> ratings;
      for (const v1::AttributedValue& rating : record.ratings()) {
        ratings[rating.contributor()] = Text(rating.value());
      }
      EXPECT_EQ(ratings, expected->second.ratings);
    }
    VerifyNothingIsLost(site, draft);
  }

  void VerifyNothingIsLost(int site, const v1::ResponseDraft& draft) {
    std::map<std::string, std::set<std::string>> kept;
    for (const v1::AnswerRecord& record : draft.answers()) {
      const auto keep = [&](const auto& values) {
        for (const v1::AttributedValue& value : values) {
          kept[record.answer()].insert(Text(value.value()));
        }
      };
      keep(record.conflicting());
      keep(record.settled());
      keep(record.ratings());
    }
    std::map<std::string, std::set<std::string>> accepted;
    for (const v1::ResponseRevision& revision : Revisions(SiteId(site))) {
      for (const auto& [answer, value] : ValuesOf(revision.answers())) {
        accepted[answer].insert(Text(value));
      }
    }
    for (const Said& said : said_[site]) {
      for (int i = 0; i < said.request.answers_size(); ++i) {
        const v1::ContributedAnswer& given = said.request.answers(i);
        const std::string value = Text(given.value());
        EXPECT_TRUE(accepted[given.answer()].contains(value) ||
                    kept[given.answer()].contains(value))
            << given.ShortDebugString();
        if (said.response.results(i).outcome() != v1::ContributionResult::OUTCOME_CONFLICT) {
          continue;
        }
        ++conflicts_;
        const v1::AnswerRecord& both = said.response.results(i).record();
        EXPECT_TRUE(kept[given.answer()].contains(value)) << given.ShortDebugString();
        EXPECT_TRUE(both.current().value().value_case() == v1::AnswerValue::VALUE_NOT_SET ||
                    accepted[given.answer()].contains(Text(both.current().value())))
            << both.ShortDebugString();
      }
    }
  }

  void Run(int sites, int threads, uint64_t seed) {
    Open(sites);
    const absl::Time start = absl::Now();
    FillAll(sites, threads, seed);
    if (HasFatalFailure()) return;
    std::cout << sites * kContributors * kCallsEach << " contributions to " << sites
              << " responses in " << absl::Now() - start << std::endl;
    for (int site = 0; site < sites && !HasFailure(); ++site) Verify(site);
    std::cout << conflicts_ << " conflicts" << std::endl;
    EXPECT_GT(conflicts_, 0);
  }

  std::mutex mutex_;
  std::map<int, std::vector<Said>> said_;
  int conflicts_ = 0;
};
WEFT_ON_EVERY_ENGINE(ContributionLoadTest);

// One after the other, and the same every time.
TEST_P(ContributionLoadTest, InOrder) {
  Run(/*sites=*/10, /*threads=*/1, /*seed=*/1);
  EXPECT_EQ(conflicts_, kConflictsInOrder);
}

TEST_P(ContributionLoadTest, AThousandResponsesWithFiveContributorsEach) {
  Run(/*sites=*/1000, /*threads=*/20, testing::TestSeed());
}

}  // namespace
}  // namespace weft::ingestion
