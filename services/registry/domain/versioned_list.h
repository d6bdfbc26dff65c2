// Lists of codes that a Lab keeps in versions, taxonomies and vocabularies: what they have in
// common. A version is a draft, which may change and go, until it is published; then it is fixed,
// and a later version of its family supersedes it.
#ifndef WEFT_SERVICES_REGISTRY_DOMAIN_VERSIONED_LIST_H_
#define WEFT_SERVICES_REGISTRY_DOMAIN_VERSIONED_LIST_H_

#include <string>

#include "absl/strings/string_view.h"
#include "common/base/error.h"
#include "google/protobuf/repeated_field.h"

namespace weft::registry {

// Each of these is there for v1::Taxonomy and v1::Vocabulary, and for their entries.

// What every version says of itself. `field` is where the version stands in the request
// ("taxonomy"), `collection` what it is in ("taxonomies").
template <class List>
void CheckVersion(FieldViolations& violations, const std::string& field,
                  absl::string_view collection, const List& list);
// Its entries, at most 200, each code once. `field` is where they stand ("taxonomy.types").
template <class Entry>
void CheckEntries(FieldViolations& violations, const std::string& field,
                  const google::protobuf::RepeatedPtrField<Entry>& entries);
// Whether `list` may supersede `superseded`, as far as families and versions go. `way_out` follows
// what is said of a foreign family.
template <class List>
void CheckLaterVersion(FieldViolations& violations, const std::string& field, const List& list,
                       const List& superseded, absl::string_view way_out = "");

// What identifies a version among all: the key of the unique index.
template <class List>
std::string FamilyVersion(const List& list);
// Whether it is fixed for good.
template <class List>
bool IsPublished(const List& list) {
  return list.state() == List::STATE_PUBLISHED;
}

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_DOMAIN_VERSIONED_LIST_H_
