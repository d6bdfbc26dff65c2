// Where sites and organizations are.
#ifndef WEFT_SERVICES_REGISTRY_DOMAIN_PLACE_H_
#define WEFT_SERVICES_REGISTRY_DOMAIN_PLACE_H_

#include <string>

#include "common/base/error.h"
#include "google/protobuf/repeated_field.h"
#include "weft/registry/v1/site.pb.h"

namespace weft::registry {

// At most 50 places, none of them empty. `field` is the list's: "site.places".
void CheckPlaces(FieldViolations& violations, const std::string& field,
                 const google::protobuf::RepeatedPtrField<v1::Place>& places);

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_DOMAIN_PLACE_H_
