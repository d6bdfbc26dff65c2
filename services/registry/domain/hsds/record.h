// A record of an HSDS file: a row of a table, or an object of JSON with those inside of it. What
// both kinds of files are read into, and what both are written from.
#ifndef WEFT_SERVICES_REGISTRY_DOMAIN_HSDS_RECORD_H_
#define WEFT_SERVICES_REGISTRY_DOMAIN_HSDS_RECORD_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/registry/domain/hsds/profile.h"

namespace weft::registry::hsds {

struct RecordField {
  // Which of its table's fields.
  int index = 0;
  // Column in a CSV file, from 1; 0 in JSON.
  int32_t column = 0;
  std::string text;
};

class Record {
 public:
  explicit Record(const TableSpec& table) : table_(&table) {}

  const TableSpec& table() const { return *table_; }

  // Where it is: the line of the file on which it starts, and in JSON the pointer.
  int32_t row = 0;
  std::string pointer;
  // The file, by its number in the directory.
  int file = 0;

  // Those that are not empty, in the order of the file.
  std::vector<RecordField> fields;
  // What belongs to it, in the order of the file.
  std::vector<Record> children;
  // Stands for its first child where a row belongs to many: that row, which outlives this.
  const Record* shared = nullptr;

  // Null when there is none.
  const Record* FirstChild() const { return children.empty() ? shared : &children.front(); }
  // Null when it is empty.
  const RecordField* Find(absl::string_view field) const {
    const int index = table_->IndexOf(field);
    for (const RecordField& one : fields) {
      if (one.index == index) return &one;
    }
    return nullptr;
  }
  // "" when it is empty.
  absl::string_view Get(absl::string_view field) const {
    const RecordField* found = Find(field);
    return found == nullptr ? absl::string_view() : absl::string_view(found->text);
  }
  // Nothing for an empty text.
  void Set(absl::string_view field, std::string text) {
    if (!text.empty()) fields.push_back({table_->IndexOf(field), 0, std::move(text)});
  }

 private:
  const TableSpec* table_;
};

}  // namespace weft::registry::hsds

#endif  // WEFT_SERVICES_REGISTRY_DOMAIN_HSDS_RECORD_H_
