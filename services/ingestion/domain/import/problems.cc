#include "services/ingestion/domain/import/problems.h"

#include <algorithm>
#include <iterator>
#include <tuple>

#include "common/base/nearest.h"
#include "services/ingestion/domain/instrument_index.h"

namespace weft::ingestion {
namespace {

constexpr auto kError = v1::ImportProblem::SEVERITY_ERROR;
constexpr auto kWarning = v1::ImportProblem::SEVERITY_WARNING;

constexpr ReasonInfo kReasons[] = {
    {Reason::kEmptyFile, "EMPTY_FILE", kError, "The file holds nothing but blank lines."},
    {Reason::kNoDataRows, "NO_DATA_ROWS", kError, "There is a header row and nothing below it."},
    {Reason::kWrongEncoding, "WRONG_ENCODING", kError,
     "The file is in UTF-16 or UTF-32. Save it as UTF-8."},
    {Reason::kBadQuote, "BAD_QUOTE", kError,
     "A quote stands inside a cell that is not quoted, or text follows a closing quote."},
    {Reason::kUnterminatedQuote, "UNTERMINATED_QUOTE", kError,
     "The file ends inside a quoted cell."},
    {Reason::kFieldTooLong, "FIELD_TOO_LONG", kError,
     "A cell is larger than 1 MiB; most often a quote was not closed."},
    {Reason::kRowTooLong, "ROW_TOO_LONG", kError,
     "The header row, or all keys of a JSON file, are larger than 1 MiB, or another row is larger "
     "than 8 MiB."},
    {Reason::kTooManyColumns, "TOO_MANY_COLUMNS", kError,
     "The header row has more than 2000 columns."},
    {Reason::kBadJson, "BAD_JSON", kError,
     "The file is no JSON, or not a list of submissions as KoboToolbox writes it."},
    {Reason::kJsonTooDeep, "JSON_TOO_DEEP", kError,
     "More than 32 objects and lists of a JSON file are inside each other."},
    {Reason::kTooMuchToCollect, "TOO_MUCH_TO_COLLECT", kError,
     "More than 256 MiB of cells would have to be held, because a site's rows may stand anywhere."},
    {Reason::kHeaderNotRecognized, "HEADER_NOT_RECOGNIZED", kError,
     "No column of the first row is known; it may not be a header row."},
    {Reason::kMissingColumn, "MISSING_COLUMN", kError,
     "A column that every file needs is missing."},
    {Reason::kUnknownColumn, "UNKNOWN_COLUMN", kError,
     "A column is neither the format's nor an alias of the instrument."},
    {Reason::kUnknownTypeColumn, "UNKNOWN_TYPE_COLUMN", kError,
     "A column names a partner type that the instrument's taxonomy, or the crosswalk, does not "
     "have."},
    {Reason::kColumnNotAsked, "COLUMN_NOT_ASKED", kError,
     "A column holds something that the instrument does not ask for."},
    {Reason::kDuplicateColumn, "DUPLICATE_COLUMN", kError, "Two columns hold the same thing."},
    {Reason::kEmptyColumnName, "EMPTY_COLUMN_NAME", kError, "A column has no name."},
    {Reason::kNoAnswerColumn, "NO_ANSWER_COLUMN", kError, "No column holds answers."},
    {Reason::kUnknownMapping, "UNKNOWN_MAPPING", kError,
     "A column override names something that the instrument does not ask for."},
    {Reason::kNoSubmissionTime, "NO_SUBMISSION_TIME", kError,
     "The latest row is asked for, and no column says when rows were submitted."},
    {Reason::kWrongColumnCount, "WRONG_COLUMN_COUNT", kError,
     "A row has more or fewer cells than the header row."},
    {Reason::kInvalidUtf8, "INVALID_UTF8", kError, "A byte is not UTF-8. Save the file as UTF-8."},
    {Reason::kNulByte, "NUL_BYTE", kError, "A byte is NUL, which no text holds."},
    {Reason::kRepeatedKey, "REPEATED_KEY", kError, "A JSON submission has a key twice."},
    {Reason::kMissingSite, "MISSING_SITE", kError, "The row does not say which site it is about."},
    {Reason::kUnknownSite, "UNKNOWN_SITE", kError, "The site is not on the wave's roster."},
    {Reason::kAmbiguousSite, "AMBIGUOUS_SITE", kError,
     "The site's name is that of several sites of the roster. Write the id."},
    {Reason::kSiteOffRoster, "SITE_OFF_ROSTER", kError, "The site was taken off the roster."},
    {Reason::kDuplicateSite, "DUPLICATE_SITE", kError, "The site has a row already."},
    {Reason::kDuplicateValue, "DUPLICATE_VALUE", kError,
     "Site, item and partner type have a row already."},
    {Reason::kContributorsDisagree, "CONTRIBUTORS_DISAGREE", kError,
     "Two rows of the site give different answers to one question."},
    {Reason::kBadSubmissionTime, "BAD_SUBMISSION_TIME", kError,
     "The cell is no time that begins with the year, such as 2024-03-05 14:22:10."},
    {Reason::kMissingItem, "MISSING_ITEM", kError, "The row does not say which item it answers."},
    {Reason::kUnknownItem, "UNKNOWN_ITEM", kError, "The item is not one of the instrument's."},
    {Reason::kItemNotAsked, "ITEM_NOT_ASKED", kError, "The instrument does not ask for the item."},
    {Reason::kMissingPartnerType, "MISSING_PARTNER_TYPE", kError,
     "The item is asked for each partner type, and the row names none."},
    {Reason::kUnknownPartnerType, "UNKNOWN_PARTNER_TYPE", kError,
     "The partner type is not in the instrument's taxonomy, or the crosswalk's."},
    {Reason::kUnexpectedPartnerType, "UNEXPECTED_PARTNER_TYPE", kError,
     "The item is not asked for partner types, and the row names one."},
    {Reason::kBadCount, "BAD_COUNT", kError, "The cell is no count: 12, ~12, 10-15 or 20+."},
    {Reason::kUnknownLevel, "UNKNOWN_LEVEL", kError,
     "The cell is no label or alias of an interaction level."},
    {Reason::kLevelCodeNotDeclared, "LEVEL_CODE_NOT_DECLARED", kError,
     "The cell is a number, and the instrument declares no such code for a level."},
    {Reason::kUnknownRating, "UNKNOWN_RATING", kError,
     "The cell is no label or alias of the shared-responsibility scale."},
    {Reason::kRatingCodeNotDeclared, "RATING_CODE_NOT_DECLARED", kError,
     "The cell is a number, and the instrument declares no such code for a rating."},
    {Reason::kBadFlag, "BAD_FLAG", kError, "The cell is none of true, false, yes, no, 1 and 0."},
    {Reason::kUnknownOption, "UNKNOWN_OPTION", kError,
     "The cell names an option that the question does not have."},
    {Reason::kRepeatedOption, "REPEATED_OPTION", kError, "The cell names an option twice."},
    {Reason::kBadTick, "BAD_TICK", kError,
     "The cell of an option's column says neither that it is ticked nor that it is not."},
    {Reason::kOptionColumnsDisagree, "OPTION_COLUMNS_DISAGREE", kError,
     "The columns of a question contradict each other."},
    {Reason::kBadNumber, "BAD_NUMBER", kError, "The cell is no number, or not a whole one."},
    {Reason::kNumberOutOfRange, "NUMBER_OUT_OF_RANGE", kError,
     "The number is outside the question's bounds."},
    {Reason::kTextTooLong, "TEXT_TOO_LONG", kError,
     "The text has more characters than the question allows."},
    {Reason::kNotAnswered, "NOT_ANSWERED", kError, "A required question has no answer."},
    {Reason::kUnknownResponse, "UNKNOWN_RESPONSE", kError, "The response is none of the wave's."},
    {Reason::kResponseOfOtherSite, "RESPONSE_OF_OTHER_SITE", kError,
     "The row names a site and the response of another one."},
    {Reason::kMissingCode, "MISSING_CODE", kError, "The row does not say which code was given."},
    {Reason::kMissingCoder, "MISSING_CODER", kError, "The row does not say who coded."},
    {Reason::kCodingNameTooLong, "CODING_NAME_TOO_LONG", kError,
     "A code or a coder has more than 100 characters."},
    {Reason::kMissingExcerpt, "MISSING_EXCERPT", kError, "The row holds no passage."},
    {Reason::kExcerptTooLong, "EXCERPT_TOO_LONG", kError,
     "The passage has more than 10000 characters."},
    {Reason::kTooManyExcerpts, "TOO_MANY_EXCERPTS", kError,
     "The file holds more than 20000 excerpts."},
    {Reason::kResponseRefused, "RESPONSE_REFUSED", kError,
     "The site's stored response cannot be replaced: it is approved or withdrawn, or its "
     "contributors do not agree."},
    {Reason::kColumnNotMapped, "COLUMN_NOT_MAPPED", kWarning,
     "A column of a survey product's file holds nothing that the instrument asks for."},
    {Reason::kMappingNotUsed, "MAPPING_NOT_USED", kWarning,
     "A column override is for a column that the file does not have."},
    {Reason::kTypeNotCarriedOver, "TYPE_NOT_CARRIED_OVER", kWarning,
     "The crosswalk maps the partner type to several of the instrument's, or to none. What was "
     "answered for it is left out."},
    {Reason::kMorePages, "MORE_PAGES", kWarning,
     "The file is one page of several. Import the others, too."},
    {Reason::kUnfinishedRow, "UNFINISHED_ROW", kWarning,
     "The row was not submitted by its respondent. It is left out."},
    {Reason::kTestRow, "TEST_ROW", kWarning,
     "The row is a preview, a test or spam. It is left out."},
    {Reason::kRejectedRow, "REJECTED_ROW", kWarning,
     "The row was rejected where it comes from. It is left out."},
    {Reason::kRepeatedRow, "REPEATED_ROW", kWarning,
     "The file has the same submission twice, word for word. It counts once."},
    {Reason::kSupersededRow, "SUPERSEDED_ROW", kWarning,
     "The site has a row that was submitted later. This one is left out."},
    {Reason::kNaToken, "NA_TOKEN", kWarning,
     "NA was taken as not answered. Leave the cell empty, or say NOT_APPLICABLE."},
    {Reason::kLevelContradictsCount, "LEVEL_CONTRADICTS_COUNT", kWarning,
     "No interaction with partners that are there, or a deeper level with no partner. Both are "
     "kept."},
    {Reason::kAnswerNotAsked, "ANSWER_NOT_ASKED", kWarning,
     "By the other answers of the site, the question is not asked. The answer is kept."},
    {Reason::kEmptyRow, "EMPTY_ROW", kWarning,
     "All cells of the row are empty. It is passed over."},
    {Reason::kNoAnswers, "NO_ANSWERS", kWarning,
     "Nothing is answered for the site. It is passed over, and no response comes of it."},
};

// Two texts further apart than this are different words, not a slip.
size_t AllowedDistance(size_t length) {
  return std::max<size_t>(1, std::min<size_t>(length / 3, 6));
}

}  // namespace

absl::Span<const ReasonInfo> AllReasons() { return kReasons; }

const ReasonInfo& InfoOf(Reason reason) { return kReasons[static_cast<size_t>(reason)]; }

void ProblemLog::Add(Reason reason, const Place& place, absl::FunctionRef<std::string()> message) {
  const ReasonInfo& info = InfoOf(reason);
  int32_t& total = info.severity == kError ? errors_ : warnings_;
  const Order order(info.severity, place.row, place.column, errors_ + warnings_);
  ++total;
  if (kept_.size() == kMaxProblems) {
    const auto last = std::prev(kept_.end());
    if (last->first < order) return;
    kept_.erase(last);
  }
  v1::ImportProblem& problem = kept_[order];
  problem.set_severity(info.severity);
  problem.set_row(place.row);
  problem.set_column(place.column);
  problem.set_header(std::string(CutForProblem(place.header)));
  problem.set_value(std::string(CutForProblem(place.value)));
  problem.set_reason(std::string(info.name));
  problem.set_message(message());
  problem.set_site(std::string(place.site));
}

void ProblemLog::CopyTo(v1::Import& import) const {
  import.set_error_count(errors_);
  import.set_warning_count(warnings_);
  import.clear_problems();
  for (const auto& [order, problem] : kept_) *import.add_problems() = problem;
}

void AddRefusal(const Refusal& refusal, v1::Import& import) {
  const ReasonInfo& info = InfoOf(Reason::kResponseRefused);
  import.set_error_count(import.error_count() + 1);
  import.set_sites_accepted(import.sites_accepted() - 1);
  import.set_sites_rejected(import.sites_rejected() + 1);
  v1::ImportProblem& problem = *import.add_problems();
  problem.set_severity(info.severity);
  problem.set_row(refusal.line);
  problem.set_reason(std::string(info.name));
  problem.set_message(refusal.message);
  problem.set_site(refusal.site);
  auto& problems = *import.mutable_problems();
  std::stable_sort(
      problems.begin(), problems.end(), [](const v1::ImportProblem& a, const v1::ImportProblem& b) {
        return std::make_tuple(a.severity(), a.row()) < std::make_tuple(b.severity(), b.row());
      });
  if (problems.size() > static_cast<int>(kMaxProblems)) problems.RemoveLast();
}

absl::string_view CutForProblem(absl::string_view text) {
  size_t characters = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool starts_character = (static_cast<unsigned char>(text[i]) & 0xc0) != 0x80;
    if (starts_character && characters++ == kMaxProblemText) return text.substr(0, i);
  }
  return text;
}

std::string NearestOf(absl::string_view text, absl::Span<const std::string> candidates) {
  const std::string folded = FoldText(CutForProblem(text));
  size_t limit = AllowedDistance(folded.size());
  const std::string* nearest = nullptr;
  for (const std::string& candidate : candidates) {
    const size_t gap =
        std::max(folded.size(), candidate.size()) - std::min(folded.size(), candidate.size());
    if (gap > limit) continue;
    const size_t distance = EditDistance(folded, candidate);
    if (distance > limit) continue;
    nearest = &candidate;
    if (distance == 0) break;
    limit = distance - 1;
  }
  return nearest == nullptr ? std::string() : *nearest;
}

}  // namespace weft::ingestion
