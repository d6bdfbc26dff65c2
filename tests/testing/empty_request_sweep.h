// Calls every method of a service with an empty request. A stranger's first call looks like that:
// it must be refused with a reason, or be a request that is whole without any field.
#ifndef WEFT_TESTS_TESTING_EMPTY_REQUEST_SWEEP_H_
#define WEFT_TESTS_TESTING_EMPTY_REQUEST_SWEEP_H_

#include <set>
#include <string>

#include "absl/strings/string_view.h"
#include "common/rpc/sync_client.h"

namespace weft::testing {

// `service` is the full name. Methods in `whole_when_empty` ("ListSites") must succeed (a stream:
// start); all others must fail with INVALID_ARGUMENT or NOT_FOUND, a reason and a message. Adds a
// test failure for each that does not, and for each name that is no method.
void SweepWithEmptyRequests(rpc::SyncClient& client, absl::string_view service,
                            const std::set<std::string>& whole_when_empty);

}  // namespace weft::testing

#endif  // WEFT_TESTS_TESTING_EMPTY_REQUEST_SWEEP_H_
