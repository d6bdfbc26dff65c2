// The standard fields of requests, found by name, so that one implementation serves all of them.
#ifndef WEFT_COMMON_SERVICE_REQUEST_FIELDS_H_
#define WEFT_COMMON_SERVICE_REQUEST_FIELDS_H_

#include <cstdint>
#include <initializer_list>
#include <string>

#include "google/protobuf/message.h"

namespace weft::service {

// The field's value; its zero when the message has no such field.
std::string StringField(const google::protobuf::Message& message, const char* name);
int32_t Int32Field(const google::protobuf::Message& message, const char* name);
bool BoolField(const google::protobuf::Message& message, const char* name);

// A hash of the type and of everything in the message but the fields named, stable across
// processes.
uint64_t HashWithout(const google::protobuf::Message& message,
                     std::initializer_list<const char*> fields);

}  // namespace weft::service

#endif  // WEFT_COMMON_SERVICE_REQUEST_FIELDS_H_
