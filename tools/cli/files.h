// import and export of response files.
#ifndef WEFT_TOOLS_CLI_FILES_H_
#define WEFT_TOOLS_CLI_FILES_H_

#include <string>
#include <vector>

#include "CLI/App.hpp"
#include "absl/status/status.h"
#include "tools/cli/session.h"

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
  bool save_mapping = false;
};

// Sends the file and prints what became of it. FAILED_PRECONDITION (IMPORT_FAILED) when the file
// has errors.
absl::Status ImportFile(Session& session, const ImportOptions& options);

void AddFileCommands(CLI::App& app, Session*& session, absl::Status& result);

}  // namespace weft::cli

#endif  // WEFT_TOOLS_CLI_FILES_H_
