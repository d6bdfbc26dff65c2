// The records that every measurement works on: sites, an instrument of 60 columns, and answers to
// it, each a function of a number, so that all programs and rounds agree on them.
#ifndef WEFT_TOOLS_BENCHMARKS_WORLD_H_
#define WEFT_TOOLS_BENCHMARKS_WORLD_H_

#include <cstdint>
#include <string>

#include "weft/ingestion/v1/instrument.pb.h"
#include "weft/ingestion/v1/response.pb.h"
#include "weft/ingestion/v1/wave.pb.h"
#include "weft/registry/v1/site.pb.h"
#include "weft/registry/v1/taxonomy.pb.h"

namespace weft::bench {

inline constexpr char kInstrument[] = "instruments/bench";
inline constexpr char kTaxonomy[] = "taxonomies/bench";
// Every site is in the first, the first hundred are in the second.
inline constexpr char kCohortOfAll[] = "cohorts/all";
inline constexpr char kCohortOfHundred[] = "cohorts/hundred";
inline constexpr uint64_t kHundred = 100;

// "site-0000042".
std::string SiteId(uint64_t site);
std::string SiteName(uint64_t site);

// Sites are of so many settings in turn, and nearly as many are of each.
inline constexpr uint64_t kSettings = 7;
registry::v1::SiteAttributes::Setting SettingOf(uint64_t site);

// As a client would create it; about 300 bytes.
registry::v1::Site NewSite(uint64_t site);
// As it is stored and answered, with all that the server stamps.
registry::v1::Site StoredSite(uint64_t site);
// What UpdateSite writes: another text for each `change`.
std::string HostOf(uint64_t change);

registry::v1::Taxonomy MakeTaxonomy();
// Eighteen types with count, level and flag, shared responsibility, and four more questions: with
// the site, 60 columns in a file. As it is once published.
ingestion::v1::Instrument MakeInstrument();

// What `site` answers; each `variant` differs from the others in something.
ingestion::v1::Answers MakeAnswers(uint64_t site, uint32_t variant);

// The response as it is stored when it is handed in for the `variant`th time.
ingestion::v1::Response StoredResponse(const std::string& wave, uint64_t site, uint32_t variant);
ingestion::v1::ResponseRevision StoredRevision(const ingestion::v1::Response& response);
ingestion::v1::RosterEntry StoredRosterEntry(const std::string& wave, uint64_t site);

// A row of a wide file with these answers, and the header above such rows.
std::string WideHeader(const ingestion::v1::Instrument& instrument);
void AppendWideRow(uint64_t site, const ingestion::v1::Answers& answers, std::string& out);
// The partner cells as rows "site,type,level,count,shared" of numbers, for engines that scan them.
void AppendLongRows(uint64_t site, const ingestion::v1::Answers& answers, std::string& out);

}  // namespace weft::bench

#endif  // WEFT_TOOLS_BENCHMARKS_WORLD_H_
