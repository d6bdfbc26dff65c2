// How two revisions of a response differ, answer by answer, and who made it so.
#ifndef WEFT_SERVICES_INGESTION_DOMAIN_REVISION_DIFF_H_
#define WEFT_SERVICES_INGESTION_DOMAIN_REVISION_DIFF_H_

#include <map>
#include <string>
#include <vector>

#include "services/ingestion/domain/instrument_index.h"
#include "weft/ingestion/v1/draft.pb.h"
#include "weft/ingestion/v1/response.pb.h"

namespace weft::ingestion {

class RevisionDiff {
 public:
  // From the answers of the older revision; empty ones for what came before the first.
  explicit RevisionDiff(const v1::Answers& from);

  // Goes on to a later revision. The last one is the newer of the two that are compared; those
  // between say who changed what.
  void Add(const v1::ResponseRevision& revision);

  // The answers that differ between both, in the order in which `instrument` asks them, each with
  // the last revision that changed it. What was changed and changed back does not differ.
  std::vector<v1::AnswerChange> Changes(const InstrumentIndex& instrument) const;

 private:
  const std::map<std::string, v1::AnswerValue> from_;
  std::map<std::string, v1::AnswerValue> last_;
  std::map<std::string, v1::AnswerChange> changes_;
};

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_DOMAIN_REVISION_DIFF_H_
