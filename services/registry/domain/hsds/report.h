// What is told of a directory: problems with their place, from one table of stable reasons, and
// what is not kept. docs/directory-exchange.md lists the same reasons for people; a test holds the
// two together.
#ifndef WEFT_SERVICES_REGISTRY_DOMAIN_HSDS_REPORT_H_
#define WEFT_SERVICES_REGISTRY_DOMAIN_HSDS_REPORT_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "services/registry/domain/hsds/record.h"
#include "weft/registry/v1/directory.pb.h"

namespace weft::registry::hsds {

// Names are part of the API (DirectoryProblem.reason): never rename or reuse one.
enum class Reason {
  // Files.
  kNoOrganizations,
  kFilesMixed,
  kDuplicateFile,
  kTooManyOrganizations,
  kTooManyRows,
  kEmptyFile,
  kWrongEncoding,
  kBadQuote,
  kUnterminatedQuote,
  kFieldTooLong,
  kRowTooLong,
  kMissingColumn,
  kDuplicateColumn,
  kTooManyColumns,
  kBadJson,
  kJsonTooDeep,
  // Rows and objects.
  kWrongColumnCount,
  kInvalidUtf8,
  kNulByte,
  kRepeatedKey,
  kWrongType,
  kMissingId,
  kBadId,
  kDuplicateId,
  kMissingName,
  kBadName,
  kBadIdentifier,
  kInvalidField,
  // What the registry has.
  kIdentifierTaken,
  kIdentifiersDisagree,
  kSameOrganization,
  kOrganizationDeleted,
  kParentCycle,
  kParentsTooDeep,
  kOrganizationRefused,
  // Warnings.
  kFileNotRead,
  kMorePages,
  kMissingDescription,
  kValueNotKept,
  kUnknownLink,
  kOrganizationMerged,
  kUnknownParent,
};

struct ReasonInfo {
  Reason reason;
  absl::string_view name;
  v1::DirectoryProblem::Severity severity;
  // What it means, as docs/directory-exchange.md says it.
  absl::string_view meaning;
};

// Every reason, in the order of the enum.
absl::Span<const ReasonInfo> AllReasons();
const ReasonInfo& InfoOf(Reason reason);

// Problems that are told; more are only counted.
inline constexpr int kMaxProblems = 1000;
// Fields that are not kept which are told apart; the rest is summed up under "other".
inline constexpr size_t kMaxNotKept = 1000;

// At most `max` bytes of it, and no half of a character.
absl::string_view CutText(absl::string_view text, size_t max);

// Where a problem is.
struct Spot {
  // By its number in the directory; -1 for all files.
  int file = -1;
  int32_t row = 0;
  int32_t column = 0;
  std::string pointer;
  // "organization.website"
  std::string field;
  // The HSDS id of the organization.
  std::string id;
};

// The place of `record`, and of one of its fields, which need not be there.
Spot SpotOf(const Record& record);
Spot SpotOf(const Record& record, absl::string_view field);

class Report {
 public:
  // The next file; its number, from 0.
  int AddFile(absl::string_view name);
  int file_count() const { return static_cast<int>(files_.size()); }
  const std::string& file(int number) const { return files_[static_cast<size_t>(number)]; }

  // `message`: what is wrong and what would be right.
  void Add(Reason reason, const Spot& spot, absl::string_view message);
  // `field` is "organization.logo", or "service" for whole records.
  void AddNotKept(absl::string_view field, int32_t count = 1);

  int32_t errors() const { return errors_; }
  int32_t warnings() const { return warnings_; }
  // What `field` has lost so far.
  int32_t NotKeptOf(absl::string_view field) const;
  // Problems, their counts, and what is not kept.
  void CopyTo(v1::ImportDirectoryResponse& response) const;

 private:
  std::vector<std::string> files_;
  int32_t errors_ = 0;
  int32_t warnings_ = 0;
  std::vector<v1::DirectoryProblem> kept_errors_;
  std::vector<v1::DirectoryProblem> kept_warnings_;
  std::map<std::string, int32_t, std::less<>> not_kept_;
};

}  // namespace weft::registry::hsds

#endif  // WEFT_SERVICES_REGISTRY_DOMAIN_HSDS_REPORT_H_
