// TypeCrosswalk: what a file's partner types are where it was answered with another taxonomy than
// the instrument's. A crosswalk is stated by people, and nothing is guessed beyond it: a type that
// means the same as one of the instrument's, or is part of it, is read as that one; of one that
// covers several, nobody can tell whose the answers are.
#ifndef WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_TYPE_CROSSWALK_H_
#define WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_TYPE_CROSSWALK_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "services/ingestion/domain/instrument_index.h"
#include "weft/registry/v1/taxonomy.pb.h"

namespace weft::ingestion {

class TypeCrosswalk {
 public:
  struct Type {
    std::string code;  // in the file's taxonomy
    int target = -1;   // place in the instrument's partner_types(); -1: is not carried over
    std::string why;   // then, for people
  };
  struct Column {
    const Type* type;
    // "cbo.level", in the instrument's terms; empty when the type is not carried over.
    std::string item;
  };

  // `name` is that of the crosswalk, to which `mappings` belong; the instrument has its targets.
  TypeCrosswalk(const InstrumentIndex& instrument, absl::string_view name,
                absl::Span<const registry::v1::CrosswalkMapping> mappings);

  // The taxonomy whose types the file names.
  const std::string& taxonomy() const { return taxonomy_; }
  const std::vector<Type>& types() const { return types_; }
  std::vector<std::string> codes() const;
  // By a code as FoldText() leaves it; null when the taxonomy has none such.
  const Type* Find(absl::string_view code) const;
  // The type's column of a wide file, "{type}.count" and so on; nullopt when it is none.
  std::optional<Column> FindColumn(absl::string_view header) const;

 private:
  const InstrumentIndex& instrument_;
  std::string taxonomy_;
  std::vector<Type> types_;
  absl::flat_hash_map<std::string, size_t> by_code_;
};

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_TYPE_CROSSWALK_H_
