// JsonReader: a JSON file of HSDS in, organizations out. A file is one organization, {…}, a list of
// them, [{…}, …], or a page of HSDS's API, {"contents": […], …}. Nothing is held but the current
// organization.
#ifndef WEFT_SERVICES_REGISTRY_DOMAIN_HSDS_JSON_READER_H_
#define WEFT_SERVICES_REGISTRY_DOMAIN_HSDS_JSON_READER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "services/registry/domain/hsds/record.h"
#include "services/registry/domain/hsds/report.h"

namespace weft::registry::hsds {

// Objects and lists inside each other.
inline constexpr int kMaxJsonDepth = 32;
inline constexpr size_t kMaxOrganizationBytes = 4 << 20;

class JsonReader {
 public:
  using Handler = std::function<void(Record organization)>;

  // `file` is its number in `report`, which outlives the reader.
  JsonReader(int file, Report& report, Handler handler)
      : file_(file), report_(report), handler_(std::move(handler)) {}

  // The next bytes, cut anywhere; then the end.
  void Feed(absl::string_view bytes);
  void Finish();

 private:
  class Builder;
  enum class State { kStart, kObject, kList, kElement, kPageRest, kEnd };

  // Takes what comes first and needs no look at each byte; how many bytes that is.
  size_t TakeRun(absl::string_view bytes);
  void Take(char c);
  void TakeOfObject(char c);
  void TakeOfList(char c);
  // Keeps what stands around the list of a page.
  void TakeOfPageRest(char c);
  // Follows strings and depth in what is being collected; true when its outermost object ends.
  bool Ends(char c);
  void OpenList();
  void EndElement();
  void EndPage();
  void Fail(Reason reason, absl::string_view message);
  Spot Here() const;

  const int file_;
  Report& report_;
  const Handler handler_;

  State state_ = State::kStart;
  bool stopped_ = false;
  int32_t line_ = 1;
  bool after_cr_ = false;
  int64_t offset_ = 0;

  // What is being collected, and where in it the next byte is.
  std::string text_;
  int32_t text_line_ = 0;
  int depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;

  // Of an outermost object: the key that was read last, and whether its value follows.
  size_t key_begin_ = 0;
  std::string key_;
  bool after_colon_ = false;

  bool is_page_ = false;
  std::string page_;
  int elements_ = 0;
  bool after_element_ = false;
  bool after_comma_ = false;
};

}  // namespace weft::registry::hsds

#endif  // WEFT_SERVICES_REGISTRY_DOMAIN_HSDS_JSON_READER_H_
