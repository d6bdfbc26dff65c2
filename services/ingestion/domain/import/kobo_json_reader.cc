#include "services/ingestion/domain/import/kobo_json_reader.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/csv/utf8.h"

namespace weft::ingestion {
namespace {

// Of the page around the submissions only short words matter.
constexpr size_t kMaxPageText = 64;
constexpr absl::string_view kNoList =
    "the file is neither a list of submissions, [{…}, …], nor a page of them with \"results\"";

}  // namespace

// One submission on its way from text to cells.
class KoboJsonReader::Record final : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit Record(KoboJsonReader& reader) : reader_(reader) {
    reader_.cells_.assign(reader_.columns_.size(), "");
    written_.assign(reader_.columns_.size(), false);
  }

  // Why reading ended, when the text is JSON and yet nothing that can be used.
  struct Refusal {
    Reason reason;
    std::string message;
  };
  const std::optional<Refusal>& refusal() const { return refusal_; }
  // The column of a key that is there twice, from 1; 0 when there is none.
  int repeated() const { return repeated_; }

  bool null() override { return Put(""); }
  bool boolean(bool value) override { return Put(value ? "true" : "false"); }
  bool number_integer(number_integer_t value) override { return Put(absl::StrCat(value)); }
  bool number_unsigned(number_unsigned_t value) override { return Put(absl::StrCat(value)); }
  bool number_float(number_float_t, const string_t& text) override { return Put(text); }
  bool string(string_t& value) override { return Put(value); }
  bool binary(binary_t&) override { return false; }

  bool start_object(size_t) override {
    if (lists_ > 0) {
      ++lists_;
      return true;
    }
    // The object in a key's place makes a path of it.
    if (!path_.empty()) path_.back() += '/';
    path_.emplace_back(path_.empty() ? "" : path_.back());
    return true;
  }
  bool key(string_t& key) override {
    if (lists_ > 0) return true;
    // path_.back() begins with the path of the object around it.
    path_.back() = absl::StrCat(path_.size() > 1 ? path_[path_.size() - 2] : "", key);
    if (path_.back().size() > kMaxHeaderBytes) return RefuseLongKeys();
    // "\u0000" is JSON, and no text of ours.
    if (absl::StrContains(key, '\0')) {
      return Refuse(Reason::kNulByte, "a key holds \\u0000, which no text holds; rename it");
    }
    return true;
  }
  bool end_object() override {
    if (lists_ > 0) {
      --lists_;
      return true;
    }
    path_.pop_back();
    return true;
  }
  // What is repeated has no place in a row: the cell says that there was something.
  bool start_array(size_t) override {
    if (lists_ == 0 && !Put("[…]")) return false;
    ++lists_;
    return true;
  }
  bool end_array() override {
    --lists_;
    return true;
  }
  bool parse_error(size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

 private:
  bool Put(absl::string_view text) {
    if (lists_ > 0) return true;
    const std::string& path = path_.back();
    const auto [known, is_new] =
        reader_.columns_.try_emplace(path, static_cast<int>(reader_.columns_.size()));
    const auto column = static_cast<size_t>(known->second);
    if (is_new) {
      reader_.key_bytes_ += path.size();
      if (reader_.key_bytes_ > kMaxHeaderBytes) return RefuseLongKeys();
      if (!reader_.handler_.OnKey(path, reader_.submission_)) {
        return Refuse(Reason::kTooManyColumns, absl::StrCat("the submissions have more than ",
                                                            kMaxColumns, " different keys"));
      }
      reader_.cells_.emplace_back();
      written_.push_back(false);
    }
    if (written_[column]) repeated_ = known->second + 1;
    written_[column] = true;
    reader_.cells_[column].assign(text.data(), text.size());
    return true;
  }

  bool Refuse(Reason reason, std::string message) {
    refusal_ = {reason, std::move(message)};
    return false;
  }
  bool RefuseLongKeys() {
    return Refuse(Reason::kRowTooLong, "the submissions' keys are larger than 1 MiB together");
  }

  KoboJsonReader& reader_;
  // For each object that is open, the path of the key that is being read.
  std::vector<std::string> path_;
  // Arrays that are open, and objects inside of them.
  int lists_ = 0;
  std::vector<bool> written_;
  std::optional<Refusal> refusal_;
  int repeated_ = 0;
};

void KoboJsonReader::Feed(absl::string_view bytes) {
  while (!bytes.empty() && !stopped_) {
    if (state_ == State::kList) {
      if (const size_t run = list_.TakeRun(bytes); run > 0) {
        bytes.remove_prefix(run);
        offset_ += static_cast<int64_t>(run);
        after_cr_ = false;
        continue;
      }
    }
    const char c = bytes.front();
    bytes.remove_prefix(1);
    // The mark's bytes are passed over one by one.
    const bool mark = state_ == State::kStart && offset_ < 3 && c == kByteOrderMark[offset_];
    if (!mark) Take(c);
    ++offset_;
    if (c == '\r' || (c == '\n' && !after_cr_)) ++line_;
    after_cr_ = c == '\r';
  }
}

void KoboJsonReader::Finish() {
  if (stopped_) return;
  if (state_ == State::kStart) return;
  if (state_ == State::kEnd && (!is_page_ || results_seen_)) return;
  Fail(Reason::kBadJson, is_page_ && !results_seen_
                             ? kNoList
                             : "the file ends before its list of submissions does; it was cut");
}

void KoboJsonReader::Take(char c) {
  switch (state_) {
    case State::kStart:
      if (IsJsonBlank(c)) return;
      if (c == '[') {
        OpenList();
      } else if (c == '{') {
        is_page_ = true;
        state_ = State::kPage;
        nesting_.Begin(1);
      } else {
        Fail(Reason::kBadJson, kNoList);
      }
      return;
    case State::kPage:
      return TakeOfPage(c);
    case State::kList:
      return TakeOfList(c);
    case State::kAfterList:
      return TakeOfPage(c);
    case State::kEnd:
      if (!IsJsonBlank(c)) Fail(Reason::kBadJson, "something follows the list of submissions");
      return;
  }
}

void KoboJsonReader::TakeOfPage(char c) {
  const bool was_in_string = nesting_.in_string();
  if (!was_in_string && c == '[' && nesting_.depth() == 1 && after_colon_ && key_ == "results" &&
      !results_seen_) {
    results_seen_ = true;
    return OpenList();
  }
  nesting_.Take(c);
  if (was_in_string) {
    if (nesting_.in_string()) {
      if (text_.size() < kMaxPageText) text_.push_back(c);
      return;
    }
    if (nesting_.depth() == 1 && after_colon_ && key_ == "next") handler_.OnMorePages();
    if (nesting_.depth() == 1 && !after_colon_) key_ = text_;
    return;
  }
  if (nesting_.too_deep()) return Fail(Reason::kJsonTooDeep, kJsonTooDeep);
  switch (c) {
    case '"':
      text_.clear();
      return;
    case ':':
      after_colon_ = true;
      return;
    case ',':
      after_colon_ = false;
      return;
    case ']':
    case '}':
      if (nesting_.depth() == 0) state_ = State::kEnd;
      after_colon_ = false;
      return;
    default:
      return;
  }
}

void KoboJsonReader::TakeOfList(char c) {
  switch (list_.Take(c)) {
    case JsonList::Step::kNothing:
      return;
    case JsonList::Step::kBegin:
      ++submission_;
      element_offset_ = offset_;
      return;
    case JsonList::Step::kObject:
      return EndSubmission(list_.text());
    case JsonList::Step::kEnd:
      state_ = is_page_ ? State::kAfterList : State::kEnd;
      after_colon_ = false;
      return;
    case JsonList::Step::kUnexpected:
      return Fail(Reason::kBadJson, "a submission, {…}, was expected here");
    case JsonList::Step::kTooLong:
      return Fail(Reason::kRowTooLong, "a submission is larger than 8 MiB");
    case JsonList::Step::kTooDeep:
      return Fail(Reason::kJsonTooDeep, kJsonTooDeep);
  }
}

void KoboJsonReader::EndSubmission(std::string& text) {
  row_.Begin(submission_);
  // What is no text is told, and replaced so that the rest of the submission can be read.
  Utf8Checker checker;
  for (size_t at = 0; at < text.size();) {
    at += checker.Check(absl::string_view(text).substr(at));
    if (at >= text.size()) break;
    if (!row_.damaged()) {
      handler_.OnBadByte(submission_, 0, element_offset_ + static_cast<int64_t>(at),
                         text[at] == '\0');
    }
    row_.MarkDamaged();
    // A character that the wrong byte has cut short ends before it; else the byte itself is wrong.
    for (size_t back = 1; back <= checker.back(); ++back) text[at - back] = '?';
    if (checker.back() == 0) text[at++] = '?';
  }
  Record record(*this);
  if (!nlohmann::json::sax_parse(text, &record)) {
    if (record.refusal().has_value()) {
      return Fail(record.refusal()->reason, record.refusal()->message);
    }
    return Fail(Reason::kBadJson, "the submission that ends here is no JSON");
  }
  if (record.repeated() > 0) {
    handler_.OnRepeatedKey(submission_, record.repeated());
    row_.MarkDamaged();
  }
  for (size_t i = 0; i < cells_.size(); ++i) {
    // As in keys; here other submissions can still be read.
    if (!row_.damaged() && absl::StrContains(cells_[i], '\0')) {
      handler_.OnBadByte(submission_, static_cast<int>(i) + 1, element_offset_, true);
      row_.MarkDamaged();
    }
    row_.Append(cells_[i]);
  }
  handler_.OnRow(row_);
}

void KoboJsonReader::Fail(Reason reason, absl::string_view message) {
  stopped_ = true;
  handler_.OnJsonFailure(reason, submission_,
                         absl::StrCat("line ", line_, ", byte ", offset_, ": ", message));
}

}  // namespace weft::ingestion
