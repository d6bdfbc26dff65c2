// Reflection as its clients use it: list, then build descriptors from nothing but the answers.
#include "common/rpc/reflection.h"

#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/descriptor_database.h"
#include "grpc/reflection/v1/reflection.pb.h"
#include "grpc/reflection/v1alpha/reflection.pb.h"
#include "gtest/gtest.h"
#include "tests/common/rpc/probe_server.h"
#include "tests/testing/status_matchers.h"

namespace weft::rpc {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct V1 {
  using Request = grpc::reflection::v1::ServerReflectionRequest;
  using Response = grpc::reflection::v1::ServerReflectionResponse;
  static constexpr char kMethod[] = "grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
};
struct V1Alpha {
  using Request = grpc::reflection::v1alpha::ServerReflectionRequest;
  using Response = grpc::reflection::v1alpha::ServerReflectionResponse;
  static constexpr char kMethod[] = "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";
};

template <class Version>
class Reflection : public ::testing::Test {
 protected:
  using Request = typename Version::Request;
  using Response = typename Version::Response;

  Response Ask(const Request& request) {
    Response response;
    EXPECT_TRUE(stream_.Write(request));
    EXPECT_TRUE(stream_.Read(response));
    return response;
  }
  Response AskSymbol(const std::string& symbol) {
    Request request;
    request.set_file_containing_symbol(symbol);
    return Ask(request);
  }
  std::vector<std::string> List() {
    Request request;
    request.set_list_services("*");
    std::vector<std::string> names;
    const Response response = Ask(request);
    for (const auto& service : response.list_services_response().service()) {
      names.push_back(service.name());
    }
    return names;
  }

  ProbeServer probe_;
  SyncStream stream_ = probe_.client().Bidi(Version::kMethod);
};

using Versions = ::testing::Types<V1, V1Alpha>;
TYPED_TEST_SUITE(Reflection, Versions);

TYPED_TEST(Reflection, ListsEveryService) {
  EXPECT_THAT(
      this->List(),
      ElementsAre("grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection",
                  "grpc.reflection.v1alpha.ServerReflection", "weft.rpctest.v1.ProbeService"));
}

TYPED_TEST(Reflection, APoolCanBeRebuiltFromTheAnswers) {
  for (const std::string& service : this->List()) {
    google::protobuf::SimpleDescriptorDatabase database;
    const auto response = this->AskSymbol(service);
    std::set<std::string> names;
    for (const std::string& bytes : response.file_descriptor_response().file_descriptor_proto()) {
      google::protobuf::FileDescriptorProto file;
      ASSERT_TRUE(file.ParseFromString(bytes));
      EXPECT_TRUE(names.insert(file.name()).second) << file.name() << " comes twice";
      database.Add(file);
    }
    google::protobuf::DescriptorPool pool(&database);
    const google::protobuf::ServiceDescriptor* const found = pool.FindServiceByName(service);
    ASSERT_NE(found, nullptr) << service;
    EXPECT_GT(found->method_count(), 0);
  }
}

TYPED_TEST(Reflection, FilesByNameAndNestedSymbols) {
  typename TypeParam::Request request;
  request.set_file_by_filename("google/rpc/error_details.proto");
  EXPECT_EQ(this->Ask(request).file_descriptor_response().file_descriptor_proto_size(), 2);
  for (const char* symbol :
       {"weft.rpctest.v1.ProbeService.Echo", "weft.rpctest.v1.EchoRequest.text",
        "google.rpc.BadRequest.FieldViolation"}) {
    EXPECT_GT(this->AskSymbol(symbol).file_descriptor_response().file_descriptor_proto_size(), 0)
        << symbol;
  }
}

TYPED_TEST(Reflection, WhatIsNotThereIsNotFoundAndTheStreamGoesOn) {
  auto response = this->AskSymbol("no.Such.Thing");
  EXPECT_EQ(response.error_response().error_code(), 5);
  EXPECT_THAT(response.error_response().error_message(), HasSubstr("no.Such.Thing"));
  typename TypeParam::Request request;
  request.set_file_by_filename("no/such.proto");
  EXPECT_EQ(this->Ask(request).error_response().error_code(), 5);
  EXPECT_EQ(this->Ask({}).error_response().error_code(), 3);
  EXPECT_THAT(this->List(), Contains("weft.rpctest.v1.ProbeService"));
}

TYPED_TEST(Reflection, Extensions) {
  typename TypeParam::Request request;
  request.set_all_extension_numbers_of_type("google.protobuf.MethodOptions");
  auto response = this->Ask(request);
  EXPECT_THAT(response.all_extension_numbers_response().extension_number(), Contains(50801));

  request.mutable_file_containing_extension()->set_containing_type("google.protobuf.MethodOptions");
  request.mutable_file_containing_extension()->set_extension_number(50801);
  response = this->Ask(request);
  EXPECT_GT(response.file_descriptor_response().file_descriptor_proto_size(), 0);

  request.mutable_file_containing_extension()->set_extension_number(1);
  EXPECT_EQ(this->Ask(request).error_response().error_code(), 5);

  // No extensions is an empty list, not an error: clients give up on error details otherwise.
  request.set_all_extension_numbers_of_type("google.rpc.ErrorInfo");
  response = this->Ask(request);
  EXPECT_TRUE(response.has_all_extension_numbers_response());
  EXPECT_EQ(response.all_extension_numbers_response().base_type_name(), "google.rpc.ErrorInfo");
  EXPECT_EQ(response.all_extension_numbers_response().extension_number_size(), 0);
}

}  // namespace
}  // namespace weft::rpc
