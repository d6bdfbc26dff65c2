// Whether codes are from the vocabularies that are stated with them.
#ifndef WEFT_SERVICES_REGISTRY_SERVICE_VOCABULARY_READER_H_
#define WEFT_SERVICES_REGISTRY_SERVICE_VOCABULARY_READER_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/status_macros.h"
#include "common/base/task.h"
#include "common/storage/transaction.h"
#include "services/registry/domain/vocabulary.h"
#include "services/registry/store/tables.h"

namespace weft::registry {

// As CheckSaidIn(), and NOT_FOUND for a vocabulary that is not there. Reads nothing where none is
// stated. What was right stays right, because published vocabularies stay as they are.
template <class Said>
Task<absl::Status> CheckVocabularies(const Tables& tables, storage::Reader& reader,
                                     const Said& said) {
  std::vector<v1::Vocabulary> vocabularies;
  for (const std::string& name : said.vocabularies()) {
    absl::StatusOr<v1::Vocabulary> vocabulary = co_await tables.vocabularies.Get(reader, name);
    WEFT_CO_RETURN_IF_ERROR(vocabulary.status());
    vocabularies.push_back(*std::move(vocabulary));
  }
  co_return CheckSaidIn(vocabularies, said);
}

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_SERVICE_VOCABULARY_READER_H_
