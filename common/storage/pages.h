// Pages<T>: every row under a parent, page by page:
//
//   storage::Pages<v1::OpenAnswer> pages(tables.open_answers, reader, "waves/w1/responses/-", 200);
//   while (pages.more()) {
//     absl::StatusOr<std::vector<v1::OpenAnswer>> rows = co_await pages.Next();
//     WEFT_CO_RETURN_IF_ERROR(rows.status());
//     for (const v1::OpenAnswer& row : *rows) ...
//   }
#ifndef WEFT_COMMON_STORAGE_PAGES_H_
#define WEFT_COMMON_STORAGE_PAGES_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/base/status_macros.h"
#include "common/base/task.h"
#include "common/storage/table.h"

namespace weft::storage {

template <class T>
class Pages {
 public:
  // At most `limit` rows a page, those that `filter` keeps; see Table::List. Table and reader
  // outlive this, and this its Tasks.
  Pages(const Table<T>& table, Reader& reader, std::string parent, size_t limit,
        typename Table<T>::Filter filter = nullptr)
      : table_(table),
        reader_(reader),
        parent_(std::move(parent)),
        limit_(limit),
        filter_(std::move(filter)) {}
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;

  // Whether there may be more rows: so before the first page, and behind the last one no more.
  bool more() const { return more_; }
  // May be empty, also when there are more.
  Task<absl::StatusOr<std::vector<T>>> Next() {
    PageRequest request{.limit = limit_, .after = after_};
    absl::StatusOr<Page<T>> page =
        co_await table_.List(reader_, parent_, std::move(request), filter_);
    WEFT_CO_RETURN_IF_ERROR(page.status());
    after_ = std::move(page->next_key);
    more_ = !after_.empty();
    co_return std::move(page->rows);
  }

 private:
  const Table<T>& table_;
  Reader& reader_;
  const std::string parent_;
  const size_t limit_;
  const typename Table<T>::Filter filter_;
  std::string after_;
  bool more_ = true;
};

}  // namespace weft::storage

#endif  // WEFT_COMMON_STORAGE_PAGES_H_
