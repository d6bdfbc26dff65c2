#include "common/text_index/text_index.h"

#include <sqlite3.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <system_error>
#include <utility>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"

namespace weft::text_index {
namespace {

// Raise it when the tables below change: an index of another one is begun anew.
constexpr absl::string_view kTables = "1";

constexpr char kUnavailable[] = "TEXT_INDEX_UNAVAILABLE";
constexpr char kDamaged[] = "TEXT_INDEX_DAMAGED";
constexpr char kStopped[] = "TEXT_INDEX_STOPPED";

// How often SQLite asks whether to stop, in steps of its virtual machine: some 20 µs.
constexpr int kStepsBetweenStops = 1000;
// Ranking reads every match; where there are more than this, the first ones have to do.
constexpr int64_t kMaxRanked = 2000;
// Trigrams of a misspelled word that are looked for: the rarest.
constexpr size_t kTrigrams = 5;
// A letter that is added, left out or replaced is in three trigrams, so that with five of them at
// least two are left. Two swapped letters are in four, and looked for as they are.
constexpr size_t kTrigramsOfALetter = 3;
constexpr size_t kMinMisspelled = 4;

// Ends of a word, so that its first and last letters are in as many trigrams as the others.
std::string Padded(absl::string_view word) { return absl::StrCat("^", word, "$"); }

// The characters of UTF-8 text, each as its bytes.
std::vector<absl::string_view> Characters(absl::string_view text) {
  std::vector<absl::string_view> characters;
  for (size_t i = 0; i < text.size();) {
    size_t end = i + 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
    characters.push_back(text.substr(i, end - i));
    i = end;
  }
  return characters;
}

std::vector<std::string> Trigrams(absl::string_view word) {
  const std::string padded = Padded(word);
  const std::vector<absl::string_view> letters = Characters(padded);
  std::vector<std::string> trigrams;
  for (size_t i = 0; i + 2 < letters.size(); ++i) {
    std::string trigram = absl::StrCat(letters[i], letters[i + 1], letters[i + 2]);
    if (std::find(trigrams.begin(), trigrams.end(), trigram) == trigrams.end()) {
      trigrams.push_back(std::move(trigram));
    }
  }
  return trigrams;
}

// `word` with each two neighbours swapped.
std::vector<std::string> WithSwaps(absl::string_view word) {
  std::vector<absl::string_view> letters = Characters(word);
  std::vector<std::string> swapped;
  for (size_t i = 0; i + 1 < letters.size(); ++i) {
    if (letters[i] == letters[i + 1]) continue;
    std::swap(letters[i], letters[i + 1]);
    swapped.push_back(absl::StrJoin(letters, ""));
    std::swap(letters[i], letters[i + 1]);
  }
  return swapped;
}

// A string of FTS5's query language: what is in it is text and nothing else.
std::string FtsString(absl::string_view word) {
  std::string text = "\"";
  for (const char c : word) {
    if (c == '"') text.push_back('"');
    text.push_back(c);
  }
  text.push_back('"');
  return text;
}

// FTS5 takes text with U+0000 as ended there, and a string of no letters as nothing.
bool IsWord(absl::string_view word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           static_cast<unsigned char>(c) >= 0x80;
  });
}

std::string JoinWords(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    if (!IsWord(word)) continue;
    if (!text.empty()) text.push_back(' ');
    text.append(word);
  }
  return text;
}

std::string ColumnList(const std::vector<Column>& columns) {
  return absl::StrJoin(columns, ", ", [](std::string* out, const Column& column) {
    absl::StrAppend(out, column.name);
  });
}

std::string Placeholders(size_t count) {
  return absl::StrJoin(std::vector<absl::string_view>(count, "?"), ", ");
}

// Asks SQLite to look at a Stop while this lives.
class Watching {
 public:
  Watching(sqlite3* db, const Stop& stop) : db_(db) {
    sqlite3_progress_handler(
        db_, kStepsBetweenStops,
        [](void* asked) { return static_cast<const Stop*>(asked)->requested() ? 1 : 0; },
        const_cast<Stop*>(&stop));
  }
  ~Watching() { sqlite3_progress_handler(db_, 0, nullptr, nullptr); }
  Watching(const Watching&) = delete;
  Watching& operator=(const Watching&) = delete;

 private:
  sqlite3* const db_;
};

}  // namespace

// A prepared statement; every use begins with Begin() and ends with Done().
class TextIndex::Statement {
 public:
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  Statement& Begin() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
    next_ = 0;
    return *this;
  }
  // What is bound must stay until Done().
  Statement& Bind(absl::string_view text) {
    // A null pointer would be bound as NULL.
    const char* data = text.data() == nullptr ? "" : text.data();
    sqlite3_bind_text64(statement_, ++next_, data, text.size(), SQLITE_STATIC, SQLITE_UTF8);
    return *this;
  }
  Statement& Bind(int64_t number) {
    sqlite3_bind_int64(statement_, ++next_, number);
    return *this;
  }
  Statement& Skip() {
    ++next_;
    return *this;
  }
  // SQLITE_ROW, SQLITE_DONE or an error.
  int Step() { return sqlite3_step(statement_); }
  void Done() { sqlite3_reset(statement_); }
  // Runs to the end; whether it came there.
  bool Run() {
    const bool done = Step() == SQLITE_DONE;
    Done();
    return done;
  }
  std::string Text(int column) const {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    if (text == nullptr) return std::string();
    return std::string(text, sqlite3_column_bytes(statement_, column));
  }
  int64_t Number(int column) const { return sqlite3_column_int64(statement_, column); }

 private:
  sqlite3_stmt* const statement_;
  int next_ = 0;
};

TextIndex::TextIndex(Options options) : options_(std::move(options)) {}

TextIndex::~TextIndex() { Close(); }

absl::StatusOr<std::unique_ptr<TextIndex>> TextIndex::Open(Options options) {
  std::unique_ptr<TextIndex> index(new TextIndex(std::move(options)));
  WEFT_RETURN_IF_ERROR(index->OpenOrBeginAnew());
  return index;
}

absl::Status TextIndex::OpenOrBeginAnew() {
  absl::Status opened = OpenDatabase();
  if (!absl::IsDataLoss(opened)) return opened;
  // Everything in it comes from elsewhere.
  Close();
  DeleteFiles();
  return OpenDatabase();
}

absl::Status TextIndex::Reset() {
  Close();
  DeleteFiles();
  return OpenDatabase();
}

absl::Status TextIndex::OpenDatabase() {
  if (!options_.path.empty()) {
    std::error_code error;
    std::filesystem::create_directories(std::filesystem::path(options_.path).parent_path(), error);
    if (error) {
      return Error(
          absl::StatusCode::kUnavailable, kUnavailable,
          absl::StrCat("cannot make the directory of \"", options_.path, "\": ", error.message()));
    }
  }
  const std::string path = options_.path.empty() ? ":memory:" : options_.path;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  const int opened = sqlite3_open_v2(path.c_str(), &db_, flags, nullptr);
  if (opened != SQLITE_OK) return Failed("open");
  // A commit that a power loss takes back takes the position back, too, and what follows is read
  // again; so not every commit needs to reach the disk. Nobody else opens the file.
  WEFT_RETURN_IF_ERROR(Execute("PRAGMA locking_mode = EXCLUSIVE"));
  WEFT_RETURN_IF_ERROR(Execute("PRAGMA journal_mode = WAL"));
  WEFT_RETURN_IF_ERROR(Execute("PRAGMA synchronous = NORMAL"));
  WEFT_RETURN_IF_ERROR(Execute("PRAGMA temp_store = MEMORY"));
  WEFT_RETURN_IF_ERROR(Execute(absl::StrCat("PRAGMA cache_size = -", options_.cache_bytes >> 10)));
  WEFT_RETURN_IF_ERROR(
      Execute("CREATE TABLE IF NOT EXISTS meta(key TEXT PRIMARY KEY, value TEXT NOT NULL)"));
  const std::string layout =
      absl::StrCat(kTables, ";", options_.layout, ";", ColumnList(options_.columns));
  WEFT_ASSIGN_OR_RETURN(Statement * read,
                        Prepared("SELECT (SELECT value FROM meta WHERE key = 'layout'), "
                                 "(SELECT value FROM meta WHERE key = 'state')"));
  const int step = read->Begin().Step();
  const std::string found = step == SQLITE_ROW ? read->Text(0) : "";
  state_ = step == SQLITE_ROW ? read->Text(1) : "";
  read->Done();
  if (step != SQLITE_ROW) return Failed("read");
  if (found.empty()) {
    state_.clear();
    WEFT_RETURN_IF_ERROR(Execute("BEGIN IMMEDIATE"));
    WEFT_RETURN_IF_ERROR(CreateTables());
    WEFT_ASSIGN_OR_RETURN(Statement * note,
                          Prepared("INSERT OR REPLACE INTO meta(key, value) VALUES(?, ?)"));
    if (!note->Begin().Bind("layout").Bind(layout).Run()) return Failed("write");
    WEFT_RETURN_IF_ERROR(Execute("COMMIT"));
  } else if (found != layout) {
    return Error(absl::StatusCode::kDataLoss, kDamaged, "the text index has another layout");
  }
  WEFT_ASSIGN_OR_RETURN(size_, Count());
  return absl::OkStatus();
}

absl::Status TextIndex::CreateTables() {
  const std::string columns = ColumnList(options_.columns);
  // What a document's words were, which FTS5 must be told to take them out.
  WEFT_RETURN_IF_ERROR(Execute(absl::StrCat(
      "CREATE TABLE docs(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, ", columns, ")")));
  // The tokenizer takes every character beyond ASCII as a letter and changes nothing.
  WEFT_RETURN_IF_ERROR(Execute(absl::StrCat("CREATE VIRTUAL TABLE text USING fts5(", columns,
                                            ", content = 'docs', content_rowid = 'id', tokenize = "
                                            "'ascii', detail = column)")));
  WEFT_RETURN_IF_ERROR(
      Execute("CREATE TABLE words(id INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE, docs INTEGER "
              "NOT NULL)"));
  WEFT_RETURN_IF_ERROR(
      Execute("CREATE VIRTUAL TABLE spelling USING fts5(word, content = '', tokenize = 'trigram "
              "case_sensitive 1', detail = none, columnsize = 0)"));
  return Execute("CREATE VIRTUAL TABLE trigrams USING fts5vocab('spelling', 'row')");
}

void TextIndex::Close() {
  statements_.clear();
  sqlite3_close_v2(db_);
  db_ = nullptr;
  state_.clear();
  size_ = 0;
}

void TextIndex::DeleteFiles() {
  if (options_.path.empty()) return;
  std::error_code ignored;
  for (const absl::string_view suffix : {"", "-wal", "-shm", "-journal"}) {
    std::filesystem::remove(absl::StrCat(options_.path, suffix), ignored);
  }
}

absl::Status TextIndex::Execute(const std::string& sql) {
  return sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK ? absl::OkStatus()
                                                                                : Failed("use");
}

absl::Status TextIndex::CheckOpen() const {
  if (db_ != nullptr) return absl::OkStatus();
  return Error(absl::StatusCode::kUnavailable, kUnavailable,
               absl::StrCat("the text index \"", options_.path, "\" is not open"));
}

absl::Status TextIndex::Failed(absl::string_view what) const {
  const int code = db_ == nullptr ? SQLITE_NOMEM : sqlite3_errcode(db_) & 0xFF;
  const std::string text =
      absl::StrCat("cannot ", what, " the text index",
                   options_.path.empty() ? "" : absl::StrCat(" \"", options_.path, "\""), ": ",
                   db_ == nullptr ? "out of memory" : sqlite3_errmsg(db_));
  switch (code) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
    // A table that is missing, say.
    case SQLITE_ERROR:
    case SQLITE_SCHEMA:
    case SQLITE_CONSTRAINT:
      return Error(absl::StatusCode::kDataLoss, kDamaged, text);
    case SQLITE_INTERRUPT:
      return Error(absl::StatusCode::kCancelled, kStopped, "nobody waits for it any more");
    default:
      return Error(absl::StatusCode::kUnavailable, kUnavailable, text);
  }
}

absl::StatusOr<TextIndex::Statement*> TextIndex::Prepared(const std::string& sql) {
  WEFT_RETURN_IF_ERROR(CheckOpen());
  for (const auto& [text, statement] : statements_) {
    if (text == sql) return statement.get();
  }
  sqlite3_stmt* made = nullptr;
  if (sqlite3_prepare_v3(db_, sql.c_str(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                         &made, nullptr) != SQLITE_OK) {
    return Failed("use");
  }
  statements_.emplace_back(sql, std::make_unique<Statement>(made));
  return statements_.back().second.get();
}

absl::StatusOr<int64_t> TextIndex::Count() {
  WEFT_ASSIGN_OR_RETURN(Statement * count, Prepared("SELECT count(*) FROM docs"));
  const int step = count->Begin().Step();
  const int64_t counted = step == SQLITE_ROW ? count->Number(0) : 0;
  count->Done();
  if (step != SQLITE_ROW) return Failed("read");
  return counted;
}

absl::Status TextIndex::Apply(const std::vector<Change>& changes, std::string state,
                              const Stop& stop) {
  WEFT_RETURN_IF_ERROR(CheckOpen());
  const Watching watching(db_, stop);
  WEFT_RETURN_IF_ERROR(Execute("BEGIN IMMEDIATE"));
  const int64_t size_before = size_;
  absl::Status applied = ApplyInTransaction(changes, state);
  if (applied.ok()) applied = Execute("COMMIT");
  if (!applied.ok()) {
    size_ = size_before;
    sqlite3_progress_handler(db_, 0, nullptr, nullptr);
    // Some errors have rolled it back already.
    if (sqlite3_get_autocommit(db_) == 0) Execute("ROLLBACK").IgnoreError();
    return applied;
  }
  state_ = std::move(state);
  return absl::OkStatus();
}

absl::Status TextIndex::ApplyInTransaction(const std::vector<Change>& changes,
                                           const std::string& state) {
  const size_t width = options_.columns.size();
  const std::string columns = ColumnList(options_.columns);
  WEFT_ASSIGN_OR_RETURN(Statement * find, Prepared(absl::StrCat("SELECT id, ", columns,
                                                                " FROM docs WHERE name = ?")));
  WEFT_ASSIGN_OR_RETURN(Statement * forget,
                        Prepared(absl::StrCat("INSERT INTO text(text, rowid, ", columns,
                                              ") VALUES('delete', ?, ", Placeholders(width), ")")));
  WEFT_ASSIGN_OR_RETURN(Statement * drop, Prepared("DELETE FROM docs WHERE id = ?"));
  WEFT_ASSIGN_OR_RETURN(Statement * put,
                        Prepared(absl::StrCat("INSERT OR REPLACE INTO docs(id, name, ", columns,
                                              ") VALUES(?, ?, ", Placeholders(width), ")")));
  WEFT_ASSIGN_OR_RETURN(Statement * learn,
                        Prepared(absl::StrCat("INSERT INTO text(rowid, ", columns, ") VALUES(?, ",
                                              Placeholders(width), ")")));
  // How many documents more or fewer have each word.
  absl::btree_map<std::string, int64_t> delta;
  const auto count = [&](const std::vector<std::string>& texts, int64_t by) {
    absl::btree_set<absl::string_view> distinct;
    for (size_t i = 0; i < width; ++i) {
      if (!options_.columns[i].vocabulary) continue;
      for (const absl::string_view word : absl::StrSplit(texts[i], ' ', absl::SkipEmpty())) {
        distinct.insert(word);
      }
    }
    for (const absl::string_view word : distinct) delta[std::string(word)] += by;
  };

  for (const Change& change : changes) {
    const std::string& name = change.document.name;
    std::vector<std::string> texts;
    if (!change.removed) {
      for (const std::vector<std::string>& words : change.document.columns) {
        texts.push_back(JoinWords(words));
      }
      texts.resize(width);
    }
    const int step = find->Begin().Bind(name).Step();
    int64_t id = 0;
    std::vector<std::string> old;
    if (step == SQLITE_ROW) {
      id = find->Number(0);
      for (size_t i = 0; i < width; ++i) old.push_back(find->Text(static_cast<int>(i) + 1));
    }
    find->Done();
    if (step != SQLITE_ROW && step != SQLITE_DONE) return Failed("read");
    const bool known = step == SQLITE_ROW;
    if ((known && !change.removed && old == texts) || (!known && change.removed)) continue;
    if (known) {
      forget->Begin().Bind(id);
      for (const std::string& text : old) forget->Bind(text);
      if (!forget->Run()) return Failed("write");
      count(old, -1);
      if (change.removed) {
        if (!drop->Begin().Bind(id).Run()) return Failed("write");
        --size_;
        continue;
      }
    }
    put->Begin();
    if (known) {
      put->Bind(id);
    } else {
      put->Skip();
      ++size_;
    }
    put->Bind(name);
    for (const std::string& text : texts) put->Bind(text);
    if (!put->Run()) return Failed("write");
    if (!known) id = sqlite3_last_insert_rowid(db_);
    learn->Begin().Bind(id);
    for (const std::string& text : texts) learn->Bind(text);
    if (!learn->Run()) return Failed("write");
    count(texts, 1);
  }

  WEFT_ASSIGN_OR_RETURN(Statement * look_up, Prepared("SELECT id, docs FROM words WHERE word = ?"));
  WEFT_ASSIGN_OR_RETURN(Statement * add, Prepared("INSERT INTO words(word, docs) VALUES(?, ?)"));
  WEFT_ASSIGN_OR_RETURN(Statement * set, Prepared("UPDATE words SET docs = ? WHERE id = ?"));
  WEFT_ASSIGN_OR_RETURN(Statement * remove, Prepared("DELETE FROM words WHERE id = ?"));
  WEFT_ASSIGN_OR_RETURN(Statement * spell,
                        Prepared("INSERT INTO spelling(rowid, word) VALUES(?, ?)"));
  WEFT_ASSIGN_OR_RETURN(
      Statement * misspell,
      Prepared("INSERT INTO spelling(spelling, rowid, word) VALUES('delete', ?, ?)"));
  for (const auto& [word, by] : delta) {
    if (by == 0) continue;
    const std::string padded = Padded(word);
    const int step = look_up->Begin().Bind(word).Step();
    const int64_t id = step == SQLITE_ROW ? look_up->Number(0) : 0;
    const int64_t now = (step == SQLITE_ROW ? look_up->Number(1) : 0) + by;
    look_up->Done();
    if (step != SQLITE_ROW && step != SQLITE_DONE) return Failed("read");
    bool written = false;
    if (step == SQLITE_DONE) {
      written = add->Begin().Bind(word).Bind(now).Run() &&
                spell->Begin().Bind(sqlite3_last_insert_rowid(db_)).Bind(padded).Run();
    } else if (now > 0) {
      written = set->Begin().Bind(now).Bind(id).Run();
    } else {
      written = misspell->Begin().Bind(id).Bind(padded).Run() && remove->Begin().Bind(id).Run();
    }
    if (!written) return Failed("write");
  }
  WEFT_ASSIGN_OR_RETURN(Statement * note,
                        Prepared("INSERT OR REPLACE INTO meta(key, value) VALUES(?, ?)"));
  if (!note->Begin().Bind("state").Bind(state).Run()) return Failed("write");
  return absl::OkStatus();
}

absl::StatusOr<Found> TextIndex::Find(const std::vector<AnyOf>& all, size_t limit,
                                      const Stop& stop) {
  WEFT_RETURN_IF_ERROR(CheckOpen());
  Found found;
  if (all.empty()) return found;
  // At most how many documents match, as far as the vocabulary tells.
  int64_t at_most = size_;
  std::vector<std::string> groups;
  for (const AnyOf& any : all) {
    std::vector<std::string> words;
    std::vector<std::string> quoted;
    for (const std::string& word : any.words) {
      if (!IsWord(word)) continue;
      words.push_back(word);
      quoted.push_back(FtsString(word));
    }
    if (quoted.empty()) return found;
    // In any column, words outside of the vocabulary may match, too: few, and not counted.
    if (any.column < 0 || options_.columns[any.column].vocabulary) {
      WEFT_ASSIGN_OR_RETURN(const std::vector<int64_t> documents, DocumentsWith(words));
      int64_t sum = 0;
      for (const int64_t each : documents) sum += each;
      if (sum == 0 && any.column >= 0) return found;
      at_most = std::min(at_most, sum);
    }
    std::string group = absl::StrCat("(", absl::StrJoin(quoted, " OR "), ")");
    if (any.column >= 0) {
      group = absl::StrCat("({", options_.columns[any.column].name, "} : ", group, ")");
    }
    groups.push_back(std::move(group));
  }
  const std::string match = absl::StrJoin(groups, " AND ");
  const Watching watching(db_, stop);
  WEFT_ASSIGN_OR_RETURN(
      Statement * query,
      Prepared(
          at_most <= kMaxRanked
              ? "SELECT docs.name FROM text JOIN docs ON docs.id = text.rowid WHERE text MATCH "
                "? ORDER BY rank LIMIT ?"
              : "SELECT docs.name FROM text JOIN docs ON docs.id = text.rowid WHERE text MATCH "
                "? LIMIT ?"));
  query->Begin().Bind(match).Bind(static_cast<int64_t>(limit) + 1);
  int step = query->Step();
  for (; step == SQLITE_ROW; step = query->Step()) found.names.push_back(query->Text(0));
  query->Done();
  if (step != SQLITE_DONE) return Failed("read");
  found.more = found.names.size() > limit;
  if (found.more) found.names.pop_back();
  return found;
}

absl::StatusOr<std::vector<std::string>> TextIndex::NamesAfter(absl::string_view after,
                                                               size_t limit) {
  WEFT_ASSIGN_OR_RETURN(Statement * query,
                        Prepared("SELECT name FROM docs WHERE name > ? ORDER BY name LIMIT ?"));
  query->Begin().Bind(after).Bind(static_cast<int64_t>(limit));
  std::vector<std::string> names;
  int step = query->Step();
  for (; step == SQLITE_ROW; step = query->Step()) names.push_back(query->Text(0));
  query->Done();
  if (step != SQLITE_DONE) return Failed("read");
  return names;
}

absl::StatusOr<std::vector<int64_t>> TextIndex::DocumentsWith(
    const std::vector<std::string>& words) {
  WEFT_ASSIGN_OR_RETURN(Statement * query, Prepared("SELECT docs FROM words WHERE word = ?"));
  std::vector<int64_t> counts;
  counts.reserve(words.size());
  for (const std::string& word : words) {
    const int step = query->Begin().Bind(word).Step();
    counts.push_back(step == SQLITE_ROW ? query->Number(0) : 0);
    query->Done();
    if (step != SQLITE_ROW && step != SQLITE_DONE) return Failed("read");
  }
  return counts;
}

absl::StatusOr<std::vector<WordCount>> TextIndex::WithPrefix(absl::string_view prefix, size_t limit,
                                                             const Stop& stop) {
  WEFT_RETURN_IF_ERROR(CheckOpen());
  const Watching watching(db_, stop);
  WEFT_ASSIGN_OR_RETURN(Statement * query,
                        Prepared("SELECT word, docs FROM words WHERE word >= ? AND word < ? ORDER "
                                 "BY docs DESC, word LIMIT ?"));
  // No byte of UTF-8 is as large.
  const std::string end = absl::StrCat(prefix, "\xff");
  query->Begin().Bind(prefix).Bind(end).Bind(static_cast<int64_t>(limit));
  std::vector<WordCount> words;
  int step = query->Step();
  for (; step == SQLITE_ROW; step = query->Step()) {
    words.push_back({query->Text(0), query->Number(1)});
  }
  query->Done();
  if (step != SQLITE_DONE) return Failed("read");
  return words;
}

absl::StatusOr<std::vector<WordCount>> TextIndex::SpelledLike(absl::string_view word, size_t limit,
                                                              const Stop& stop) {
  WEFT_RETURN_IF_ERROR(CheckOpen());
  std::vector<WordCount> words;
  if (!IsWord(word) || Characters(word).size() < kMinMisspelled) return words;
  const Watching watching(db_, stop);
  const std::vector<std::string> swaps = WithSwaps(word);
  WEFT_ASSIGN_OR_RETURN(const std::vector<int64_t> swap_counts, DocumentsWith(swaps));
  for (size_t i = 0; i < swaps.size(); ++i) {
    if (swap_counts[i] > 0) words.push_back({swaps[i], swap_counts[i]});
  }

  // Trigrams that no word has are as good as rare: they only make the others count.
  std::vector<std::pair<int64_t, std::string>> rare;
  WEFT_ASSIGN_OR_RETURN(Statement * frequency, Prepared("SELECT doc FROM trigrams WHERE term = ?"));
  for (std::string& trigram : Trigrams(word)) {
    const int step = frequency->Begin().Bind(trigram).Step();
    const int64_t documents = step == SQLITE_ROW ? frequency->Number(0) : 0;
    frequency->Done();
    if (step != SQLITE_ROW && step != SQLITE_DONE) return Failed("read");
    rare.emplace_back(documents, std::move(trigram));
  }
  std::sort(rare.begin(), rare.end());
  if (rare.size() > kTrigrams) rare.resize(kTrigrams);
  const bool two = rare.size() >= kTrigramsOfALetter + 2;
  std::vector<std::string> terms;
  for (size_t i = 0; i < rare.size(); ++i) {
    if (rare[i].first == 0) continue;
    if (!two) terms.push_back(FtsString(rare[i].second));
    for (size_t j = i + 1; two && j < rare.size(); ++j) {
      if (rare[j].first == 0) continue;
      terms.push_back(
          absl::StrCat("(", FtsString(rare[i].second), " AND ", FtsString(rare[j].second), ")"));
    }
  }
  if (terms.empty()) return words;
  const std::string match = absl::StrJoin(terms, " OR ");
  WEFT_ASSIGN_OR_RETURN(Statement * query,
                        Prepared("SELECT words.word, words.docs FROM spelling JOIN words ON "
                                 "words.id = spelling.rowid WHERE spelling MATCH ? LIMIT ?"));
  query->Begin().Bind(match).Bind(static_cast<int64_t>(limit));
  int step = query->Step();
  for (; step == SQLITE_ROW; step = query->Step()) {
    words.push_back({query->Text(0), query->Number(1)});
  }
  query->Done();
  if (step != SQLITE_DONE) return Failed("read");
  return words;
}

}  // namespace weft::text_index
