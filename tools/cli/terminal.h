// Text for terminals: tables, bars, numbers with what they rest on. Nothing depends on colour.
#ifndef WEFT_TOOLS_CLI_TERMINAL_H_
#define WEFT_TOOLS_CLI_TERMINAL_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "weft/type/v1/estimate.pb.h"

namespace weft::cli {

// Whether standard error is a terminal, so that progress may be drawn on it.
bool StderrIsTerminal();

// Columns on a terminal that `text` (UTF-8) takes; every character counts as one.
size_t DisplayWidth(absl::string_view text);
// `text` filled up with spaces, or cut with "…", to exactly `width` columns.
std::string Fit(absl::string_view text, size_t width);

// Rows under a header, columns aligned and separated by two spaces.
class Table {
 public:
  explicit Table(std::vector<std::string> header) { rows_.push_back(std::move(header)); }
  void Add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  std::string ToString() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

// For the cells of tables, rounded as everywhere (common/words/number_text.h), with the interval
// that missing answers leave when there is one: "83 % (10/12)", "– (no data)".
std::string ShareCell(const type::v1::Estimate& estimate);
// "15.0", with `decimals`.
std::string NumberCell(const type::v1::Estimate& estimate, int decimals = 1);

// A bar of `width` columns of which `share` is filled.
std::string Bar(double share, size_t width);
// A bar of up to `width` columns, one stretch for each share, each in its own character.
std::string StackedBar(const std::vector<double>& shares, const std::vector<std::string>& fills,
                       size_t width);

}  // namespace weft::cli

#endif  // WEFT_TOOLS_CLI_TERMINAL_H_
