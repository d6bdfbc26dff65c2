// Rules of free text. No function here puts a word of it into an error message.
#ifndef WEFT_SERVICES_INGESTION_DOMAIN_OPEN_ANSWERS_H_
#define WEFT_SERVICES_INGESTION_DOMAIN_OPEN_ANSWERS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "common/base/error.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "services/ingestion/domain/instrument_index.h"
#include "weft/ingestion/v1/response.pb.h"

namespace weft::ingestion {

// What TextQuestion.max_length is when it is 0.
inline constexpr int kDefaultMaxTextLength = 10000;
// At most this many characters.
int MaxTextLength(const v1::TextQuestion& question);

// The last segment of an open answer's name: the question's id with "_" written as "-", and back.
std::string OpenAnswerId(absl::string_view question);
std::string QuestionOfOpenAnswerId(absl::string_view id);
// The name of the open answer to `question` in `response`.
std::string OpenAnswerName(absl::string_view response, absl::string_view question);

// Adds a violation when `question` is no text question of the instrument, the text is empty or too
// long, an enum is unknown, or the contributor is no id. `path` is where the open answer stands in
// the request.
void ValidateOpenAnswer(const InstrumentIndex& instrument, const v1::OpenAnswer& answer,
                        absl::string_view path, FieldViolations& violations);
// The same for each; a question may stand once.
void ValidateOpenAnswers(const InstrumentIndex& instrument,
                         const google::protobuf::RepeatedPtrField<v1::OpenAnswer>& answers,
                         absl::string_view path, FieldViolations& violations);

// Brings `given` (from a stream or a file) into `stored`, and says whether anything changed.
// Another text takes consent, attribution, speaker and contributor from `given`, because what was
// stated was stated of the old text. With the same text, only what `given` states is taken. What a
// review rested on and is no more undoes it (KeepReviewHonest).
bool MergeOpenAnswer(const v1::OpenAnswer& given, v1::OpenAnswer& stored);

// Everything in an open answer that somebody wrote in words of their own: taken out of `answer`,
// and put back.
v1::OpenAnswer TakeWords(v1::OpenAnswer& answer);
void PutWords(v1::OpenAnswer words, v1::OpenAnswer& answer);

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_DOMAIN_OPEN_ANSWERS_H_
