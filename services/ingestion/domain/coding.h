// Coded excerpts in numbers: counts of codes, codes that go together, agreement of coders.
//
// Cohen, J. (1960). A coefficient of agreement for nominal scales. Educational and Psychological
//   Measurement 20, 37-46.
// de Vries, H., Elliott, M. N., Kanouse, D. E., Teleki, S. S. (2008). Using pooled kappa to
//   summarize interrater agreement across many items. Field Methods 20, 272-282.
#ifndef WEFT_SERVICES_INGESTION_DOMAIN_CODING_H_
#define WEFT_SERVICES_INGESTION_DOMAIN_CODING_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "weft/ingestion/v1/coding.pb.h"
#include "weft/type/v1/estimate.pb.h"

namespace weft::ingestion {

// Bounds of a wave's coding, so that a summary is one answer.
inline constexpr int kMaxExcerpts = 20'000;
inline constexpr int kMaxCodes = 200;
inline constexpr int kMaxCoders = 12;

// What two coders did with one code on the passages that both have coded.
struct CodeTable {
  int both = 0;
  int first_only = 0;
  int second_only = 0;
  int neither = 0;
};

// (observed - expected) / (1 - expected) agreement. Undefined without a passage, and where only one
// outcome was possible.
type::v1::Estimate Kappa(const CodeTable& table);
// The share on which they agree.
type::v1::Estimate ObservedAgreement(const CodeTable& table);
// The same as Kappa(), of the means of observed and of expected agreement over the tables, which
// have the same passages.
type::v1::Estimate PooledKappa(absl::Span<const CodeTable> tables);

// FAILED_PRECONDITION (CODING_TOO_LARGE).
absl::Status CheckCodingSize(const std::vector<v1::CodedExcerpt>& excerpts);

v1::CodingSummary Summarize(const std::vector<v1::CodedExcerpt>& excerpts);

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_DOMAIN_CODING_H_
