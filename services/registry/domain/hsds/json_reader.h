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
#include "common/json/json_list.h"
#include "services/registry/domain/hsds/record.h"
#include "services/registry/domain/hsds/report.h"

namespace weft::registry::hsds {

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
  enum class State { kStart, kObject, kList, kPageRest, kEnd };

  // Takes what comes first and needs no look at each byte; how many bytes that is.
  size_t TakeRun(absl::string_view bytes);
  void Take(char c);
  void TakeOfObject(char c);
  void TakeOfList(char c);
  // Keeps what stands around the list of a page.
  void TakeOfPageRest(char c);
  void OpenList();
  // Hands out the organization that `text` is, and leaves `text` as it may.
  void EndOrganization(std::string pointer, std::string& text);
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

  // The line on which the organization begins.
  int32_t text_line_ = 0;
  JsonList list_{kMaxOrganizationBytes};

  // Of an outermost object: its text, and what is open at its end.
  std::string text_;
  JsonNesting nesting_;

  // The key that was read last in it, and whether its value follows.
  size_t key_begin_ = 0;
  std::string key_;
  bool after_colon_ = false;

  bool is_page_ = false;
  std::string page_;
  int elements_ = 0;
};

}  // namespace weft::registry::hsds

#endif  // WEFT_SERVICES_REGISTRY_DOMAIN_HSDS_JSON_READER_H_
