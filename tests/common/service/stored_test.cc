#include "common/service/stored.h"

#include <string>

#include "gmock/gmock.h"
#include "google/protobuf/descriptor.pb.h"
#include "gtest/gtest.h"
#include "tests/testing/proto_matchers.h"

namespace weft::service {
namespace {

using google::protobuf::DescriptorProto;
using google::protobuf::FileDescriptorProto;
using weft::testing::EqualsProto;

DescriptorProto Row(const std::string& name) {
  DescriptorProto row;
  row.set_name(name);
  return row;
}

TEST(RowsWriter, BuildsWhatTheMessageItselfWouldSerialize) {
  // Rows whose length takes one, two and three bytes, and an empty one.
  FileDescriptorProto expected;
  expected.set_name("rest");
  expected.add_dependency("more rest");
  RowsWriter writer(FileDescriptorProto::kMessageTypeFieldNumber);
  for (const std::string& name :
       {std::string("a"), std::string(300, 'b'), std::string(70'000, 'c'), std::string()}) {
    const DescriptorProto row = name.empty() ? DescriptorProto() : Row(name);
    writer.Add(row.SerializeAsString());
    *expected.add_message_type() = row;
  }
  FileDescriptorProto rest;
  rest.set_name("rest");
  rest.add_dependency("more rest");
  FileDescriptorProto built;
  ASSERT_TRUE(built.ParseFromString(std::move(writer).Build(rest)));
  EXPECT_THAT(built, EqualsProto(expected));
}

TEST(RowsWriter, WithoutRowsThereIsTheRest) {
  FileDescriptorProto rest;
  rest.set_name("rest");
  EXPECT_EQ(RowsWriter(FileDescriptorProto::kMessageTypeFieldNumber).Build(rest),
            rest.SerializeAsString());
}

}  // namespace
}  // namespace weft::service
