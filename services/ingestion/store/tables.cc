#include "services/ingestion/store/tables.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "services/ingestion/domain/names.h"

namespace weft::ingestion {
std::string RespondentKey(absl::string_view wave, absl::string_view respondent) {
  // No resource name holds a blank.
  return absl::StrCat(wave, " ", respondent);
}

std::string FamilyVersionKey(absl::string_view family, int version) {
  return absl::StrCat(family, " ", version);
}

Tables::Tables()
    : instruments(30, "instruments/{instrument}",
                  {.feed = true,
                   .unique = {{kByVersion,
                               [](const v1::Instrument& row) -> std::vector<std::string> {
                                 return {FamilyVersionKey(row.family(), row.version())};
                               }}}}),
      waves(31, "waves/{wave}", {.feed = true}),
      roster(32, "waves/{wave}/roster/{site}", {.feed = true}),
      revisions(33, "waves/{wave}/responses/{response}/revisions/{revision:number}",
                {.feed = true}),
      responses(34, "waves/{wave}/responses/{response}",
                {.feed = true,
                 .unique = {{kByRespondent,
                             [](const v1::Response& row) -> std::vector<std::string> {
                               return {RespondentKey(WaveOf(row.name()), row.respondent())};
                             }}}}),
      imports(35, "waves/{wave}/imports/{import}", {.feed = true}),
      open_answers(36, "waves/{wave}/responses/{response}/openAnswers/{question}"),
      drafts(40, "waves/{wave}/responses/{response}/draft"),
      contributors(41, "waves/{wave}/responses/{response}/contributors/{contributor}"),
      spool(37, "waves/{wave}/imports/{import}/chunks/{chunk:number}"),
      progress(38, "waves/{wave}/imports/{import}/progress/{part:number}"),
      import_mappings(46, "instruments/{instrument}/importMappings/{format}"),
      secrets(47, "secrets/{secret}"),
      erasures(48, "waves/{wave}/erasures/{erasure}"),
      coded_excerpts(49, "waves/{wave}/codedExcerpts/{excerpt}") {}

std::vector<storage::FeedTable> Tables::FeedTables() const {
  return {instruments.feed_table(), waves.feed_table(),     roster.feed_table(),
          revisions.feed_table(),   responses.feed_table(), imports.feed_table()};
}

}  // namespace weft::ingestion
