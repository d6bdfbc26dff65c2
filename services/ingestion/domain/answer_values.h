// A response's single values, each under a name of its own: the canonical columns of a wide file.
// "cbo.count", "cbo.level", "cbo.includes_self", "shared_responsibility", the id of a question.
// What is merged, attributed and compared one by one goes through here.
#ifndef WEFT_SERVICES_INGESTION_DOMAIN_ANSWER_VALUES_H_
#define WEFT_SERVICES_INGESTION_DOMAIN_ANSWER_VALUES_H_

#include <map>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "services/ingestion/domain/instrument_index.h"
#include "weft/ingestion/v1/draft.pb.h"
#include "weft/ingestion/v1/response.pb.h"

namespace weft::ingestion {

// What an instrument says about one of its single values.
struct AnswerSlot {
  // The question that it answers, or is part of. Never null.
  const v1::Question* question = nullptr;
  // Whether each contributor gives their own.
  bool rated = false;
  // Answers in this order are in the order in which they are asked.
  int order = 0;
};

// nullopt when the instrument asks for nothing of that name. Free text is no single value.
std::optional<AnswerSlot> FindSlot(const InstrumentIndex& instrument, absl::string_view name);

// What `answers` say; unset when they say nothing.
v1::AnswerValue ValueOf(const v1::Answers& answers, absl::string_view name);
// Every value that is set in canonical `answers`.
std::map<std::string, v1::AnswerValue> ValuesOf(const v1::Answers& answers);
// Makes `answers` say it; an unset value takes the answer away. False, and nothing done, when an
// answer of that name takes another kind of value. The result may need Canonicalize().
bool PutValue(absl::string_view name, const v1::AnswerValue& value, v1::Answers& answers);

// Whether two values of canonical answers say the same.
bool SameValue(const v1::AnswerValue& a, const v1::AnswerValue& b);
// Whether a value of canonical answers is set.
bool IsSet(const v1::AnswerValue& value);

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_DOMAIN_ANSWER_VALUES_H_
