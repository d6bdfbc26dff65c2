#include "tools/cli/error_text.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "google/rpc/error_details.pb.h"

namespace weft::cli {

std::string ErrorText(const absl::Status& status) {
  const std::string reason = ReasonOf(status);
  std::string text = absl::StrCat("error: ", status.message(),
                                  "\n  code: ", absl::StatusCodeToString(status.code()),
                                  reason.empty() ? "" : absl::StrCat(", reason: ", reason), "\n");
  google::rpc::BadRequest bad_request;
  if (GetDetail(status, bad_request)) {
    for (const auto& violation : bad_request.field_violations()) {
      absl::StrAppend(&text, "  ", violation.field(), ": ", violation.description(), "\n");
    }
    google::rpc::ErrorInfo info;
    int total = 0;
    if (GetDetail(status, info) &&
        absl::SimpleAtoi(info.metadata().count("total_violations") > 0
                             ? info.metadata().at("total_violations")
                             : "0",
                         &total) &&
        total > bad_request.field_violations_size()) {
      absl::StrAppend(&text, "  … and ", total - bad_request.field_violations_size(), " more\n");
    }
  }
  google::rpc::RetryInfo retry;
  if (GetDetail(status, retry)) {
    absl::StrAppend(&text, "  try again in ",
                    retry.retry_delay().seconds() + (retry.retry_delay().nanos() > 0 ? 1 : 0),
                    " s\n");
  }
  return text;
}

}  // namespace weft::cli
