// What can be wrong with a file: one table of stable reasons, and the log that collects problems
// within bounds. docs/formats.md lists the same reasons for people; a test holds the two together.
#ifndef WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_PROBLEMS_H_
#define WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_PROBLEMS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "weft/ingestion/v1/import.pb.h"

namespace weft::ingestion {

// Names are part of the API (ImportProblem.reason): never rename or reuse one.
enum class Reason {
  // The file as a whole. Nothing of it is applied, `partial` or not.
  kEmptyFile,
  kNoDataRows,
  kWrongEncoding,
  kBadQuote,
  kUnterminatedQuote,
  kFieldTooLong,
  kRowTooLong,
  kTooManyColumns,
  kBadJson,
  kJsonTooDeep,
  kTooMuchToCollect,
  // Its header row. Nothing is applied either.
  kHeaderNotRecognized,
  kMissingColumn,
  kUnknownColumn,
  kUnknownTypeColumn,
  kColumnNotAsked,
  kDuplicateColumn,
  kEmptyColumnName,
  kNoAnswerColumn,
  kUnknownMapping,
  kNoSubmissionTime,
  // A row.
  kWrongColumnCount,
  kInvalidUtf8,
  kNulByte,
  kRepeatedKey,
  kMissingSite,
  kUnknownSite,
  kAmbiguousSite,
  kSiteOffRoster,
  kDuplicateSite,
  kDuplicateValue,
  kContributorsDisagree,
  kBadSubmissionTime,
  kMissingItem,
  kUnknownItem,
  kItemNotAsked,
  kMissingPartnerType,
  kUnknownPartnerType,
  kUnexpectedPartnerType,
  // A cell.
  kBadCount,
  kUnknownLevel,
  kLevelCodeNotDeclared,
  kUnknownRating,
  kRatingCodeNotDeclared,
  kBadFlag,
  kUnknownOption,
  kRepeatedOption,
  kBadTick,
  kOptionColumnsDisagree,
  kBadNumber,
  kNumberOutOfRange,
  kTextTooLong,
  kNotAnswered,
  // A file of coded excerpts.
  kUnknownResponse,
  kResponseOfOtherSite,
  kMissingCode,
  kMissingCoder,
  kCodingNameTooLong,
  kMissingExcerpt,
  kExcerptTooLong,
  kTooManyExcerpts,
  // What is stored already.
  kResponseRefused,
  // Warnings.
  kColumnNotMapped,
  kMappingNotUsed,
  kTypeNotCarriedOver,
  kMorePages,
  kUnfinishedRow,
  kTestRow,
  kRejectedRow,
  kRepeatedRow,
  kSupersededRow,
  kNaToken,
  kLevelContradictsCount,
  kAnswerNotAsked,
  kEmptyRow,
  kNoAnswers,
};

struct ReasonInfo {
  Reason reason;
  absl::string_view name;
  v1::ImportProblem::Severity severity;
  // What it means, as docs/formats.md says it.
  absl::string_view meaning;
};

// Every reason, in the order of the enum.
absl::Span<const ReasonInfo> AllReasons();
const ReasonInfo& InfoOf(Reason reason);

// Problems that an Import keeps; more are only counted.
inline constexpr size_t kMaxProblems = 1000;
// Characters of a value or a header that a problem shows.
inline constexpr size_t kMaxProblemText = 100;

// Where a problem is.
struct Place {
  int32_t row = 0;     // line of the file, 0 for the whole file
  int32_t column = 0;  // from 1, 0 for the whole row
  absl::string_view header;
  absl::string_view value;  // leave empty for free text
  absl::string_view site;   // `sites/{site}`, or empty
};

// Keeps the first kMaxProblems problems in the order in which an Import lists them (errors before
// warnings, each by row and column), whatever order they come in, and counts all of them.
class ProblemLog {
 public:
  // `message` is asked for only when the problem is kept: what is wrong and what would be right.
  void Add(Reason reason, const Place& place, absl::FunctionRef<std::string()> message);

  int32_t errors() const { return errors_; }
  int32_t warnings() const { return warnings_; }
  void CopyTo(v1::Import& import) const;

 private:
  // Severity, row, column, order of arrival.
  using Order = std::tuple<int, int32_t, int32_t, int32_t>;

  int32_t errors_ = 0;
  int32_t warnings_ = 0;
  std::map<Order, v1::ImportProblem> kept_;
};

// A site that was accepted, and whose stored response came to refuse its answers before they were
// applied.
struct Refusal {
  int32_t line = 0;
  std::string site;  // `sites/{site}`
  std::string message;
};

// Makes an accepted site of `import` a rejected one, with its problem in its place.
void AddRefusal(const Refusal& refusal, v1::Import& import);

// `text` as a problem shows it: its first kMaxProblemText characters.
absl::string_view CutForProblem(absl::string_view text);

// The candidate that `text` was probably meant to be, or "" when none is near. Compared without
// regard to case. Callers bound the number of candidates.
std::string NearestOf(absl::string_view text, absl::Span<const std::string> candidates);

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_PROBLEMS_H_
