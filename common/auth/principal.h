// Who makes a call. Until credentials exist the name comes from the `weft-principal` metadata of a
// caller on loopback; never from a field of a request.
#ifndef WEFT_COMMON_AUTH_PRINCIPAL_H_
#define WEFT_COMMON_AUTH_PRINCIPAL_H_

#include <string>

namespace weft::auth {

struct Principal {
  // `{kind}/{id}`: "users/amara", "services/metrics". Callers that name none are "users/anonymous".
  std::string name = "users/anonymous";
};

}  // namespace weft::auth

#endif  // WEFT_COMMON_AUTH_PRINCIPAL_H_
