// import and export of response files.
#ifndef WEFT_TOOLS_CLI_FILES_H_
#define WEFT_TOOLS_CLI_FILES_H_

#include <string>
#include <vector>

#include "CLI/App.hpp"
#include "absl/status/status.h"
#include "tools/cli/session.h"
#include "weft/ingestion/v1/import.pb.h"

namespace weft::cli {

struct ImportOptions {
  std::string wave;
  std::string file;
  std::string id;
  std::string format;
  bool dry_run = false;
  bool partial = false;
  // A dry run that says what each column is taken for.
  bool explain = false;
  std::string on_duplicate;
  // "Header=item" each.
  std::vector<std::string> maps;
  std::string crosswalk;
  bool save_mapping = false;
};

// What is told of a problem of a file: `error: row 2, column 4 (site): "site-99": is not …
// [REASON]`.
std::string ProblemLine(const ingestion::v1::ImportProblem& problem);

// Sends the file and prints what became of it. FAILED_PRECONDITION (IMPORT_FAILED) when the file
// has errors.
absl::Status ImportFile(Session& session, const ImportOptions& options);

void AddFileCommands(CLI::App& app, Session*& session, absl::Status& result);

}  // namespace weft::cli

#endif  // WEFT_TOOLS_CLI_FILES_H_
