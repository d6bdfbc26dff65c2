#include "services/ingestion/domain/instrument_rules.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/filter/filter.h"
#include "common/validation/ids.h"
#include "common/validation/text.h"
#include "services/ingestion/domain/audiences.h"
#include "services/ingestion/domain/conditions.h"
#include "services/ingestion/domain/open_answers.h"

namespace weft::ingestion {
namespace {

constexpr int kMaxSections = 100;
constexpr int kMaxQuestions = 1000;
constexpr int kMaxOptions = 500;
constexpr int kMaxAliases = 100;
constexpr int kMaxColumnAliases = 5000;
constexpr size_t kMaxLabel = 200;
constexpr size_t kMaxText = 2000;
constexpr size_t kMaxDescription = 4000;
constexpr int kMaxTextAnswer = 100000;

// Column and item names of files (design: file formats), which a question must not take over.
bool IsReservedQuestionId(absl::string_view id) {
  return id == "site" || id == "partner_count" || id == "interaction_level" ||
         id == "includes_self";
}

std::string At(absl::string_view path, absl::string_view field, int index) {
  return absl::StrCat(path, ".", field, "[", index, "]");
}

void ValidateAliases(const google::protobuf::RepeatedPtrField<std::string>& aliases,
                     absl::string_view path, FieldViolations& violations) {
  violations.Require(aliases.size() <= kMaxAliases, absl::StrCat(path, ".aliases"),
                     absl::StrCat("has more than ", kMaxAliases, " entries"));
  for (int i = 0; i < aliases.size(); ++i) {
    RequireText(violations, At(path, "aliases", i), aliases[i], kMaxLabel);
  }
}

void ValidateOptions(const google::protobuf::RepeatedPtrField<v1::Option>& options,
                     absl::string_view path, FieldViolations& violations) {
  violations.Require(options.size() <= kMaxOptions, absl::StrCat(path, ".options"),
                     absl::StrCat("has more than ", kMaxOptions, " entries"));
  std::set<std::string> ids;
  for (int i = 0; i < options.size(); ++i) {
    const std::string at = At(path, "options", i);
    violations.Require(IsOptionId(options[i].id()), absl::StrCat(at, ".id"),
                       "must match ^[a-z0-9][a-z0-9_-]{0,40}$");
    violations.Require(ids.insert(options[i].id()).second, absl::StrCat(at, ".id"),
                       absl::StrCat("repeats the option ", Quoted(options[i].id())));
    RequireText(violations, absl::StrCat(at, ".label"), options[i].label(), kMaxLabel);
    ValidateAliases(options[i].aliases(), at, violations);
  }
}

void ValidateNumber(const v1::NumberQuestion& number, absl::string_view path,
                    FieldViolations& violations) {
  violations.Require(!number.has_min() || std::isfinite(number.min()), absl::StrCat(path, ".min"),
                     "must be a finite number");
  violations.Require(!number.has_max() || std::isfinite(number.max()), absl::StrCat(path, ".max"),
                     "must be a finite number");
  violations.Require(!number.has_min() || !number.has_max() || number.min() <= number.max(),
                     absl::StrCat(path, ".max"), "is below min");
  CheckText(violations, absl::StrCat(path, ".unit"), number.unit(), kMaxLabel);
}

void ValidateKind(const v1::Question& question, absl::string_view path,
                  FieldViolations& violations) {
  violations.Require(!question.per_rater() || !question.has_text_answer(),
                     absl::StrCat(path, ".per_rater"),
                     "is for answers that can be the same; free text is each writer's own");
  switch (question.kind_case()) {
    case v1::Question::kChoice:
      ValidateOptions(question.choice().options(), absl::StrCat(path, ".choice"), violations);
      return;
    case v1::Question::kMultiChoice:
      ValidateOptions(question.multi_choice().options(), absl::StrCat(path, ".multi_choice"),
                      violations);
      return;
    case v1::Question::kNumber:
      ValidateNumber(question.number(), absl::StrCat(path, ".number"), violations);
      return;
    case v1::Question::kTextAnswer: {
      const int length = question.text_answer().max_length();
      violations.Require(
          length >= 0 && length <= kMaxTextAnswer, absl::StrCat(path, ".text_answer.max_length"),
          absl::StrCat("must be 1 to ", kMaxTextAnswer, ", or 0 for ", kDefaultMaxTextLength));
      violations.Require(question.id().empty() || question.id().back() != '_',
                         absl::StrCat(path, ".id"),
                         "must not end with \"_\" for a text question: its open answers are named "
                         "after it with \"-\" for \"_\", and names end with a letter or digit");
      return;
    }
    case v1::Question::kPartnerMatrix:
    case v1::Question::kSharedResponsibility:
      return;
    case v1::Question::KIND_NOT_SET:
      violations.Add(path,
                     "needs a kind: choice, multi_choice, number, text_answer, "
                     "partner_matrix or shared_responsibility");
      return;
  }
}

// Whether it can be read; what it is about is known when the instrument is published.
void ValidateCondition(absl::string_view shown_if, absl::string_view path,
                       FieldViolations& violations) {
  if (shown_if.empty()) return;
  const absl::Status parsed = filter::Parse(shown_if).status();
  if (!parsed.ok()) violations.Add(absl::StrCat(path, ".shown_if"), parsed.message());
}

void ValidateQuestions(const v1::Instrument& instrument, absl::string_view path,
                       FieldViolations& violations) {
  std::set<std::string> section_ids;
  std::set<std::string> question_ids;
  int matrices = 0;
  int ratings = 0;
  int count = 0;
  for (int s = 0; s < instrument.sections_size(); ++s) {
    const v1::Section& section = instrument.sections(s);
    const std::string section_at = At(path, "sections", s);
    violations.Require(IsId(section.id()), absl::StrCat(section_at, ".id"), kIdRule);
    violations.Require(section_ids.insert(section.id()).second, absl::StrCat(section_at, ".id"),
                       absl::StrCat("repeats the section ", Quoted(section.id())));
    RequireText(violations, absl::StrCat(section_at, ".display_name"), section.display_name(),
                kMaxLabel);
    ValidateCondition(section.shown_if(), section_at, violations);
    for (int q = 0; q < section.questions_size(); ++q) {
      const v1::Question& question = section.questions(q);
      const std::string at = At(section_at, "questions", q);
      const std::string id_at = absl::StrCat(at, ".id");
      violations.Require(IsQuestionId(question.id()), id_at, "must match ^[a-z][a-z0-9_]{0,40}$");
      violations.Require(question_ids.insert(question.id()).second, id_at,
                         absl::StrCat("repeats the question ", Quoted(question.id())));
      violations.Require(!IsReservedQuestionId(question.id()), id_at,
                         absl::StrCat(Quoted(question.id()), " is a column of its own in files"));
      violations.Require(
          question.id() != "shared_responsibility" || question.has_shared_responsibility(), id_at,
          "\"shared_responsibility\" is kept for the question of that kind");
      RequireText(violations, absl::StrCat(at, ".text"), question.text(), kMaxText);
      CheckText(violations, absl::StrCat(at, ".help"), question.help(), kMaxText, Lines::kMany);
      ValidateKind(question, at, violations);
      ValidateCondition(question.shown_if(), at, violations);
      violations.Require(!question.has_partner_matrix() || ++matrices == 1, at,
                         "is a second partner matrix; an instrument has at most one");
      violations.Require(!question.has_shared_responsibility() || ++ratings == 1, at,
                         "is a second shared-responsibility question; an instrument has at most "
                         "one");
      ++count;
    }
  }
  violations.Require(instrument.sections_size() <= kMaxSections, absl::StrCat(path, ".sections"),
                     absl::StrCat("has more than ", kMaxSections, " sections"));
  violations.Require(count <= kMaxQuestions, absl::StrCat(path, ".sections"),
                     absl::StrCat("has more than ", kMaxQuestions, " questions"));
}

// LevelLabel and ResponsibilityLabel are alike but for the point they name.
template <class Label, class PointOf, class IsValid>
void ValidateScale(const google::protobuf::RepeatedPtrField<Label>& labels, absl::string_view path,
                   absl::string_view field, absl::string_view point_name, PointOf point_of,
                   IsValid is_valid, FieldViolations& violations) {
  std::set<int> points;
  for (int i = 0; i < labels.size(); ++i) {
    const std::string at = At(path, field, i);
    const int point = point_of(labels[i]);
    const std::string point_at = absl::StrCat(at, ".", point_name);
    violations.Require(point != 0 && is_valid(point), point_at, "is required");
    violations.Require(points.insert(point).second, point_at, "is named twice");
    RequireText(violations, absl::StrCat(at, ".label"), labels[i].label(), kMaxLabel);
    CheckText(violations, absl::StrCat(at, ".definition"), labels[i].definition(), kMaxText,
              Lines::kMany);
    ValidateAliases(labels[i].aliases(), at, violations);
  }
}

void ValidateColumnAliases(const v1::Instrument& instrument, absl::string_view path,
                           FieldViolations& violations) {
  violations.Require(instrument.column_aliases_size() <= kMaxColumnAliases,
                     absl::StrCat(path, ".column_aliases"),
                     absl::StrCat("has more than ", kMaxColumnAliases, " entries"));
  for (int i = 0; i < instrument.column_aliases_size(); ++i) {
    const v1::ColumnAlias& alias = instrument.column_aliases(i);
    const std::string at = At(path, "column_aliases", i);
    RequireText(violations, absl::StrCat(at, ".column"), alias.column(), kMaxLabel);
    // Some tools write a question's whole text into the header, line breaks included.
    violations.Require(!FoldText(alias.alias()).empty(), absl::StrCat(at, ".alias"), "is required");
    CheckText(violations, absl::StrCat(at, ".alias"), alias.alias(), kMaxText, Lines::kMany);
    violations.Require(
        alias.format().empty() || alias.format() == "wide" || alias.format() == "tidy",
        absl::StrCat(at, ".format"), "must be \"wide\", \"tidy\" or empty");
  }
}

// Notices when one text would stand for two things.
class Claims {
 public:
  explicit Claims(FieldViolations& violations) : violations_(violations) {}

  // `text`, found at `path`, stands for `owner`.
  void Claim(absl::string_view text, int owner, absl::string_view path) {
    if (IsMissingWord(text)) {
      violations_.Add(path, absl::StrCat("is ", Quoted(text),
                                         ", which stands for a missing value in files; missing "
                                         "reasons need no option or label"));
      return;
    }
    const std::optional<int64_t> number = ParseWholeNumber(text);
    std::string key = number.has_value() ? absl::StrCat("#", *number) : FoldText(text);
    const auto [claim, is_new] = owners_.try_emplace(std::move(key), owner, path);
    if (is_new || claim->second.first == owner) return;
    violations_.Add(path, absl::StrCat("is ", Quoted(text), ", which ", claim->second.second,
                                       " uses for something else; in a file nobody could tell "
                                       "which is meant"));
  }

 private:
  FieldViolations& violations_;
  absl::flat_hash_map<std::string, std::pair<int, std::string>> owners_;
};

void CheckOptions(const google::protobuf::RepeatedPtrField<v1::Option>& options, bool joined,
                  absl::string_view path, FieldViolations& violations) {
  violations.Require(options.size() >= 2, absl::StrCat(path, ".options"),
                     "needs two options or more");
  Claims claims(violations);
  const auto claim = [&](absl::string_view text, int owner, absl::string_view at) {
    claims.Claim(text, owner, at);
    violations.Require(!joined || text.find(kOptionSeparator) == absl::string_view::npos, at,
                       "holds \";\", which separates the options of a multi-choice in files");
  };
  for (int i = 0; i < options.size(); ++i) {
    const std::string at = At(path, "options", i);
    claim(options[i].id(), i, absl::StrCat(at, ".id"));
    claim(options[i].label(), i, absl::StrCat(at, ".label"));
    for (int a = 0; a < options[i].aliases_size(); ++a) {
      claim(options[i].aliases(a), i, At(at, "aliases", a));
    }
  }
}

template <class Label, class PointOf>
void CheckScale(const google::protobuf::RepeatedPtrField<Label>& labels, int points,
                absl::string_view field, PointOf point_of, bool asked,
                FieldViolations& violations) {
  violations.Require(!asked || labels.size() == points, absl::StrCat("instrument.", field),
                     absl::StrCat("must name each of the ", points, " points of the scale"));
  Claims claims(violations);
  for (int i = 0; i < labels.size(); ++i) {
    const std::string at = At("instrument", field, i);
    const int point = point_of(labels[i]);
    claims.Claim(labels[i].label(), point, absl::StrCat(at, ".label"));
    for (int a = 0; a < labels[i].aliases_size(); ++a) {
      claims.Claim(labels[i].aliases(a), point, At(at, "aliases", a));
    }
    if (labels[i].has_code()) {
      claims.Claim(absl::StrCat(labels[i].code()), point, absl::StrCat(at, ".code"));
    }
  }
}

void CheckColumnAliases(const InstrumentIndex& index, FieldViolations& violations) {
  const v1::Instrument& instrument = index.instrument();
  absl::flat_hash_map<std::pair<std::string, std::string>, std::string> taken;
  for (int i = 0; i < instrument.column_aliases_size(); ++i) {
    const v1::ColumnAlias& alias = instrument.column_aliases(i);
    const std::string at = At("instrument", "column_aliases", i);
    const std::string folded = FoldText(alias.alias());
    bool is_column = false;
    for (const char* format : {"wide", "tidy"}) {
      if (!alias.format().empty() && alias.format() != format) continue;
      if (!index.IsColumn(alias.column(), format)) continue;
      is_column = true;
      violations.Require(
          !index.IsColumn(folded, format) || folded == alias.column(), absl::StrCat(at, ".alias"),
          absl::StrCat("is ", Quoted(alias.alias()), ", which is a column of its own"));
      const auto [claim, is_new] =
          taken.try_emplace(std::make_pair(std::string(format), folded), alias.column());
      violations.Require(is_new || claim->second == alias.column(), absl::StrCat(at, ".alias"),
                         absl::StrCat("is ", Quoted(alias.alias()), ", which stands for \"",
                                      claim->second, "\" already"));
    }
    violations.Require(is_column, absl::StrCat(at, ".column"),
                       absl::StrCat(Quoted(alias.column()),
                                    " is no column: use site, shared_responsibility, a question's "
                                    "id, or a partner type with .count, .level or .includes_self"));
  }
}

void CheckShownIf(const InstrumentIndex& index, absl::string_view shown_if, int order,
                  absl::string_view path, FieldViolations& violations) {
  if (shown_if.empty()) return;
  const absl::StatusOr<filter::Expression> condition = filter::Parse(shown_if);
  if (!condition.ok()) return;  // ValidateInstrument() has told
  CheckCondition(index, *condition, order, absl::StrCat(path, ".shown_if"), violations);
}

// What publication asks beyond ValidateInstrument; `index` is of the instrument with its types.
void CheckComplete(const InstrumentIndex& index, FieldViolations& violations) {
  const v1::Instrument& instrument = index.instrument();
  violations.Require(!index.questions().empty(), "instrument.sections",
                     "must hold at least one question");
  int order = 0;
  for (int s = 0; s < instrument.sections_size(); ++s) {
    const std::string section_at = At("instrument", "sections", s);
    CheckShownIf(index, instrument.sections(s).shown_if(), order, section_at, violations);
    for (int q = 0; q < instrument.sections(s).questions_size(); ++q) {
      const v1::Question& question = instrument.sections(s).questions(q);
      const std::string at = At(section_at, "questions", q);
      CheckShownIf(index, question.shown_if(), order++, at, violations);
      if (question.has_choice()) {
        CheckOptions(question.choice().options(), /*joined=*/false, absl::StrCat(at, ".choice"),
                     violations);
      } else if (question.has_multi_choice()) {
        CheckOptions(question.multi_choice().options(), /*joined=*/true,
                     absl::StrCat(at, ".multi_choice"), violations);
      } else if (question.has_partner_matrix()) {
        violations.Require(
            question.partner_matrix().ask_count() || question.partner_matrix().ask_level(),
            absl::StrCat(at, ".partner_matrix"), "must ask for the count, the level, or both");
        violations.Require(!question.per_rater() || question.partner_matrix().ask_level(),
                           absl::StrCat(at, ".per_rater"),
                           "is about levels, which the matrix does not ask for");
      }
    }
  }
  const v1::Question* matrix = index.partner_matrix();
  CheckScale(
      instrument.levels(), /*points=*/5, "levels",
      [](const v1::LevelLabel& label) { return static_cast<int>(label.level()); },
      matrix != nullptr && matrix->partner_matrix().ask_level(), violations);
  CheckScale(
      instrument.shared_responsibility(), /*points=*/3, "shared_responsibility",
      [](const v1::ResponsibilityLabel& label) { return static_cast<int>(label.rating()); },
      index.shared_responsibility() != nullptr, violations);
  CheckColumnAliases(index, violations);
}

}  // namespace

bool IsQuestionId(absl::string_view id) {
  return !id.empty() && id.size() <= kMaxItemId &&
         absl::ascii_islower(static_cast<unsigned char>(id.front())) &&
         std::all_of(id.begin(), id.end(), [](unsigned char c) {
           return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '_';
         });
}

bool IsOptionId(absl::string_view id) {
  const auto allowed = [](unsigned char c) {
    return absl::ascii_islower(c) || absl::ascii_isdigit(c);
  };
  return !id.empty() && id.size() <= kMaxItemId &&
         allowed(static_cast<unsigned char>(id.front())) &&
         std::all_of(id.begin(), id.end(),
                     [&](unsigned char c) { return allowed(c) || c == '_' || c == '-'; });
}

void ValidateInstrument(const v1::Instrument& instrument, absl::string_view path,
                        FieldViolations& violations) {
  const auto at = [&](absl::string_view field) { return absl::StrCat(path, ".", field); };
  RequireText(violations, at("display_name"), instrument.display_name(), kMaxDisplayName);
  violations.Require(IsId(instrument.family()), at("family"), kIdRule);
  violations.Require(instrument.version() >= 1, at("version"), "must be 1 or more");
  violations.Require(
      instrument.supersedes().empty() || IdIn("instruments", instrument.supersedes()).has_value(),
      at("supersedes"), "must be a name like instruments/lab-survey-2024, or empty");
  violations.Require(IdIn("taxonomies", instrument.taxonomy()).has_value(), at("taxonomy"),
                     "must be a name like taxonomies/lab-2025");
  CheckText(violations, at("description"), instrument.description(), kMaxDescription, Lines::kMany);
  violations.Require(instrument.submission_checks().straight_line_types() >= 0,
                     at("submission_checks.straight_line_types"), "must not be negative");
  violations.Require(instrument.submission_checks().stale_days() >= 0,
                     at("submission_checks.stale_days"), "must not be negative");
  ValidateQuestions(instrument, path, violations);
  ValidateScale(
      instrument.levels(), path, "levels", "level",
      [](const v1::LevelLabel& label) { return static_cast<int>(label.level()); },
      type::v1::InteractionLevel_IsValid, violations);
  ValidateScale(
      instrument.shared_responsibility(), path, "shared_responsibility", "rating",
      [](const v1::ResponsibilityLabel& label) { return static_cast<int>(label.rating()); },
      type::v1::SharedResponsibility_IsValid, violations);
  ValidateColumnAliases(instrument, path, violations);
  ValidateAudiences(instrument, path, violations);
}

absl::Status ValidateCreate(const v1::CreateInstrumentRequest& request) {
  FieldViolations violations;
  violations.Require(request.instrument_id().empty() || IsId(request.instrument_id()),
                     "instrument_id", kIdRule);
  if (request.has_instrument()) {
    ValidateInstrument(request.instrument(), "instrument", violations);
  } else {
    violations.Add("instrument", "is required");
  }
  return violations.ToStatus();
}

v1::Instrument NewInstrument(const v1::CreateInstrumentRequest& request, absl::string_view id) {
  v1::Instrument instrument = request.instrument();
  instrument.set_name(absl::StrCat("instruments/", id));
  instrument.set_state(v1::Instrument::STATE_DRAFT);
  instrument.clear_partner_types();
  return instrument;
}

absl::Status CheckSupersedes(const v1::Instrument& instrument, const v1::Instrument& superseded) {
  FieldViolations violations;
  if (superseded.family() != instrument.family()) {
    violations.Add(
        "instrument.supersedes",
        absl::StrCat("names \"", superseded.name(), "\" of family \"", superseded.family(),
                     "\"; it must be of \"", instrument.family(), "\", as this one"));
  } else if (superseded.version() >= instrument.version()) {
    violations.Add("instrument.supersedes",
                   absl::StrCat("names \"", superseded.name(), "\", which is version ",
                                superseded.version(), "; it must be below ", instrument.version()));
  }
  if (!violations.empty()) return violations.ToStatus();
  return RequirePublished(superseded);
}

absl::Status Publish(const registry::v1::Taxonomy& taxonomy, v1::Instrument& instrument) {
  if (taxonomy.state() != registry::v1::Taxonomy::STATE_PUBLISHED) {
    return Error(absl::StatusCode::kFailedPrecondition, "TAXONOMY_NOT_PUBLISHED",
                 absl::StrCat("the instrument's taxonomy \"", taxonomy.name(),
                              "\" is not published; publish it first"),
                 {{"name", instrument.name()}, {"taxonomy", taxonomy.name()}});
  }
  v1::Instrument published = instrument;
  published.clear_partner_types();
  for (const registry::v1::PartnerType& partner_type : taxonomy.types()) {
    published.add_partner_types(partner_type.code());
  }
  FieldViolations violations;
  CheckComplete(InstrumentIndex(published), violations);
  if (!violations.empty()) return violations.ToStatus("INSTRUMENT_INCOMPLETE");
  published.set_state(v1::Instrument::STATE_PUBLISHED);
  instrument = std::move(published);
  return absl::OkStatus();
}

absl::Status RequireDraft(const v1::Instrument& instrument, absl::string_view verb) {
  if (instrument.state() == v1::Instrument::STATE_DRAFT) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, "INSTRUMENT_PUBLISHED",
               absl::StrCat("\"", instrument.name(), "\" is published and can not be ", verb,
                            " any more; create a new version that supersedes it"),
               {{"name", instrument.name()}});
}

absl::Status RequirePublished(const v1::Instrument& instrument) {
  if (instrument.state() == v1::Instrument::STATE_PUBLISHED) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, "INSTRUMENT_NOT_PUBLISHED",
               absl::StrCat("\"", instrument.name(), "\" is not published; publish it first"),
               {{"name", instrument.name()}});
}

}  // namespace weft::ingestion
