// The tables of the ingestion service. Their numbers are on disk (docs/storage-keys.md): 30 to 49 are
// ours; never reuse or renumber one.
#ifndef WEFT_SERVICES_INGESTION_STORE_TABLES_H_
#define WEFT_SERVICES_INGESTION_STORE_TABLES_H_

#include <string>

#include "absl/strings/string_view.h"
#include "common/storage/table.h"
#include "weft/ingestion/store/v1/import_rows.pb.h"
#include "weft/ingestion/v1/import.pb.h"
#include "weft/ingestion/v1/instrument.pb.h"
#include "weft/ingestion/v1/response.pb.h"
#include "weft/ingestion/v1/wave.pb.h"

namespace weft::ingestion {

// Indexes. Keys are made by the functions below, so that no two spellings exist.
inline constexpr absl::string_view kByRespondent = "respondent";     // responses, unique
inline constexpr absl::string_view kByFamilyVersion = "family_version";  // instruments, unique

// Key of kByRespondent: `wave` is "waves/{wave}", `respondent` "sites/{site}".
std::string RespondentKey(absl::string_view wave, absl::string_view respondent);
// Key of kByFamilyVersion.
std::string FamilyVersionKey(absl::string_view family, int version);

struct Tables {
  Tables();

  // In the change feed. Snapshots send them in this order, so that a follower has seen an instrument
  // before its waves, and a revision before the response that points to it. For the same reason a
  // revision is written before its response.
  storage::Table<v1::Instrument> instruments;         // 30
  storage::Table<v1::Wave> waves;                     // 31
  storage::Table<v1::RosterEntry> roster;             // 32
  storage::Table<v1::ResponseRevision> revisions;     // 33, in numeric order
  storage::Table<v1::Response> responses;             // 34
  storage::Table<v1::Import> imports;                 // 35

  // Never in the change feed.
  storage::Table<v1::OpenAnswer> open_answers;        // 36
  storage::Table<store::v1::SpoolChunk> spool;            // 37, in numeric order
  storage::Table<store::v1::ImportProgress> progress;     // 38
};

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_STORE_TABLES_H_
