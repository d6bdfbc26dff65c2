// The form of codes: partner types, roles, mechanisms, kinds of agreements, conditions.
#ifndef WEFT_SERVICES_REGISTRY_DOMAIN_CODES_H_
#define WEFT_SERVICES_REGISTRY_DOMAIN_CODES_H_

#include <string>

#include "absl/strings/string_view.h"
#include "common/base/error.h"
#include "google/protobuf/repeated_field.h"

namespace weft::registry {

// True when `code` matches ^[a-z][a-z0-9_]{0,40}$.
bool IsCode(absl::string_view code);

// A code that is required.
void CheckCode(FieldViolations& violations, absl::string_view field, absl::string_view code);

// At most `max` codes, each once.
void CheckCodes(FieldViolations& violations, const std::string& field,
                const google::protobuf::RepeatedPtrField<std::string>& codes, int max);

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_DOMAIN_CODES_H_
