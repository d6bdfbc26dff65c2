#include "services/registry/domain/hsds/report.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace weft::registry::hsds {
namespace {

constexpr auto kError = v1::DirectoryProblem::SEVERITY_ERROR;
constexpr auto kWarning = v1::DirectoryProblem::SEVERITY_WARNING;
constexpr char kOther[] = "other";
// Bytes that are told of what files may have in any length.
constexpr size_t kMaxFieldName = 100;
constexpr size_t kMaxPointer = 300;
constexpr size_t kMaxMessage = 1000;

constexpr ReasonInfo kReasons[] = {
    {Reason::kNoOrganizations, "NO_ORGANIZATIONS", kError,
     "There is no organization in the files: no JSON file, and no organizations.csv with a row."},
    {Reason::kFilesMixed, "FILES_MIXED", kError,
     "There are organizations in JSON and in CSV files. Send one kind."},
    {Reason::kDuplicateFile, "DUPLICATE_FILE", kError, "Two files have the same name."},
    {Reason::kTooManyOrganizations, "TOO_MANY_ORGANIZATIONS", kError,
     "There are more than 20000 organizations. Send them in parts."},
    {Reason::kTooManyRows, "TOO_MANY_ROWS", kError,
     "The tables have more than 500000 rows together. Send them in parts."},
    {Reason::kEmptyFile, "EMPTY_FILE", kError, "A file holds nothing but blanks."},
    {Reason::kWrongEncoding, "WRONG_ENCODING", kError,
     "A file is in UTF-16 or UTF-32. Save it as UTF-8."},
    {Reason::kBadQuote, "BAD_QUOTE", kError,
     "A quote stands inside a cell that is not quoted, or text follows a closing quote."},
    {Reason::kUnterminatedQuote, "UNTERMINATED_QUOTE", kError, "A file ends inside a quoted cell."},
    {Reason::kFieldTooLong, "FIELD_TOO_LONG", kError, "A cell is larger than 1 MiB."},
    {Reason::kRowTooLong, "ROW_TOO_LONG", kError,
     "A header row is larger than 1 MiB, another row than 8 MiB, or an organization in JSON than "
     "4 MiB."},
    {Reason::kMissingColumn, "MISSING_COLUMN", kError,
     "A table lacks a column that it cannot be read without."},
    {Reason::kDuplicateColumn, "DUPLICATE_COLUMN", kError, "A table has a column twice."},
    {Reason::kTooManyColumns, "TOO_MANY_COLUMNS", kError, "A table has more than 2000 columns."},
    {Reason::kBadJson, "BAD_JSON", kError,
     "A file is no JSON, or neither an organization, nor a list or a page of them."},
    {Reason::kJsonTooDeep, "JSON_TOO_DEEP", kError,
     "More than 32 objects and lists of a JSON file are inside each other."},
    {Reason::kWrongColumnCount, "WRONG_COLUMN_COUNT", kError,
     "A row has more or fewer cells than the header row."},
    {Reason::kInvalidUtf8, "INVALID_UTF8", kError, "A byte is not UTF-8. Save the file as UTF-8."},
    {Reason::kNulByte, "NUL_BYTE", kError, "A character is NUL, which no text holds."},
    {Reason::kRepeatedKey, "REPEATED_KEY", kError, "A JSON object has a key twice."},
    {Reason::kWrongType, "WRONG_TYPE", kError,
     "A list or an object stands where HSDS has a text, or the other way round."},
    {Reason::kMissingId, "MISSING_ID", kError, "An organization has no id."},
    {Reason::kBadId, "BAD_ID", kError, "An id of an organization is no UUID, which HSDS asks for."},
    {Reason::kDuplicateId, "DUPLICATE_ID", kError, "Two organizations have the same id."},
    {Reason::kMissingName, "MISSING_NAME", kError, "An organization has no name."},
    {Reason::kBadName, "BAD_NAME", kError,
     "A name has more than 200 characters, or characters that no name has."},
    {Reason::kBadIdentifier, "BAD_IDENTIFIER", kError,
     "An identifier cannot be one of the register that it names."},
    {Reason::kInvalidField, "INVALID_FIELD", kError,
     "What comes of the record cannot be stored, for the reason that the message gives."},
    {Reason::kIdentifierTaken, "IDENTIFIER_TAKEN", kError,
     "Another organization has the identifier already."},
    {Reason::kIdentifiersDisagree, "IDENTIFIERS_DISAGREE", kError,
     "The organization's identifiers belong to different organizations of the registry."},
    {Reason::kSameOrganization, "SAME_ORGANIZATION", kError,
     "Two records are about the same organization of the registry."},
    {Reason::kOrganizationDeleted, "ORGANIZATION_DELETED", kError,
     "The organization, or its parent, is deleted. Undelete it, or leave it out."},
    {Reason::kParentCycle, "PARENT_CYCLE", kError,
     "The organization would be a part of one that is a part of it."},
    {Reason::kParentsTooDeep, "PARENTS_TOO_DEEP", kError,
     "More than 20 organizations would stand above the organization."},
    {Reason::kOrganizationRefused, "ORGANIZATION_REFUSED", kError,
     "The registry does not take the organization, for the reason that the message gives."},
    {Reason::kFileNotRead, "FILE_NOT_READ", kWarning,
     "A file is none of HSDS, and was passed over."},
    {Reason::kMorePages, "MORE_PAGES", kWarning,
     "A JSON file is one page of several. Send the others, too."},
    {Reason::kMissingDescription, "MISSING_DESCRIPTION", kWarning,
     "An organization has no description, which HSDS asks for and we do not."},
    {Reason::kValueNotKept, "VALUE_NOT_KEPT", kWarning,
     "A value cannot be what its field is for, and is left out: a telephone number with words in "
     "it, a country that is no code."},
    {Reason::kUnknownLink, "UNKNOWN_LINK", kWarning,
     "A row names an organization that is not in the files, and is left out."},
    {Reason::kOrganizationMerged, "ORGANIZATION_MERGED", kWarning,
     "Another organization of the registry stands for this one since the two were merged. Its "
     "record "
     "is left alone."},
    {Reason::kUnknownParent, "UNKNOWN_PARENT", kWarning,
     "The parent is neither in the files nor in the registry, and is left out."},
};

}  // namespace

absl::string_view CutText(absl::string_view text, size_t max) {
  if (text.size() <= max) return text;
  size_t end = max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end);
}

absl::Span<const ReasonInfo> AllReasons() { return kReasons; }

const ReasonInfo& InfoOf(Reason reason) { return kReasons[static_cast<size_t>(reason)]; }

Spot SpotOf(const Record& record) {
  Spot spot;
  spot.file = record.file;
  spot.row = record.row;
  spot.pointer = record.pointer;
  return spot;
}

Spot SpotOf(const Record& record, absl::string_view field) {
  Spot spot = SpotOf(record);
  spot.field = absl::StrCat(record.table().name, ".", field);
  const RecordField* found = record.Find(field);
  if (found == nullptr) return spot;
  spot.column = found->column;
  if (found->column == 0) absl::StrAppend(&spot.pointer, "/", field);
  return spot;
}

int Report::AddFile(absl::string_view name) {
  files_.emplace_back(name);
  return file_count() - 1;
}

void Report::Add(Reason reason, const Spot& spot, absl::string_view message) {
  const ReasonInfo& info = InfoOf(reason);
  const bool error = info.severity == kError;
  ++(error ? errors_ : warnings_);
  std::vector<v1::DirectoryProblem>& kept = error ? kept_errors_ : kept_warnings_;
  if (kept.size() == kMaxProblems) return;
  v1::DirectoryProblem& problem = kept.emplace_back();
  problem.set_severity(info.severity);
  if (spot.file >= 0) problem.set_file(file(spot.file));
  problem.set_row(spot.row);
  problem.set_column(spot.column);
  problem.set_pointer(std::string(CutText(spot.pointer, kMaxPointer)));
  problem.set_field(std::string(CutText(spot.field, kMaxFieldName)));
  problem.set_reason(std::string(info.name));
  problem.set_message(std::string(CutText(message, kMaxMessage)));
  problem.set_organization_id(spot.id);
}

void Report::AddNotKept(absl::string_view field, int32_t count) {
  field = CutText(field, kMaxFieldName);
  auto found = not_kept_.find(field);
  if (found == not_kept_.end()) {
    found = not_kept_.try_emplace(not_kept_.size() < kMaxNotKept ? std::string(field) : kOther, 0)
                .first;
  }
  found->second += count;
}

int32_t Report::NotKeptOf(absl::string_view field) const {
  const auto found = not_kept_.find(field);
  return found == not_kept_.end() ? 0 : found->second;
}

void Report::CopyTo(v1::ImportDirectoryResponse& response) const {
  response.set_error_count(errors_);
  response.set_warning_count(warnings_);
  response.clear_problems();
  for (const std::vector<v1::DirectoryProblem>* kept : {&kept_errors_, &kept_warnings_}) {
    for (const v1::DirectoryProblem& problem : *kept) {
      if (response.problems_size() == kMaxProblems) break;
      *response.add_problems() = problem;
    }
  }
  response.clear_not_kept();
  for (const auto& [field, count] : not_kept_) {
    v1::NotKept& not_kept = *response.add_not_kept();
    not_kept.set_field(field);
    not_kept.set_count(count);
  }
}

}  // namespace weft::registry::hsds
