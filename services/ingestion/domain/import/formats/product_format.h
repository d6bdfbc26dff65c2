// ProductFormat: how the files of one survey product differ from Weft's own. A product has one
// small file beside this one that says it: which columns it adds, how it writes the name of a
// question's part, how it joins options, and which rows are no submitted answers. What the
// instrument makes of that is ColumnMatcher's part, what the cells say RowTranslator's; so there is
// one way from rows to answers, whoever wrote the file.
#ifndef WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_FORMATS_PRODUCT_FORMAT_H_
#define WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_FORMATS_PRODUCT_FORMAT_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "services/ingestion/domain/import/problems.h"
#include "services/ingestion/domain/instrument_index.h"
#include "weft/ingestion/v1/import.pb.h"

namespace weft::ingestion {

// What the header rows say about one column. Most products have one row, which gives `name`.
struct HeaderCells {
  std::string name;
  std::string text;  // Qualtrics, second row: the question as shown
  std::string id;    // Qualtrics, third row: the ImportId
};

// What a column that a product adds says about its row.
enum class Meta {
  kNone,          // it is no such column: it may hold an answer
  kPassedOver,    // nothing that is used
  kSubmitTime,    // when the row was submitted
  kEndTime,       // the same, where there is no better
  kRowId,         // which submission it is
  kState,         // whether it counts: JudgeRow() knows
  kFormComplete,  // whether the fields to the left were ever shown
};

// One reading of a header: a question, by name or text, and perhaps a part of it.
struct HeaderReading {
  std::string question;
  std::string part;
};

class ProductFormat {
 public:
  virtual ~ProductFormat() = default;

  virtual v1::FileFormat format() const = 0;
  // "qualtrics": in commands and names of saved mappings.
  virtual absl::string_view name() const = 0;
  // "Qualtrics".
  virtual absl::string_view title() const = 0;

  // How many columns of a header row are this product's and nobody else's; 0 when it is not its
  // file.
  virtual int Recognize(absl::Span<const std::string> headers) const = 0;
  virtual Meta MetaOf(const HeaderCells& header) const = 0;
  // What the header may mean, likeliest first.
  virtual std::vector<HeaderReading> Readings(const HeaderCells& header) const;
  // What stands between the options that are ticked in one cell.
  virtual absl::string_view separators() const { return ";"; }
  // Why a row is left out, told from a column of kState or kSubmitTime; nullopt when it is not.
  virtual std::optional<Reason> JudgeRow(const HeaderCells& header, absl::string_view cell) const;
  // Whether what an option's column holds is the same for an option that is not ticked and for a
  // question that was never shown.
  virtual bool MayBeUnanswered(absl::string_view cell) const;
  // What a cell that is no answer means: "" for not answered, or a word for a missing value.
  // nullopt: take it as it stands.
  virtual std::optional<absl::string_view> WordFor(absl::string_view cell) const;
  // Whether a row below the header belongs to it and says nothing.
  virtual bool IsTagRow(absl::Span<const absl::string_view> cells) const;
};

const ProductFormat& Qualtrics();
const ProductFormat& GoogleForms();
const ProductFormat& Kobo();
const ProductFormat& KoboJson();
const ProductFormat& OdkCentral();
const ProductFormat& Redcap();
const ProductFormat& LimeSurvey();

// All of them, in the order of their numbers.
absl::Span<const ProductFormat* const> AllProducts();
// Null for Weft's own formats.
const ProductFormat* ProductOf(v1::FileFormat format);
// The product whose columns a header row has most of; null when it has nobody's.
const ProductFormat* DetectProduct(absl::Span<const std::string> headers);
// The name of any format in commands and names: "wide", "kobo-json"; "" when it is unspecified.
absl::string_view FormatName(v1::FileFormat format);

// --- For the products ----------------------------------------------------------------------------

// `text` in lower case, without anything but letters and digits: "cbo_level", "CBO: level" and
// "cbo.level" are the same name. Characters beyond ASCII stay.
std::string NameKey(absl::string_view text);
// The option that a file calls `text`: by id, label or alias, or by the NameKey() of its id or
// label. Null when there is none, or more than one.
const v1::Option* FindOptionByName(const InstrumentIndex& instrument, const v1::Question& question,
                                   absl::string_view text);
// Whether `text`, folded, is one of `words`, which are folded.
bool IsOneOf(absl::string_view text, absl::Span<const absl::string_view> words);
// How many of `headers` are one of `words`.
int CountOf(absl::Span<const std::string> headers, absl::Span<const absl::string_view> words);
// "What? [Row]" as {"What?", "Row"}; "What? [Row][Column]" as {"What?", "Row_Column"}; nullopt when
// there are no brackets at the end.
std::optional<HeaderReading> ReadBrackets(absl::string_view header);

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_FORMATS_PRODUCT_FORMAT_H_
