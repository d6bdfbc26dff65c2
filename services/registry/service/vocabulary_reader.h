// Whether codes are from the vocabularies that are stated with them.
#ifndef WEFT_SERVICES_REGISTRY_SERVICE_VOCABULARY_READER_H_
#define WEFT_SERVICES_REGISTRY_SERVICE_VOCABULARY_READER_H_

#include <map>
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

// In one state of the store; each vocabulary is read once.
class VocabularyReader {
 public:
  // Both outlive it.
  VocabularyReader(const Tables& tables, storage::Reader& reader)
      : tables_(tables), reader_(reader) {}
  VocabularyReader(const VocabularyReader&) = delete;
  VocabularyReader& operator=(const VocabularyReader&) = delete;

  // As CheckSaidIn(), and NOT_FOUND for a vocabulary that is not there. Reads nothing where none is
  // stated. What was right stays right, because published vocabularies stay as they are.
  template <class Said>
  Task<absl::Status> Check(const Said& said, std::string field) {
    std::vector<const v1::Vocabulary*> stated;
    for (const std::string& name : said.vocabularies()) {
      auto known = known_.find(name);
      if (known == known_.end()) {
        absl::StatusOr<v1::Vocabulary> vocabulary =
            co_await tables_.vocabularies.Get(reader_, name);
        WEFT_CO_RETURN_IF_ERROR(vocabulary.status());
        known = known_.emplace(name, *std::move(vocabulary)).first;
      }
      stated.push_back(&known->second);
    }
    co_return CheckSaidIn(stated, field, said);
  }

 private:
  const Tables& tables_;
  storage::Reader& reader_;
  // By name. Others point to what is in it.
  std::map<std::string, v1::Vocabulary> known_;
};

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_SERVICE_VOCABULARY_READER_H_
