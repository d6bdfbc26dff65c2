#include "common/service/request_fields.h"

#include <memory>

#include "common/storage/fixed_hash.h"
#include "common/storage/table_core.h"
#include "google/protobuf/descriptor.h"

namespace weft::service {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

const FieldDescriptor* Find(const Message& message, const char* name,
                            FieldDescriptor::CppType type) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
  const bool fits = field != nullptr && !field->is_repeated() && field->cpp_type() == type;
  return fits ? field : nullptr;
}

}  // namespace

std::string StringField(const Message& message, const char* name) {
  const FieldDescriptor* field = Find(message, name, FieldDescriptor::CPPTYPE_STRING);
  return field == nullptr ? "" : message.GetReflection()->GetString(message, field);
}

int32_t Int32Field(const Message& message, const char* name) {
  const FieldDescriptor* field = Find(message, name, FieldDescriptor::CPPTYPE_INT32);
  return field == nullptr ? 0 : message.GetReflection()->GetInt32(message, field);
}

bool BoolField(const Message& message, const char* name) {
  const FieldDescriptor* field = Find(message, name, FieldDescriptor::CPPTYPE_BOOL);
  return field != nullptr && message.GetReflection()->GetBool(message, field);
}

uint64_t HashWithout(const Message& message, std::initializer_list<const char*> fields) {
  const std::unique_ptr<Message> rest(message.New());
  rest->CopyFrom(message);
  for (const char* name : fields) {
    const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
    if (field != nullptr) rest->GetReflection()->ClearField(rest.get(), field);
  }
  return storage::FixedHash(storage::SerializeDeterministically(*rest),
                            storage::FixedHash(message.GetDescriptor()->full_name()));
}

}  // namespace weft::service
