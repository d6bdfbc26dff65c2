#include <cmath>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/metrics/domain/compute.h"
#include "tests/services/metrics/wave_example.h"
#include "tests/testing/errors.h"
#include "tests/testing/proto_matchers.h"

namespace weft::metrics {
namespace {

using ingestion::v1::Answers;
using ::testing::ElementsAre;
using testing::EqualsProto;
using testing::IsError;

// Adds the answer to an item.
Answers& Choose(Answers& answers, const char* question, const std::vector<std::string>& options) {
  auto& answer = *answers.add_items();
  answer.set_question(question);
  answer.mutable_choices();
  for (const std::string& option : options) answer.mutable_choices()->add_options(option);
  return answers;
}
Answers& Miss(Answers& answers, const char* question, type::v1::MissingReason reason) {
  auto& answer = *answers.add_items();
  answer.set_question(question);
  answer.set_missing(reason);
  return answers;
}
Answers& Number(Answers& answers, double number) {
  auto& answer = *answers.add_items();
  answer.set_question("students");
  answer.set_number(number);
  return answers;
}

std::vector<v1::ItemFrequencies> All(const WaveBuilder& wave) {
  auto items = ComputeItems(wave.View(), {});
  EXPECT_TRUE(items.ok());
  return *std::move(items);
}

WaveBuilder Example() {
  WaveBuilder wave(1);
  Answers first = MakeAnswers("| 2");
  Choose(first, "stage", {"b"});
  Choose(first, "barriers", {"z", "x"});
  Number(first, 2.5);
  wave.Add(first);
  Answers second = MakeAnswers("| k");
  Choose(second, "stage", {"b"});
  Choose(second, "barriers", {});
  Number(second, 10);
  wave.Add(second);
  Answers third;
  Miss(third, "stage", type::v1::MISSING_REASON_REFUSED);
  Miss(third, "barriers", type::v1::MISSING_REASON_UNSPECIFIED);
  wave.Add(third);
  wave.Invite();
  return wave;
}

TEST(ItemFrequenciesTest, EveryStructuredItemInOrder) {
  std::vector<std::string> ids;
  for (const v1::ItemFrequencies& item : All(Example())) ids.push_back(item.question());
  EXPECT_THAT(ids, ElementsAre("shared", "stage", "barriers", "students"));
}

TEST(ItemFrequenciesTest, Choice) {
  EXPECT_THAT(All(Example())[1], EqualsProto(R"pb(
                question: "stage"
                text: "About stage?"
                section: "More"
                options {
                  option: "a"
                  label: "Option a"
                  share {
                    value: 0
                    n: 2
                    base_size: 3
                    base: BASE_ALL
                    low: 0
                    high: 0.33333333333333331
                    numerator: 0
                  }
                }
                options {
                  option: "b"
                  label: "Option b"
                  share {
                    value: 1
                    n: 2
                    base_size: 3
                    base: BASE_ALL
                    low: 0.66666666666666663
                    high: 1
                    numerator: 2
                  }
                }
                options {
                  option: "c"
                  label: "Option c"
                  share {
                    value: 0
                    n: 2
                    base_size: 3
                    base: BASE_ALL
                    low: 0
                    high: 0.33333333333333331
                    numerator: 0
                  }
                }
                missing { reason: MISSING_REASON_REFUSED count: 1 })pb"));
}

TEST(ItemFrequenciesTest, MultiChoiceWithNothingTickedIsAnAnswer) {
  const v1::ItemFrequencies item = All(Example())[2];
  EXPECT_THAT(item.options(0).share(), EqualsProto(R"pb(
                value: 0.5
                n: 2
                base_size: 3
                base: BASE_ALL
                low: 0.33333333333333331
                high: 0.66666666666666663
                numerator: 1)pb"));
  EXPECT_EQ(item.options(1).share().numerator(), 0);
  EXPECT_EQ(item.options(2).share().numerator(), 1);
  ASSERT_EQ(item.missing_size(), 1);
  EXPECT_EQ(item.missing(0).reason(), type::v1::MISSING_REASON_NOT_ANSWERED);
}

TEST(ItemFrequenciesTest, SharedResponsibility) {
  const v1::ItemFrequencies item = All(Example())[0];
  ASSERT_EQ(item.options_size(), 3);
  EXPECT_EQ(item.options(0).option(), "not_evident");
  EXPECT_EQ(item.options(1).option(), "moderately_evident");
  EXPECT_EQ(item.options(1).label(), "Moderately evident");
  EXPECT_EQ(item.options(2).option(), "significantly_evident");
  EXPECT_EQ(item.options(1).share().value(), 1);
  EXPECT_EQ(item.options(1).share().n(), 1);
  EXPECT_EQ(item.options(1).share().base_size(), 3);
  ASSERT_EQ(item.missing_size(), 2);
  EXPECT_EQ(item.missing(0).reason(), type::v1::MISSING_REASON_NOT_ANSWERED);
  EXPECT_EQ(item.missing(1).reason(), type::v1::MISSING_REASON_DONT_KNOW);
}

TEST(ItemFrequenciesTest, Numbers) {
  const v1::ItemFrequencies item = All(Example())[3];
  EXPECT_EQ(item.options_size(), 0);
  EXPECT_THAT(item.number(), EqualsProto(R"pb(
                mean { value: 6.25 n: 2 base_size: 3 base: BASE_ALL }
                median { value: 6.25 n: 2 base_size: 3 base: BASE_ALL }
                min { value: 2.5 n: 2 base_size: 3 base: BASE_ALL }
                max { value: 10 n: 2 base_size: 3 base: BASE_ALL })pb"))
      << "one is missing: no interval";
}

TEST(ItemFrequenciesTest, NumbersAreAddedInAscendingOrder) {
  // Added in another order, the sum of these is another double.
  const double values[] = {1e16, -3.3, 0.1, 0.2, 0.3, -0.0, 7, 7, 7, 1e16 + 2};
  WaveBuilder wave(1);
  for (const double value : values) {
    Answers answers;
    wave.Add(Number(answers, value));
  }
  double sum = 0;
  for (const double value : {-3.3, 0.0, 0.1, 0.2, 0.3, 7.0, 7.0, 7.0, 1e16, 1e16 + 2}) sum += value;
  const v1::SiteStatistic number = All(wave)[3].number();
  EXPECT_EQ(number.mean().value(), sum / 10);
  EXPECT_EQ(number.mean().low(), sum / 10) << "nothing is missing";
  EXPECT_EQ(number.median().value(), (0.3 + 7) / 2);
  EXPECT_EQ(number.min().value(), -3.3);
  EXPECT_EQ(number.max().high(), 1e16 + 2);
}

TEST(ItemFrequenciesTest, WholeNumbersAreAddedAtOnceWithoutChangingTheSum) {
  WaveBuilder wave(1);
  double sum = 0;
  for (int i = 0; i < 1000; ++i) {
    Answers answers;
    wave.Add(Number(answers, i % 10 == 0 ? 0.1 : 12));
    if (i % 10 == 0) sum += 0.1;
  }
  for (int i = 0; i < 900; ++i) sum += 12;
  EXPECT_EQ(All(wave)[3].number().mean().value(), sum / 1000);
}

TEST(ItemFrequenciesTest, NobodyHasAnswered) {
  WaveBuilder wave(1);
  wave.Add("| ");
  const std::vector<v1::ItemFrequencies> items = All(wave);
  EXPECT_TRUE(items[1].options(0).share().has_undefined());
  EXPECT_EQ(items[1].options(0).share().high(), 1);
  EXPECT_TRUE(items[3].number().median().has_undefined());
  EXPECT_FALSE(items[3].number().median().has_low());
  WaveBuilder nobody(1);
  EXPECT_FALSE(All(nobody)[1].options(0).share().has_low());
}

TEST(ItemFrequenciesTest, QuestionsAsAskedFor) {
  const WaveView view = Example().View();
  google::protobuf::RepeatedPtrField<std::string> questions;
  questions.Add("students");
  questions.Add("shared");
  const auto items = ComputeItems(view, questions);
  ASSERT_TRUE(items.ok());
  EXPECT_EQ((*items)[0].question(), "students");
  EXPECT_EQ((*items)[1].question(), "shared");

  const auto ask = [&](const char* question) {
    questions.Clear();
    questions.Add(question);
    return ComputeItems(view, questions).status();
  };
  constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  EXPECT_THAT(ask("story"), IsError(kInvalid, "NOT_A_STRUCTURED_ITEM"));
  EXPECT_THAT(ask("matrix"), IsError(kInvalid, "NOT_A_STRUCTURED_ITEM"));
  EXPECT_THAT(ask("other"), IsError(kInvalid, "QUESTION_NOT_IN_INSTRUMENT"));
}

}  // namespace
}  // namespace weft::metrics
