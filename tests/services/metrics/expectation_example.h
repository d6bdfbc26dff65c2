// Claims in few words.
#ifndef WEFT_TESTS_SERVICES_METRICS_EXPECTATION_EXAMPLE_H_
#define WEFT_TESTS_SERVICES_METRICS_EXPECTATION_EXAMPLE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "services/metrics/domain/expectations.h"
#include "tests/services/metrics/figure_example.h"
#include "weft/metrics/v1/expectation.pb.h"
#include "weft/metrics/v1/metrics_service.pb.h"

namespace weft::metrics {

// Expectation fields as text; id and statement are filled in where they are not given.
inline v1::Expectation Expect(absl::string_view text) {
  v1::Expectation expectation;
  if (!google::protobuf::TextFormat::ParseFromString(std::string(text), &expectation)) {
    ADD_FAILURE() << "no expectation: " << text;
  }
  if (expectation.id().empty()) expectation.set_id("C1");
  if (expectation.statement().empty()) expectation.set_statement("Somebody says so.");
  return expectation;
}

inline v1::CheckExpectationsRequest RequestOf(const std::vector<v1::Expectation>& expectations) {
  v1::CheckExpectationsRequest request;
  request.set_parent("waves/w1");
  for (const v1::Expectation& expectation : expectations) {
    *request.add_expectations() = expectation;
  }
  return request;
}

// The result of the only claim.
inline v1::ExpectationResult CheckOne(const FigureData& input, absl::string_view text) {
  return CheckExpectations(RequestOf({Expect(text)}), input.summary, input.sites).results(0);
}

}  // namespace weft::metrics

#endif  // WEFT_TESTS_SERVICES_METRICS_EXPECTATION_EXAMPLE_H_
