// KoboJsonReader: the JSON of KoboToolbox's API in, rows out. A file is an array of submissions, or
// a page {"count":…, "next":…, "results":[…]}. Each submission is an object that becomes a row; its
// keys become columns when they are first met, keys of objects inside as paths ("a/b"). All keys
// together may be as large as a header row. Nothing but them and the current submission is held.
//
// The line of a row is the submission's number, from 1: the API's files have but one line.
#ifndef WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_KOBO_JSON_READER_H_
#define WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_KOBO_JSON_READER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "common/csv/csv_reader.h"
#include "common/json/json_list.h"
#include "services/ingestion/domain/import/problems.h"

namespace weft::ingestion {

class KoboJsonReader {
 public:
  class Handler {
   public:
    // A key that was not met before, which becomes the next column. False: there are too many.
    virtual bool OnKey(absl::string_view key, int32_t line) = 0;
    // A submission.
    virtual void OnRow(const CsvRow& row) = 0;
    // As CsvReader's.
    virtual void OnBadByte(int32_t line, int column, int64_t offset, bool nul) = 0;
    // A key that a submission has twice; comes before its row, which is damaged.
    virtual void OnRepeatedKey(int32_t line, int column) = 0;
    // The page is one of several.
    virtual void OnMorePages() = 0;
    // The last call: why reading ends before the file does. `line`: the submission that was begun
    // last; 0 when none was.
    virtual void OnJsonFailure(Reason reason, int32_t line, absl::string_view message) = 0;

   protected:
    ~Handler() = default;
  };

  explicit KoboJsonReader(Handler& handler) : handler_(handler) {}

  // The next bytes, cut anywhere; then the end.
  void Feed(absl::string_view bytes);
  void Finish();
  // Whether the submissions have begun.
  bool begun() const { return begun_; }

 private:
  class Record;
  enum class State { kStart, kPage, kList, kAfterList, kEnd };

  void Take(char c);
  void TakeOfPage(char c);
  void TakeOfList(char c);
  void OpenList() {
    state_ = State::kList;
    begun_ = true;
    list_.Begin();
  }
  void EndSubmission(std::string& text);
  void Fail(Reason reason, absl::string_view message);

  Handler& handler_;
  State state_ = State::kStart;
  bool stopped_ = false;
  bool begun_ = false;
  // Submissions that have begun.
  int32_t submission_ = 0;
  int32_t line_ = 1;
  bool after_cr_ = false;
  int64_t offset_ = 0;

  // Of the page around the list: what surrounds the next byte.
  bool is_page_ = false;
  JsonNesting nesting_;
  bool after_colon_ = false;
  std::string text_;
  std::string key_;
  bool results_seen_ = false;

  // Of the list, and where the submission begins.
  JsonList list_{kMaxRowBytes};
  int64_t element_offset_ = 0;

  absl::flat_hash_map<std::string, int> columns_;
  size_t key_bytes_ = 0;
  std::vector<std::string> cells_;
  CsvRow row_;
};

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_KOBO_JSON_READER_H_
