#include "services/registry/domain/hsds/json_reader.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/csv/utf8.h"

namespace weft::registry::hsds {
namespace {

constexpr absl::string_view kNoOrganization =
    "the file is neither an organization, {…}, nor a list of them, [{…}, …], nor a page of HSDS, "
    "{\"contents\": […]}";
constexpr absl::string_view kTooLong = "an organization is larger than 4 MiB";
constexpr char kContents[] = "contents";

// A key as RFC 6901 writes it in a pointer.
std::string PointerPart(absl::string_view key) {
  return absl::StrReplaceAll(key, {{"~", "~0"}, {"/", "~1"}});
}

}  // namespace

// One organization on its way from text to a record.
class JsonReader::Builder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  Builder(JsonReader& reader, std::string pointer)
      : reader_(reader), pointer_(std::move(pointer)) {}

  std::optional<Record>& organization() { return organization_; }

  bool null() override { return true; }
  bool boolean(bool value) override { return Put(value ? "true" : "false"); }
  bool number_integer(number_integer_t value) override { return Put(absl::StrCat(value)); }
  bool number_unsigned(number_unsigned_t value) override { return Put(absl::StrCat(value)); }
  bool number_float(number_float_t, const string_t& text) override { return Put(text); }
  bool string(string_t& value) override { return Put(value); }
  bool binary(binary_t&) override { return false; }

  bool start_object(size_t) override {
    if (skipped_ > 0) return Skip();
    if (frames_.empty()) {
      Open(Organizations(), pointer_);
      return true;
    }
    Frame& frame = frames_.back();
    if (!frame.record.has_value()) {
      Open(*frame.table, absl::StrCat(frame.pointer, "/", frame.elements++));
      return true;
    }
    const ChildSpec* child = frame.record->table().ChildOf(frame.key);
    if (child != nullptr && child->single) {
      Open(*child->table, PointerOf(frame));
      return true;
    }
    if (child != nullptr || IsText(frame)) return WrongType("an object", child != nullptr);
    return SkipAll(1);
  }
  bool key(string_t& key) override {
    if (skipped_ > 0) return true;
    Frame& frame = frames_.back();
    // "\u0000" is JSON, and no text of ours.
    frame.key = absl::StrReplaceAll(key, {{absl::string_view("\0", 1), "?"}});
    if (frame.key != key) TellNul(frame);
    if (!frame.keys.insert(key).second) {
      reader_.report_.Add(Reason::kRepeatedKey, SpotOfKey(frame),
                          "the key stands in this object twice; leave one out");
    }
    return true;
  }
  bool end_object() override {
    if (skipped_ > 0) return EndSkipped();
    Record record = *std::move(frames_.back().record);
    frames_.pop_back();
    for (auto frame = frames_.rbegin(); frame != frames_.rend(); ++frame) {
      if (!frame->record.has_value()) continue;
      frame->record->children.push_back(std::move(record));
      return true;
    }
    organization_ = std::move(record);
    return true;
  }
  bool start_array(size_t) override {
    if (skipped_ > 0) return Skip();
    Frame& frame = frames_.back();
    if (!frame.record.has_value()) return WrongType("a list", true);
    const ChildSpec* child = frame.record->table().ChildOf(frame.key);
    if (child != nullptr && !child->single) {
      Frame list;
      list.table = child->table;
      list.pointer = PointerOf(frame);
      frames_.push_back(std::move(list));
      return true;
    }
    if (child != nullptr || IsText(frame)) return WrongType("a list", child != nullptr);
    return SkipAll(0);
  }
  bool end_array() override {
    if (skipped_ > 0) return EndSkipped();
    frames_.pop_back();
    return true;
  }
  bool parse_error(size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

 private:
  // An object or a list that is open.
  struct Frame {
    // None for a list.
    std::optional<Record> record;
    std::string key;
    absl::flat_hash_set<std::string> keys;
    // Of a list.
    const TableSpec* table = nullptr;
    std::string pointer;
    int elements = 0;
  };

  void Open(const TableSpec& table, std::string pointer) {
    Frame frame;
    frame.record.emplace(table);
    frame.record->file = reader_.file_;
    frame.record->row = reader_.text_line_;
    frame.record->pointer = std::move(pointer);
    frames_.push_back(std::move(frame));
  }

  static std::string PointerOf(const Frame& frame) {
    return frame.record.has_value()
               ? absl::StrCat(frame.record->pointer, "/", PointerPart(frame.key))
               : absl::StrCat(frame.pointer, "/", frame.elements);
  }
  Spot SpotOfKey(const Frame& frame) const {
    Spot spot;
    spot.file = reader_.file_;
    spot.row = reader_.text_line_;
    spot.pointer = PointerOf(frame);
    if (frame.record.has_value()) {
      spot.field = absl::StrCat(frame.record->table().name, ".", frame.key);
    }
    return spot;
  }
  // Whether a text is what we read under the key.
  static bool IsText(const Frame& frame) {
    const TableSpec& table = frame.record->table();
    const int index = table.IndexOf(frame.key);
    return index >= 0 && table.fields[static_cast<size_t>(index)].keep == Keep::kRead;
  }

  // A text, a number or a word.
  bool Put(absl::string_view text) {
    if (skipped_ == 1 && counting_) ++count_;
    if (skipped_ > 0) return true;
    Frame& frame = frames_.back();
    if (!frame.record.has_value()) {
      TellWrongType(frame, "a text", true);
      ++frame.elements;
      return true;
    }
    const TableSpec& table = frame.record->table();
    const int index = table.IndexOf(frame.key);
    if (table.ChildOf(frame.key) != nullptr) {
      TellWrongType(frame, "a text", true);
      return true;
    }
    if (text.empty()) return true;
    if (absl::StrContains(text, '\0')) {
      TellNul(frame);
      return true;
    }
    const Keep keep = index < 0 ? Keep::kDropped : table.fields[static_cast<size_t>(index)].keep;
    if (keep == Keep::kRead) {
      frame.record->fields.push_back({index, 0, std::string(text)});
    } else if (keep == Keep::kDropped && text != kNothing) {
      reader_.report_.AddNotKept(absl::StrCat(table.name, ".", frame.key));
    }
    return true;
  }

  void TellNul(const Frame& frame) {
    reader_.report_.Add(Reason::kNulByte, SpotOfKey(frame),
                        "holds \\u0000, which no text holds; leave it out");
  }
  void TellWrongType(const Frame& frame, absl::string_view what, bool wants_objects) {
    reader_.report_.Add(Reason::kWrongType, SpotOfKey(frame),
                        absl::StrCat("is ", what, " where HSDS has ",
                                     wants_objects ? "an object, or a list of them" : "a text"));
  }
  bool WrongType(absl::string_view what, bool wants_objects) {
    TellWrongType(frames_.back(), what, wants_objects);
    if (!frames_.back().record.has_value()) ++frames_.back().elements;
    counting_ = false;
    skipped_ = 1;
    return true;
  }

  // What stands under the key is passed over, and counted: an object as one, a list by its
  // elements.
  bool SkipAll(int count) {
    const Frame& frame = frames_.back();
    name_ = absl::StrCat(frame.record->table().name, ".", frame.key);
    for (const OtherTable& other : OtherTables()) {
      if (other.key == frame.key) name_ = std::string(other.name);
    }
    counting_ = count == 0;
    count_ = count;
    skipped_ = 1;
    return true;
  }
  bool Skip() {
    if (skipped_ == 1 && counting_) ++count_;
    ++skipped_;
    return true;
  }
  bool EndSkipped() {
    if (--skipped_ == 0 && count_ > 0) reader_.report_.AddNotKept(name_, count_);
    if (skipped_ == 0) count_ = 0;
    return true;
  }

  JsonReader& reader_;
  const std::string pointer_;
  std::vector<Frame> frames_;
  std::optional<Record> organization_;
  // Objects and lists that are open inside of what is passed over; the outermost is 1.
  int skipped_ = 0;
  // Whether its elements are counted, and how many there are.
  bool counting_ = false;
  int32_t count_ = 0;
  std::string name_;
};

void JsonReader::Feed(absl::string_view bytes) {
  while (!bytes.empty() && !stopped_) {
    bytes.remove_prefix(TakeRun(bytes));
    if (bytes.empty()) return;
    const char c = bytes.front();
    bytes.remove_prefix(1);
    // The mark's bytes are passed over one by one.
    const bool mark =
        state_ == State::kStart && offset_ < 3 && c == kByteOrderMark[static_cast<size_t>(offset_)];
    if (!mark) Take(c);
    ++offset_;
    if (c == '\r' || (c == '\n' && !after_cr_)) ++line_;
    after_cr_ = c == '\r';
  }
}

size_t JsonReader::TakeRun(absl::string_view bytes) {
  if (state_ != State::kList) return 0;
  const size_t run = list_.TakeRun(bytes);
  if (run == 0) return 0;
  offset_ += static_cast<int64_t>(run);
  after_cr_ = false;
  return run;
}

void JsonReader::Finish() {
  if (stopped_ || state_ == State::kEnd) return;
  if (state_ == State::kStart) return Fail(Reason::kEmptyFile, "the file is empty");
  Fail(Reason::kBadJson, "the file ends before its JSON does; it was cut");
}

void JsonReader::Take(char c) {
  switch (state_) {
    case State::kStart:
      if (IsJsonBlank(c)) return;
      if (c == '[') return OpenList();
      if (c != '{') {
        const bool wide = c == '\0' || c == '\xff' || c == '\xfe';
        return wide ? Fail(Reason::kWrongEncoding, "the file is not UTF-8; save it as UTF-8")
                    : Fail(Reason::kBadJson, kNoOrganization);
      }
      state_ = State::kObject;
      text_.assign(1, c);
      text_line_ = line_;
      nesting_.Begin(1);
      return;
    case State::kObject:
      return TakeOfObject(c);
    case State::kList:
      return TakeOfList(c);
    case State::kPageRest:
      return TakeOfPageRest(c);
    case State::kEnd:
      if (!IsJsonBlank(c)) Fail(Reason::kBadJson, "something follows the end of the JSON");
      return;
  }
}

void JsonReader::TakeOfObject(char c) {
  const bool was_in_string = nesting_.in_string();
  if (!was_in_string && nesting_.depth() == 1 && c == '[' && after_colon_ && key_ == kContents) {
    is_page_ = true;
    page_ = std::exchange(text_, std::string());
    return OpenList();
  }
  text_.push_back(c);
  if (text_.size() > kMaxOrganizationBytes) return Fail(Reason::kRowTooLong, kTooLong);
  nesting_.Take(c);
  if (nesting_.too_deep()) return Fail(Reason::kJsonTooDeep, kJsonTooDeep);
  if (nesting_.depth() == 0) {
    state_ = State::kEnd;
    return EndOrganization("", text_);
  }
  if (nesting_.depth() != 1) return;
  if (!was_in_string && nesting_.in_string()) key_begin_ = text_.size();
  if (was_in_string && !nesting_.in_string() && !after_colon_) {
    key_ = text_.substr(key_begin_, text_.size() - 1 - key_begin_);
  }
  if (was_in_string) return;
  if (c == ':') after_colon_ = true;
  if (c == ',') after_colon_ = false;
}

void JsonReader::OpenList() {
  state_ = State::kList;
  list_.Begin();
}

void JsonReader::TakeOfList(char c) {
  switch (list_.Take(c)) {
    case JsonList::Step::kNothing:
      return;
    case JsonList::Step::kBegin:
      text_line_ = line_;
      return;
    case JsonList::Step::kObject:
      return EndOrganization(absl::StrCat(is_page_ ? "/contents/" : "/", elements_++),
                             list_.text());
    case JsonList::Step::kEnd:
      state_ = is_page_ ? State::kPageRest : State::kEnd;
      if (is_page_) page_ += "[]";
      nesting_.Begin(1);
      return;
    case JsonList::Step::kUnexpected:
      return Fail(Reason::kBadJson, "an organization, {…}, was expected here");
    case JsonList::Step::kTooLong:
      return Fail(Reason::kRowTooLong, kTooLong);
    case JsonList::Step::kTooDeep:
      return Fail(Reason::kJsonTooDeep, kJsonTooDeep);
  }
}

void JsonReader::EndOrganization(std::string pointer, std::string& text) {
  Utf8Checker checker;
  const size_t good = checker.Check(text);
  if (good < text.size()) {
    Spot spot;
    spot.file = file_;
    spot.row = text_line_;
    spot.pointer = pointer;
    report_.Add(text[good] == '\0' ? Reason::kNulByte : Reason::kInvalidUtf8, spot,
                absl::StrCat("byte ", good + 1,
                             " of the organization is no text in UTF-8; save "
                             "the file as UTF-8"));
    return;
  }
  Builder builder(*this, std::move(pointer));
  if (!nlohmann::json::sax_parse(text, &builder) || !builder.organization().has_value()) {
    return Fail(Reason::kBadJson, "the organization that ends here is no JSON");
  }
  text.clear();
  handler_(*std::move(builder.organization()));
}

void JsonReader::TakeOfPageRest(char c) {
  page_.push_back(c);
  if (page_.size() > kMaxOrganizationBytes) {
    return Fail(Reason::kRowTooLong, "what stands around the page's contents is larger than 4 MiB");
  }
  nesting_.Take(c);
  if (nesting_.too_deep()) return Fail(Reason::kJsonTooDeep, kJsonTooDeep);
  if (nesting_.depth() == 0) EndPage();
}

void JsonReader::EndPage() {
  state_ = State::kEnd;
  const nlohmann::json page = nlohmann::json::parse(page_, nullptr, false);
  page_.clear();
  if (!page.is_object()) {
    return Fail(Reason::kBadJson, "what stands around the page's contents is no JSON");
  }
  if (!page[kContents].is_array() || !page[kContents].empty()) {
    return Fail(Reason::kBadJson, "the page has \"contents\" twice; leave one out");
  }
  const auto pages = page.find("total_pages");
  if (pages != page.end() && pages->is_number_integer() && *pages > 1) {
    report_.Add(Reason::kMorePages, Here(),
                absl::StrCat("the file is one page of ", pages->dump(),
                             "; send the others, too, or fetch all in one"));
  }
}

Spot JsonReader::Here() const {
  Spot spot;
  spot.file = file_;
  return spot;
}

void JsonReader::Fail(Reason reason, absl::string_view message) {
  if (stopped_) return;
  stopped_ = true;
  Spot spot = Here();
  spot.row = line_;
  report_.Add(reason, spot, absl::StrCat("byte ", offset_, ": ", message));
}

}  // namespace weft::registry::hsds
