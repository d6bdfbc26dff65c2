// EXPECT_THAT(site, EqualsProto(R"pb(name: "sites/a" display_name: "A")pb"));
// Compares with a message, or with one in text format; the difference is reported by field.
#ifndef WEFT_TESTS_TESTING_PROTO_MATCHERS_H_
#define WEFT_TESTS_TESTING_PROTO_MATCHERS_H_

#include <memory>
#include <ostream>
#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "google/protobuf/message.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/message_differencer.h"

namespace weft::testing {

class EqualsProtoMatcher {
 public:
  using is_gtest_matcher = void;

  explicit EqualsProtoMatcher(std::string text) : text_(std::move(text)) {}

  bool MatchAndExplain(const google::protobuf::Message& actual, std::ostream* listener) const {
    const std::unique_ptr<google::protobuf::Message> expected(actual.New());
    if (!google::protobuf::TextFormat::ParseFromString(text_, expected.get())) {
      if (listener != nullptr) *listener << "the expected text is no " << actual.GetTypeName();
      return false;
    }
    google::protobuf::util::MessageDifferencer differencer;
    std::string differences;
    differencer.ReportDifferencesToString(&differences);
    const bool equal = differencer.Compare(*expected, actual);
    if (listener != nullptr) *listener << differences;
    return equal;
  }
  void DescribeTo(std::ostream* out) const { *out << "equals " << text_; }
  void DescribeNegationTo(std::ostream* out) const { *out << "does not equal " << text_; }

 private:
  std::string text_;
};

inline EqualsProtoMatcher EqualsProto(std::string text) {
  return EqualsProtoMatcher(std::move(text));
}
inline EqualsProtoMatcher EqualsProto(const google::protobuf::Message& expected) {
  std::string text;
  google::protobuf::TextFormat::PrintToString(expected, &text);
  return EqualsProtoMatcher(std::move(text));
}

}  // namespace weft::testing

#endif  // WEFT_TESTS_TESTING_PROTO_MATCHERS_H_
