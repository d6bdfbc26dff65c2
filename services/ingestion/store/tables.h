// What the ingestion service keeps, and under which keys. docs/storage-keys.md lists the same table
// ids (30 to 49 are ours); they are on disk: never reuse or renumber one.
#ifndef WEFT_SERVICES_INGESTION_STORE_TABLES_H_
#define WEFT_SERVICES_INGESTION_STORE_TABLES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/storage/feed_table.h"
#include "common/storage/table.h"
#include "weft/ingestion/store/v1/import_rows.pb.h"
#include "weft/ingestion/v1/coding.pb.h"
#include "weft/ingestion/v1/draft.pb.h"
#include "weft/ingestion/v1/erasure.pb.h"
#include "weft/ingestion/v1/import.pb.h"
#include "weft/ingestion/v1/instrument.pb.h"
#include "weft/ingestion/v1/response.pb.h"
#include "weft/ingestion/v1/wave.pb.h"

namespace weft::ingestion {

// Indexes. Keys are made by the functions below, so that no two spellings exist.
inline constexpr char kByRespondent[] = "respondent";   // responses, unique
inline constexpr char kByVersion[] = "family_version";  // instruments, unique

// Key of kByRespondent: `wave` is "waves/{wave}", `respondent` "sites/{site}".
std::string RespondentKey(absl::string_view wave, absl::string_view respondent);
// Key of kByVersion.
std::string FamilyVersionKey(absl::string_view family, int version);

struct Tables {
  Tables();

  const storage::Table<v1::Instrument> instruments;
  const storage::Table<v1::Wave> waves;
  const storage::Table<v1::RosterEntry> roster;
  // In numeric order.
  const storage::Table<v1::ResponseRevision> revisions;
  const storage::Table<v1::Response> responses;
  const storage::Table<v1::Import> imports;

  // Never in the change feed.
  const storage::Table<v1::OpenAnswer> open_answers;
  const storage::Table<v1::ResponseDraft> drafts;
  const storage::Table<v1::Contributor> contributors;
  const storage::Table<store::v1::SpoolChunk> spool;
  const storage::Table<store::v1::ImportProgress> progress;
  const storage::Table<v1::ImportMapping> import_mappings;
  const storage::Table<store::v1::Secret> secrets;
  const storage::Table<v1::Erasure> erasures;
  const storage::Table<v1::CodedExcerpt> coded_excerpts;

  // What the change service serves. Snapshots send it in this order, so that a follower has seen an
  // instrument before its waves, and a revision before the response that points to it. For the same
  // reason a commit writes the revision first.
  std::vector<storage::FeedTable> FeedTables() const;
};

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_STORE_TABLES_H_
