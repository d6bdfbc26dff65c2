#include "services/ingestion/domain/import/formats/row_translator.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/csv/csv_cells.h"
#include "services/ingestion/domain/import/cell_values.h"

namespace weft::ingestion {
namespace {

// Different texts of one question that are remembered.
constexpr size_t kMaxSpelled = 4096;
// More separators than this hold no label, and no more options are joined.
constexpr size_t kMaxPieces = 512;

constexpr absl::string_view kTicked[] = {"1", "true", "yes", "y", "x", "checked", "selected"};
constexpr absl::string_view kUnticked[] = {"0", "false", "no", "n", "unchecked", "not selected"};

template <class Labels>
const std::string* LabelByKey(const Labels& labels, const std::string& key) {
  const std::string* found = nullptr;
  for (const auto& label : labels) {
    bool same = NameKey(label.label()) == key;
    for (const std::string& alias : label.aliases()) same |= NameKey(alias) == key;
    if (!same) continue;
    if (found != nullptr) return nullptr;
    found = &label.label();
  }
  return found;
}

}  // namespace

absl::string_view RowTranslator::Keep(std::string text) {
  return kept_.emplace_back(std::move(text));
}

const std::vector<TranslatedCell>& RowTranslator::Translate(const CsvRow& row) {
  translated_.clear();
  kept_.clear();
  for (size_t begin = 0; begin < columns_.size();) {
    size_t end = begin + 1;
    while (end < columns_.size() && columns_[end].slot == columns_[begin].slot) ++end;
    if (end == begin + 1 && columns_[begin].option < 0) {
      const AnswerColumn& column = columns_[begin];
      const absl::string_view text = row[column.column];
      translated_.push_back(
          {column.slot, column.column, Whole(slots_[column.slot], text), std::nullopt});
    } else {
      translated_.push_back(Join(row, begin, end));
    }
    begin = end;
  }
  return translated_;
}

absl::string_view RowTranslator::Whole(const Slot& slot, absl::string_view text) {
  const absl::string_view trimmed = TrimCell(text);
  if (trimmed.empty()) return text;
  if (product_ == nullptr) {
    return slot.kind == Slot::Kind::kText ? text : UnguardFormula(trimmed);
  }
  if (const std::optional<absl::string_view> word = product_->WordFor(trimmed); word.has_value()) {
    return *word;
  }
  switch (slot.kind) {
    case Slot::Kind::kText:
    case Slot::Kind::kIncludesSelf:
    case Slot::Kind::kNumber:
      return text;
    case Slot::Kind::kCount:
      // Some write whole numbers as decimals.
      if (absl::StrContains(trimmed, '.')) {
        const std::optional<int64_t> whole = ParseWholeNumber(trimmed);
        if (whole.has_value()) return Keep(absl::StrCat(*whole));
      }
      return text;
    case Slot::Kind::kLevel:
    case Slot::Kind::kRating:
    case Slot::Kind::kChoice:
    case Slot::Kind::kMultiChoice:
      return Keep(Spell(slot, trimmed));
  }
  return text;
}

const std::string& RowTranslator::Spell(const Slot& slot, absl::string_view text) {
  // Questions of the matrix share one cache, which is right for levels alone; counts do not come
  // here.
  absl::flat_hash_map<std::string, std::string>& known = spelled_[slot.question];
  if (const auto found = known.find(text); found != known.end()) return found->second;
  CellValue value;
  std::string spelled;
  if (!cells_.Parse(slot, text, value).has_value()) {
    spelled = std::string(text);
  } else {
    spelled = slot.kind == Slot::Kind::kMultiChoice ? SpellOptions(*slot.question, text)
                                                    : SpellPoint(slot, text);
  }
  if (known.size() < kMaxSpelled) return known[std::string(text)] = std::move(spelled);
  uncached_ = std::move(spelled);
  return uncached_;
}

std::string RowTranslator::SpellPoint(const Slot& slot, absl::string_view text) const {
  const std::string key = NameKey(text);
  if (key.empty()) return std::string(text);
  if (slot.kind == Slot::Kind::kChoice) {
    const v1::Option* option = FindOptionByName(instrument_, *slot.question, text);
    return option == nullptr ? std::string(text) : option->id();
  }
  const std::string* label =
      slot.kind == Slot::Kind::kLevel
          ? LabelByKey(instrument_.instrument().levels(), key)
          : LabelByKey(instrument_.instrument().shared_responsibility(), key);
  return label == nullptr ? std::string(text) : *label;
}

std::string RowTranslator::SpellOptions(const v1::Question& question,
                                        absl::string_view text) const {
  for (const char separator : product_->separators()) {
    // Where the pieces between separators begin; labels may hold separators, so that an option is
    // one piece or several in a row: the most that make one, then the rest likewise.
    std::vector<size_t> starts = {0};
    for (size_t i = 0; i < text.size() && starts.size() <= kMaxPieces; ++i) {
      if (text[i] == separator) starts.push_back(i + 1);
    }
    const size_t pieces = starts.size();
    if (pieces > kMaxPieces) continue;
    starts.push_back(text.size() + 1);
    size_t longest = 1;
    for (const v1::Option& option : instrument_.OptionsOf(question)) {
      const auto count = [&](const std::string& label) {
        longest = std::max(
            longest, 1 + static_cast<size_t>(std::count(label.begin(), label.end(), separator)));
      };
      count(option.label());
      for (const std::string& alias : option.aliases()) count(alias);
    }
    // ends[i]: the piece after the option that begins with piece i, when the rest can be read, too.
    std::vector<size_t> ends(pieces + 1, 0);
    std::vector<const v1::Option*> options(pieces);
    ends[pieces] = pieces;
    for (size_t i = pieces; i-- > 0;) {
      for (size_t end = std::min(pieces, i + longest); end > i && ends[i] == 0; --end) {
        if (ends[end] == 0) continue;
        const absl::string_view piece =
            TrimCell(text.substr(starts[i], starts[end] - 1 - starts[i]));
        // Two separators in a row, and one at the end, say nothing.
        const bool nothing = piece.empty() && end == i + 1;
        options[i] = nothing ? nullptr : FindOptionByName(instrument_, question, piece);
        if (nothing || options[i] != nullptr) ends[i] = end;
      }
    }
    if (ends[0] == 0) continue;
    std::vector<std::string> ids;
    for (size_t i = 0; i < pieces; i = ends[i]) {
      if (options[i] != nullptr) ids.push_back(options[i]->id());
    }
    if (!ids.empty()) return absl::StrJoin(ids, std::string(1, kOptionSeparator));
  }
  return std::string(text);
}

RowTranslator::Tick RowTranslator::ReadTick(const v1::Question& question, int option,
                                            absl::string_view text) const {
  text = TrimCell(text);
  if (text.empty()) return Tick::kBlank;
  if (product_ != nullptr) {
    if (product_->WordFor(text).has_value()) return Tick::kMissing;
    if (product_->MayBeUnanswered(text)) return Tick::kUnclear;
  }
  if (ParseMissingWord(text).has_value()) return Tick::kMissing;
  if (IsOneOf(text, kTicked)) return Tick::kTicked;
  if (IsOneOf(text, kUnticked)) return Tick::kUnticked;
  const v1::Option& own = instrument_.OptionsOf(question)[option];
  return FindOptionByName(instrument_, question, text) == &own ? Tick::kTicked : Tick::kBad;
}

bool RowTranslator::WasShown(const CsvRow& row, int status) const {
  constexpr absl::string_view kNeverOpened[] = {"", "0", "incomplete"};
  return !IsOneOf(row[status], kNeverOpened);
}

TranslatedCell RowTranslator::Join(const CsvRow& row, size_t begin, size_t end) {
  const size_t index = columns_[begin].slot;
  const Slot& slot = slots_[index];
  const v1::Question& question = *slot.question;
  TranslatedCell whole{index, columns_[begin].column, "", std::nullopt};
  TranslatedCell parts = whole;
  std::vector<std::string> ticked;
  bool option_seen = false;
  bool answered = false;
  absl::string_view word;
  for (size_t i = begin; i < end; ++i) {
    const AnswerColumn& column = columns_[i];
    const absl::string_view text = TrimCell(row[column.column]);
    if (column.option < 0) {
      whole.column = column.column;
      whole.text = Whole(slot, text);
      continue;
    }
    if (!option_seen) parts.column = column.column;
    option_seen = true;
    switch (ReadTick(question, column.option, text)) {
      case Tick::kBlank:
        continue;
      case Tick::kTicked:
        ticked.push_back(instrument_.OptionsOf(question)[column.option].id());
        answered = true;
        break;
      case Tick::kUnticked:
        answered = true;
        break;
      case Tick::kUnclear:
        answered |= WasShown(row, column.status);
        break;
      case Tick::kMissing:
        word = product_ != nullptr ? product_->WordFor(text).value_or(text) : text;
        break;
      case Tick::kBad:
        return {index, column.column, text, Reason::kBadTick};
    }
  }
  if (!word.empty() && (answered || !ticked.empty())) {
    return {index, parts.column, word, Reason::kOptionColumnsDisagree};
  }
  if (!word.empty()) {
    parts.text = word;
  } else if (answered) {
    parts.text = ticked.empty() ? Keep(std::string(1, kOptionSeparator))
                                : Keep(absl::StrJoin(ticked, std::string(1, kOptionSeparator)));
  }
  if (TrimCell(whole.text).empty()) return parts;
  if (parts.text.empty()) return whole;
  CellValue one;
  CellValue other;
  if (cells_.Parse(slot, whole.text, one).has_value()) return whole;
  cells_.Parse(slot, parts.text, other);
  if (one.kind == other.kind && one.missing == other.missing && one.options == other.options) {
    return whole;
  }
  return {index, whole.column, whole.text, Reason::kOptionColumnsDisagree};
}

}  // namespace weft::ingestion
