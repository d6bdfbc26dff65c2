#include "common/rpc/reflection.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "grpc/reflection/v1/reflection.pb.h"
#include "grpc/reflection/v1alpha/reflection.pb.h"

namespace weft::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;

template <class Response>
void SetError(absl::StatusCode code, absl::string_view message, Response& response) {
  response.mutable_error_response()->set_error_code(static_cast<int>(code));
  response.mutable_error_response()->set_error_message(std::string(message));
}

// The file after everything that it imports: clients that build pools want them in this order.
template <class Files>
void AddWithImports(const FileDescriptor& file, std::set<const FileDescriptor*>& added,
                    Files& files) {
  if (!added.insert(&file).second) return;
  for (int i = 0; i < file.dependency_count(); ++i) {
    AddWithImports(*file.dependency(i), added, files);
  }
  google::protobuf::FileDescriptorProto proto;
  file.CopyTo(&proto);
  files.add_file_descriptor_proto(proto.SerializeAsString());
}

template <class Response>
void SetFile(const FileDescriptor* file, absl::string_view wanted, Response& response) {
  if (file == nullptr) {
    SetError(absl::StatusCode::kNotFound, absl::StrCat("no proto here has ", wanted), response);
    return;
  }
  // The file that was asked for comes first, its imports after it: some clients take the first.
  std::set<const FileDescriptor*> added = {file};
  auto& files = *response.mutable_file_descriptor_response();
  google::protobuf::FileDescriptorProto proto;
  file->CopyTo(&proto);
  files.add_file_descriptor_proto(proto.SerializeAsString());
  for (int i = 0; i < file->dependency_count(); ++i) {
    AddWithImports(*file->dependency(i), added, files);
  }
}

}  // namespace

template <class Request, class Response>
Response ReflectionHandlers<Request, Response>::Answer(const Request& request) const {
  const DescriptorPool& pool = *DescriptorPool::generated_pool();
  Response response;
  response.set_valid_host(request.host());
  *response.mutable_original_request() = request;
  switch (request.message_request_case()) {
    case Request::kFileByFilename:
      SetFile(pool.FindFileByName(request.file_by_filename()), request.file_by_filename(),
              response);
      break;
    case Request::kFileContainingSymbol:
      SetFile(pool.FindFileContainingSymbol(request.file_containing_symbol()),
              request.file_containing_symbol(), response);
      break;
    case Request::kFileContainingExtension: {
      const auto& wanted = request.file_containing_extension();
      const Descriptor* const type = pool.FindMessageTypeByName(wanted.containing_type());
      const FieldDescriptor* const extension =
          type == nullptr ? nullptr : pool.FindExtensionByNumber(type, wanted.extension_number());
      SetFile(
          extension == nullptr ? nullptr : extension->file(),
          absl::StrCat("extension ", wanted.extension_number(), " of ", wanted.containing_type()),
          response);
      break;
    }
    case Request::kAllExtensionNumbersOfType: {
      const std::string& name = request.all_extension_numbers_of_type();
      const Descriptor* const type = pool.FindMessageTypeByName(name);
      if (type == nullptr) {
        SetError(absl::StatusCode::kNotFound, absl::StrCat("no proto here has ", name), response);
        break;
      }
      // A type without extensions has an empty list: to clients an error would mean more than that.
      auto& answer = *response.mutable_all_extension_numbers_response();
      answer.set_base_type_name(type->full_name());
      std::vector<const FieldDescriptor*> extensions;
      pool.FindAllExtensions(type, &extensions);
      for (const FieldDescriptor* extension : extensions) {
        answer.add_extension_number(extension->number());
      }
      break;
    }
    case Request::kListServices:
      for (const std::string& name : services_) {
        response.mutable_list_services_response()->add_service()->set_name(name);
      }
      break;
    case Request::MESSAGE_REQUEST_NOT_SET:
      SetError(absl::StatusCode::kInvalidArgument, "the request asks for nothing", response);
      break;
  }
  return response;
}

template <class Request, class Response>
Task<absl::Status> ReflectionHandlers<Request, Response>::ServerReflectionInfo(
    CallContext&, Reader<Request>& reader, Writer<Response>& writer) {
  Request request;
  for (;;) {
    const bool more = co_await reader.Read(request);
    if (!more) co_return reader.status();
    const Response response = Answer(request);
    const bool sent = co_await writer.Write(response);
    if (!sent) co_return absl::CancelledError("the caller is gone");
  }
}

template class ReflectionHandlers<grpc::reflection::v1::ServerReflectionRequest,
                                  grpc::reflection::v1::ServerReflectionResponse>;
template class ReflectionHandlers<grpc::reflection::v1alpha::ServerReflectionRequest,
                                  grpc::reflection::v1alpha::ServerReflectionResponse>;

}  // namespace weft::rpc
