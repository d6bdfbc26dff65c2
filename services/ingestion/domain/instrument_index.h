// InstrumentIndex: a published instrument, ready to be asked. Everything that reads answers (RPCs,
// streams, files) asks here what a question, an option, a label or a column is, so that there is
// one reading of an instrument.
//
// Texts are compared as FoldText() leaves them: without regard to ASCII case and to white space
// around and between words. ValidateForPublish() (instrument_rules.h) refuses an instrument in
// which one text could mean two things, so a lookup has at most one answer.
#ifndef WEFT_SERVICES_INGESTION_DOMAIN_INSTRUMENT_INDEX_H_
#define WEFT_SERVICES_INGESTION_DOMAIN_INSTRUMENT_INDEX_H_

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/filter/filter.h"
#include "weft/ingestion/v1/instrument.pb.h"
#include "weft/type/v1/scale.pb.h"

namespace weft::ingestion {

// `text` in lower case (ASCII), without leading and trailing white space, inner runs of white space
// as one blank. White space includes the no-break space, which spreadsheets like to leave behind.
std::string FoldText(absl::string_view text);

// The whole number that `text` writes: "3", "+3", " 3 ", "3.0" (what some tools make of an integer
// column with gaps). Nothing else.
std::optional<int64_t> ParseWholeNumber(absl::string_view text);

// Words that stand for a missing value in files. No label, alias, code or option may be one of
// them.
inline constexpr absl::string_view kMissingWords[] = {"NOT_ASKED", "DONT_KNOW", "REFUSED",
                                                      "NOT_APPLICABLE", "NA"};
// Whether `text` is one of them (without regard to case and surrounding white space).
bool IsMissingWord(absl::string_view text);

// What separates options of a multi-choice in files; no label or alias of one may hold it.
inline constexpr char kOptionSeparator = ';';

// What can be asked for each partner type, as columns of wide files call it: "count", "level",
// "includes_self".
absl::Span<const absl::string_view> TypeFields();
// Whether `column` is "{something}.count" or so, in lower case.
bool IsTypeColumn(absl::string_view column);

// Neither copied nor moved, because it hands out pointers into its instrument: share it with
// std::shared_ptr<const InstrumentIndex>. Immutable, so it may be used from any thread.
class InstrumentIndex {
 public:
  // What a file's column holds.
  struct Column {
    std::string item;  // canonical: "site", "shared_responsibility", "cbo.level", a question id
    bool by_alias = false;  // matched through Instrument.column_aliases
  };

  // `instrument` should be published: partner types are known from then on.
  explicit InstrumentIndex(v1::Instrument instrument);
  InstrumentIndex(const InstrumentIndex&) = delete;
  InstrumentIndex& operator=(const InstrumentIndex&) = delete;

  const v1::Instrument& instrument() const { return instrument_; }

  // Questions in the order in which they are asked, of every kind.
  const std::vector<const v1::Question*>& questions() const { return questions_; }
  // By exact id; null when there is none.
  const v1::Question* FindQuestion(absl::string_view id) const;
  // Place of a question in questions(); -1 when there is none.
  int QuestionOrder(absl::string_view id) const;
  // When the question at a place is asked: its own condition and that of its section; null when it
  // always is. See conditions.h.
  const filter::Expression* ConditionOf(int order) const;
  bool has_conditions() const { return has_conditions_; }
  // The partner matrix and the shared-responsibility question; null when the instrument has none.
  const v1::Question* partner_matrix() const { return partner_matrix_; }
  const v1::Question* shared_responsibility() const { return shared_responsibility_; }

  // Options of a choice or multi-choice question of this instrument, in order; empty for others.
  const google::protobuf::RepeatedPtrField<v1::Option>& OptionsOf(
      const v1::Question& question) const;
  // By exact id: what an API request or a stored answer holds. Null when there is none.
  const v1::Option* FindOption(const v1::Question& question, absl::string_view id) const;
  // By id, label or alias: what a file holds. Null when there is none.
  const v1::Option* MatchOption(const v1::Question& question, absl::string_view text) const;
  // Place of an option in its question; -1 when there is none.
  int OptionOrder(const v1::Question& question, absl::string_view id) const;

  // By label, alias or declared code. A number that no level declares is never guessed.
  std::optional<type::v1::InteractionLevel> MatchLevel(absl::string_view text) const;
  std::optional<type::v1::SharedResponsibility> MatchRating(absl::string_view text) const;
  // The label as shown; "" when the instrument does not name the point.
  absl::string_view LabelOf(type::v1::InteractionLevel level) const;
  absl::string_view LabelOf(type::v1::SharedResponsibility rating) const;

  // Codes of the taxonomy's types, in its order.
  const google::protobuf::RepeatedPtrField<std::string>& partner_types() const {
    return instrument_.partner_types();
  }
  // Place of a code in partner_types(); -1 when the taxonomy has no such type.
  int TypeOrder(absl::string_view code) const;

  // What the column named `header` of a file of `format` ("wide" or "tidy") holds: a canonical
  // column of that format (compared as FoldText() leaves it), or one that an alias names; nullopt
  // when it is neither. Canonical names win. "wide": "site", "shared_responsibility",
  // "{type}.count",
  // "{type}.level", "{type}.includes_self", question ids. "tidy": "site", "item", "partner_type",
  // "value".
  std::optional<Column> MatchColumn(absl::string_view header, absl::string_view format) const;
  // Whether `item` is a canonical column of `format`.
  bool IsColumn(absl::string_view item, absl::string_view format) const;

 private:
  struct Options {
    absl::flat_hash_map<std::string, int> by_id;
    absl::flat_hash_map<std::string, int> by_text;
  };
  template <class Point>
  struct Scale {
    std::optional<Point> Match(absl::string_view text) const;
    absl::flat_hash_map<std::string, Point> by_text;
    absl::flat_hash_map<int64_t, Point> by_code;
  };
  const Options* OptionIndex(const v1::Question& question) const;

  const v1::Instrument instrument_;
  std::vector<const v1::Question*> questions_;
  // By place of the question.
  std::vector<std::optional<filter::Expression>> conditions_;
  bool has_conditions_ = false;
  absl::flat_hash_map<std::string, int> question_order_;
  absl::flat_hash_map<const v1::Question*, Options> options_;
  absl::flat_hash_map<std::string, int> type_order_;
  // Format and folded alias to canonical column.
  absl::flat_hash_map<std::pair<std::string, std::string>, std::string> aliases_;
  Scale<type::v1::InteractionLevel> levels_;
  Scale<type::v1::SharedResponsibility> ratings_;
  const v1::Question* partner_matrix_ = nullptr;
  const v1::Question* shared_responsibility_ = nullptr;
};

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_DOMAIN_INSTRUMENT_INDEX_H_
