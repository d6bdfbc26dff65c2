// get, list, create, update, delete and the state changes, for every resource of the API. The
// commands read the API's descriptors, so that a new resource needs one row in a table here.
#ifndef WEFT_TOOLS_CLI_RESOURCES_H_
#define WEFT_TOOLS_CLI_RESOURCES_H_

#include <string>
#include <vector>

#include "CLI/App.hpp"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tools/cli/session.h"

namespace weft::cli {

// Creates the resource that `json` describes; its `name` says what it is. True when it was created,
// false when one of that name was there already.
absl::StatusOr<bool> CreateFromJson(Session& session, const std::string& json);
// Calls the verb ("Publish", "Open") of the resource `name`.
absl::Status CallVerb(Session& session, const std::string& verb, const std::string& name,
                      const std::string& comment);
// The resource documents of a file: one resource, or {"sites": [...]}.
absl::StatusOr<std::vector<std::string>> SplitDocuments(const std::string& text,
                                                        const std::string& path);

// Adds the commands; each sets `result` when it runs.
void AddResourceCommands(CLI::App& app, Session*& session, absl::Status& result);

}  // namespace weft::cli

#endif  // WEFT_TOOLS_CLI_RESOURCES_H_
