// Filters of lists: which fields there are and what their values may be stands in a table; the
// language is that of common/filter.
#ifndef WEFT_SERVICES_REGISTRY_DOMAIN_FIELD_FILTER_H_
#define WEFT_SERVICES_REGISTRY_DOMAIN_FIELD_FILTER_H_

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/base/status_macros.h"
#include "common/filter/filter.h"

namespace weft::registry {

// The values that a resource has in a field, none of them empty.
using FieldValues = std::vector<std::string>;

// What a filter may say of a field.
struct FilterField {
  absl::string_view name;
  // The words that are values; none: any text is. Case does not matter where there are words.
  std::vector<std::string> words = {};
  // Whether the words are in order, least first, so that <, <=, > and >= compare them.
  bool ordered = false;
  // The collection of the names that are values ("organizations/"), which a filter may leave out: a
  // name has a slash, and would have to stand in quotes.
  absl::string_view prefix = {};
};

// The expression, with values as they are compared; none for an empty text. INVALID_ARGUMENT
// (FILTER_INVALID) that says where and what would be right; `resource` is what has the fields ("an
// organization").
absl::StatusOr<std::optional<filter::Expression>> ParseFilter(absl::string_view text,
                                                              absl::string_view resource,
                                                              absl::Span<const FilterField> fields);

// Whether the expression, which ParseFilter() has checked against `fields`, holds for what has the
// values that `values` gives for the name of a field.
bool FilterHolds(const filter::Expression& expression, absl::Span<const FilterField> fields,
                 const std::function<FieldValues(absl::string_view)>& values);

// The value that every match has in `field`, where the filter asks for it by `=` or `:` at its top
// or in an AND there: an index can then narrow what is looked at. "" when there is none.
std::string RequiredValue(const filter::Expression& expression, absl::string_view field);

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_DOMAIN_FIELD_FILTER_H_
