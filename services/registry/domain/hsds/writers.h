// The files of a directory: JSON, the tables of a tabular data package, and one for spreadsheets.
#ifndef WEFT_SERVICES_REGISTRY_DOMAIN_HSDS_WRITERS_H_
#define WEFT_SERVICES_REGISTRY_DOMAIN_HSDS_WRITERS_H_

#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "services/registry/domain/hsds/record.h"
#include "weft/registry/v1/organization.pb.h"

namespace weft::registry::hsds {

// A page of HSDS with `count` organizations: what stands before them, each of them on a line of its
// own, and what stands behind them.
std::string JsonPageHead(int count);
// `first`: no comma stands before it.
void AppendJson(const Record& organization, bool first, std::string& file);
std::string JsonPageTail();

// datapackage.json: which tables there are, and what their columns hold.
std::string PackageDescriptor();
void AppendTableHeader(const TableSpec& table, std::string& file);
// The rows of `table` that an organization has. `written`: ids of terms and taxonomies, which
// belong to many and are written once.
void AppendTableRows(const TableSpec& table, const Record& organization,
                     absl::flat_hash_set<std::string>& written, std::string& file);

// A row for each organization, guarded against formulas.
void AppendSheetHeader(std::string& file);
void AppendSheetRow(const v1::Organization& organization, absl::string_view id,
                    absl::string_view parent_id, std::string& file);

}  // namespace weft::registry::hsds

#endif  // WEFT_SERVICES_REGISTRY_DOMAIN_HSDS_WRITERS_H_
