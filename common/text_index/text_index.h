// A text index: which documents have which words, the words themselves, and which of them are
// spelled alike. It is derived from something else and may be deleted at any time.
//
// It is a SQLite database with FTS5 tables. Words come in as they are compared (folded, in small
// letters, letters and digits alone), so that its tokenizer has nothing to decide, and no text of a
// caller is ever a query's syntax. Beside the documents it keeps the vocabulary with the number of
// documents of each word, and the trigrams of the vocabulary: a misspelled word is looked for among
// the distinct words, which are few, and not in every document.
//
// On one thread, a WorkerThread's.
#ifndef WEFT_COMMON_TEXT_INDEX_TEXT_INDEX_H_
#define WEFT_COMMON_TEXT_INDEX_TEXT_INDEX_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/text_index/stop.h"

struct sqlite3;

namespace weft::text_index {

struct Column {
  // [a-z]+
  std::string name;
  // Whether its words are in the vocabulary; those that are not can only be found as they are.
  bool vocabulary = true;
};

struct Options {
  // The file, made with its directory where there is none; "" keeps the index in memory.
  std::string path;
  // What documents are made of: an index of another layout is begun anew.
  std::string layout;
  std::vector<Column> columns;
  // Of pages that are held in memory.
  size_t cache_bytes = 32u << 20;
};

// A document: its words, one list for each column. Words are letters and digits of ASCII, and any
// other characters beyond it.
struct Document {
  std::string name;
  std::vector<std::vector<std::string>> columns;
};

struct Change {
  Document document;
  // The document is taken out; only its name counts.
  bool removed = false;
};

// One of these words, in one column or (-1) in any.
struct AnyOf {
  std::vector<std::string> words;
  int column = -1;
};

struct Found {
  // Names of documents: the best first (BM25) where they are few, else in no special order.
  std::vector<std::string> names;
  // There are more than were asked for.
  bool more = false;
};

struct WordCount {
  std::string word;
  int64_t documents = 0;
};

class TextIndex {
 public:
  // Opens the index, or begins a new one where there is none, where it is damaged, or where it has
  // another layout: its state() is "" then. UNAVAILABLE (TEXT_INDEX_UNAVAILABLE): the file cannot
  // be opened.
  static absl::StatusOr<std::unique_ptr<TextIndex>> Open(Options options);
  ~TextIndex();
  TextIndex(const TextIndex&) = delete;
  TextIndex& operator=(const TextIndex&) = delete;

  // Any of these: DATA_LOSS (TEXT_INDEX_DAMAGED), after which only Reset() helps; UNAVAILABLE
  // (TEXT_INDEX_UNAVAILABLE), say for a full disk; CANCELLED (TEXT_INDEX_STOPPED): `stop` was
  // requested, and nothing is changed.

  // What the owner has noted with the last change, how far it had come.
  const std::string& state() const { return state_; }
  // Applies the changes in order and notes `state`, all at once or not at all.
  absl::Status Apply(const std::vector<Change>& changes, std::string state, const Stop& stop);
  // Throws everything away. After an error there is nothing to ask, and it may be tried again.
  absl::Status Reset();

  int64_t size() const { return size_; }

  // At most `limit` documents that have one word of each. An AnyOf without words finds nothing.
  absl::StatusOr<Found> Find(const std::vector<AnyOf>& all, size_t limit, const Stop& stop);
  // Names after `after`, in their order.
  absl::StatusOr<std::vector<std::string>> NamesAfter(absl::string_view after, size_t limit);

  // How many documents have each word of the vocabulary; 0 for one that none has.
  absl::StatusOr<std::vector<int64_t>> DocumentsWith(const std::vector<std::string>& words);
  // Words that begin so, those of the most documents first.
  absl::StatusOr<std::vector<WordCount>> WithPrefix(absl::string_view prefix, size_t limit,
                                                    const Stop& stop);
  // Words that may be within one edit of `word` (a letter added, left out, replaced, or two
  // neighbours swapped), and others; the caller compares. Every one that is, is among them when
  // `word` has at least four letters and `limit` is not reached.
  absl::StatusOr<std::vector<WordCount>> SpelledLike(absl::string_view word, size_t limit,
                                                     const Stop& stop);

 private:
  class Statement;

  explicit TextIndex(Options options);

  absl::Status OpenDatabase();
  absl::Status OpenOrBeginAnew();
  void Close();
  void DeleteFiles();
  absl::Status CreateTables();
  absl::Status Execute(const std::string& sql);
  // UNAVAILABLE after a Reset() that failed.
  absl::Status CheckOpen() const;
  absl::Status Failed(absl::string_view what) const;
  absl::StatusOr<Statement*> Prepared(const std::string& sql);
  absl::Status ApplyInTransaction(const std::vector<Change>& changes, const std::string& state);
  absl::StatusOr<int64_t> Count();

  const Options options_;
  sqlite3* db_ = nullptr;
  std::string state_;
  int64_t size_ = 0;
  // By their text; few.
  std::vector<std::pair<std::string, std::unique_ptr<Statement>>> statements_;
};

}  // namespace weft::text_index

#endif  // WEFT_COMMON_TEXT_INDEX_TEXT_INDEX_H_
