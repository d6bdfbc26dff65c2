#include "common/rpc/status.h"

#include <string>

#include "common/base/error.h"
#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"
#include "tests/testing/proto_matchers.h"
#include "tests/testing/status_matchers.h"

namespace weft::rpc {
namespace {

using testing::HasReason;
using testing::IsError;

absl::Status RoundTrip(const absl::Status& status) {
  const WireStatus wire = ToWire(status);
  return FromWire(wire.code, wire.message, wire.details);
}

// Has the detail of this type that `original` has.
template <class Detail>
auto Carries(const absl::Status& original) {
  Detail expected;
  EXPECT_TRUE(GetDetail(original, expected));
  return ::testing::ResultOf(
      [](const absl::Status& status) {
        Detail detail;
        GetDetail(status, detail);
        return detail;
      },
      testing::EqualsProto(expected));
}

TEST(Status, OkCarriesNothing) {
  EXPECT_EQ(ToWire(absl::OkStatus()).code, 0);
  EXPECT_EQ(ToWire(absl::OkStatus()).details, "");
  EXPECT_TRUE(RoundTrip(absl::OkStatus()).ok());
}

TEST(Status, DetailsComeBackEqual) {
  const absl::Status status = WithRetryAfter(
      FieldViolations().Add("a", "is wrong").ToStatus("BAD_A"), absl::Milliseconds(1500));
  const absl::Status back = RoundTrip(status);
  EXPECT_EQ(back.code(), status.code());
  EXPECT_EQ(back.message(), status.message());
  EXPECT_THAT(back, Carries<google::rpc::ErrorInfo>(status));
  EXPECT_THAT(back, Carries<google::rpc::BadRequest>(status));
  EXPECT_THAT(back, Carries<google::rpc::RetryInfo>(status));
}

TEST(Status, InnerStatusRepeatsCodeAndText) {
  google::rpc::Status inner;
  ASSERT_TRUE(inner.ParseFromString(ToWire(NotFound("site", "sites/a")).details));
  EXPECT_EQ(inner.code(), 5);
  EXPECT_EQ(inner.message(), "site \"sites/a\" does not exist");
  EXPECT_EQ(inner.details(0).type_url(), "type.googleapis.com/google.rpc.ErrorInfo");
}

TEST(Status, EveryErrorHasAReason) {
  EXPECT_THAT(RoundTrip(absl::InternalError("x")),
              IsError(absl::StatusCode::kInternal, "INTERNAL"));
  EXPECT_THAT(RoundTrip(absl::DataLossError("x")), HasReason("DATA_LOSS"));
}

TEST(Status, LongTextsAreClippedBetweenCharacters) {
  std::string text;
  while (text.size() < 2000) text += "ä";
  const WireStatus wire = ToWire(absl::InvalidArgumentError(text));
  EXPECT_LE(wire.message.size(), kMaxMessageBytes);
  EXPECT_GT(wire.message.size(), kMaxMessageBytes - 4);
  EXPECT_EQ(wire.message.substr(wire.message.size() - 5), "ä...");
}

TEST(Status, ManyLongViolationsFitTheTrailer) {
  FieldViolations violations;
  for (int i = 0; i < 100; ++i) {
    violations.Add("responses[" + std::to_string(i) + "].cells", std::string(500, 'x'));
  }
  absl::Status status = WithRetryAfter(violations.ToStatus("BAD"), absl::Seconds(1));
  const WireStatus wire = ToWire(status);
  EXPECT_LE(wire.details.size(), kMaxDetailsBytes);
  const absl::Status back = FromWire(wire.code, wire.message, wire.details);
  EXPECT_THAT(back, IsError(absl::StatusCode::kInvalidArgument, "BAD"));
  google::rpc::BadRequest bad_request;
  ASSERT_TRUE(GetDetail(back, bad_request));
  EXPECT_GE(bad_request.field_violations_size(), 3);
  google::rpc::RetryInfo retry;
  EXPECT_TRUE(GetDetail(back, retry));
  google::rpc::ErrorInfo info;
  ASSERT_TRUE(GetDetail(back, info));
  EXPECT_EQ(info.metadata().at("total_violations"), "100");
}

TEST(Status, HugeMetadataFitsTheTrailer) {
  ErrorMetadata metadata;
  for (int i = 0; i < 100; ++i)
    metadata.emplace_back("k" + std::to_string(i), std::string(999, 'v'));
  const WireStatus wire =
      ToWire(Error(absl::StatusCode::kAborted, "BIG", std::string(9999, 'm'), metadata));
  EXPECT_LE(wire.details.size(), kMaxDetailsBytes);
  EXPECT_THAT(FromWire(wire.code, wire.message, wire.details), HasReason("BIG"));
}

TEST(Status, ForeignDetailsAreKeptAndBrokenOnesIgnored) {
  google::rpc::Status foreign;
  foreign.add_details()->set_type_url("type.example/x.Y");
  foreign.mutable_details(0)->set_value("bytes");
  const absl::Status status = FromWire(9, "m", foreign.SerializeAsString());
  EXPECT_EQ(status.GetPayload("type.example/x.Y"), "bytes");
  EXPECT_EQ(FromWire(9, "m", "\xff\xff"), absl::FailedPreconditionError("m"));
}

}  // namespace
}  // namespace weft::rpc
