// Resource names by pattern: "waves/{wave}/roster/{site}". Tables make their keys of a name's ids.
#ifndef WEFT_COMMON_STORAGE_NAME_PATTERN_H_
#define WEFT_COMMON_STORAGE_NAME_PATTERN_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/storage/keys.h"

namespace weft::storage {

class NamePattern {
 public:
  // Segments between slashes, each a literal or a variable in braces. A variable that is written
  // "{revision:number}" takes whole numbers without leading zeros, and its rows list by value: 9
  // stands before 10.
  explicit NamePattern(absl::string_view pattern);

  const std::string& text() const { return text_; }
  // How many variables there are.
  size_t id_count() const { return id_count_; }

  // The ids of a name, in order, as parts of a key: a number with its count of digits before it
  // ("b10"), any other id as it stands. Any non-empty segment is an id here; which ids may be
  // created is the services' rule. INVALID_ARGUMENT (NAME_INVALID) for a name of another shape.
  absl::StatusOr<std::vector<std::string>> Parse(absl::string_view name) const;

  // Appends the same parts to a key; after an error it may hold some of them.
  absl::Status AppendTo(absl::string_view name, KeyWriter& key) const;

  // The leading ids that a parent fixes, nullopt for each "-": "" gives none, "waves/w1" one.
  // INVALID_ARGUMENT (PARENT_INVALID) unless the parent is a leading part that ends with an id.
  absl::StatusOr<std::vector<std::optional<std::string>>> ParseParent(
      absl::string_view parent) const;

 private:
  absl::Status Invalid(absl::string_view name) const;

  struct Segment {
    std::string text;
    bool variable = false;
    bool number = false;
  };
  // The key part of an id; nullopt when the segment does not take it.
  static std::optional<std::string> KeyPart(const Segment& segment, absl::string_view id);

  std::string text_;
  std::vector<Segment> segments_;
  size_t id_count_ = 0;
};

}  // namespace weft::storage

#endif  // WEFT_COMMON_STORAGE_NAME_PATTERN_H_
