// What a person has looked at: golden/*.json. After a change that is meant, write them anew with
// WEFT_UPDATE_GOLDEN=1, look at the difference and at the pictures (vega_test.mjs writes them with
// --out), and commit both.
#ifndef WEFT_TESTS_SERVICES_METRICS_GOLDEN_FILE_H_
#define WEFT_TESTS_SERVICES_METRICS_GOLDEN_FILE_H_

#include <functional>
#include <string>

#include "google/protobuf/message.h"
#include "services/metrics/domain/vega_style.h"
#include "weft/metrics/v1/figure_service.pb.h"

namespace weft::metrics {

Json ToJson(const google::protobuf::Message& message);

// Expects that golden/{name}.json holds `actual`.
void CheckGolden(const std::string& name, const std::string& actual);

// The same for a picture at the widths that vega_test.mjs draws; `draw` makes it.
void CheckGoldenPicture(const std::string& name, const std::function<v1::Picture(int width)>& draw);

}  // namespace weft::metrics

#endif  // WEFT_TESTS_SERVICES_METRICS_GOLDEN_FILE_H_
