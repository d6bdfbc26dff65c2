// Work that needs no server: parts of ours alone, and the limits that they are held against. Each
// tells its result with Tell().
#ifndef WEFT_TOOLS_BENCHMARKS_DIRECT_H_
#define WEFT_TOOLS_BENCHMARKS_DIRECT_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"

namespace weft::bench {

// Puts sites, the two cohorts and memberships of the first `members` sites into the registry's
// data directory, as the registry itself would.
absl::Status FillRegistry(const std::string& directory, uint64_t sites, uint64_t members);

// Writes taxonomy.json and instrument.json for `weft load` into a directory.
absl::Status WriteDefinitions(const std::string& directory);
// Writes the answers of so many sites as a wide file, and their partner cells as a long one.
absl::Status WriteAnswers(uint64_t sites, uint32_t variant, const std::string& wide,
                          const std::string& long_file);

// What IngestResponses writes for each of `count` responses, put into RocksDB in synced batches.
absl::Status PutResponses(const std::string& directory, uint64_t count, uint32_t variant);

// Reads a wide file of `sites` sites with the import's reader, and nothing else.
absl::Status ValidateFile(const std::string& file, uint64_t sites);
// Splits the same file, turns its cells into numbers, builds a response of each row and serializes
// it: nothing is checked beyond what conversion needs.
absl::Status ParseFile(const std::string& file);

// Applies a changed response of each of `sites` sites to a read model, 100 in a commit, `rounds`
// times.
absl::Status ApplyChanges(const std::string& directory, uint64_t sites, uint32_t rounds);
// Moves the same answers between bare counters.
absl::Status CountChanges(uint64_t sites);
// Counts levels by type, ratings, breadth and depth of all sites but those of one setting, in one
// pass over columns of bytes.
absl::Status ScanColumns(uint64_t sites);

// Writes a network of so many ties as a file with a line for each, "s1,o2".
absl::Status WriteTies(uint64_t ties, const std::string& file);
// Computes the same network's betweenness and closeness, sampled when it is large, by the metrics
// domain or by `igraph` alone, and tells from how many nodes a second paths were followed. With
// `whole` also what rests on its projections, and its communities, and how many such networks a
// second.
absl::Status MeasureNetwork(uint64_t ties, bool whole, bool igraph);

}  // namespace weft::bench

#endif  // WEFT_TOOLS_BENCHMARKS_DIRECT_H_
