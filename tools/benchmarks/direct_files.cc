#include <array>
#include <fstream>
#include <sstream>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/status_macros.h"
#include "google/protobuf/arena.h"
#include "services/ingestion/domain/import/file_reader.h"
#include "services/ingestion/domain/import/site_directory.h"
#include "services/ingestion/domain/instrument_index.h"
#include "tools/benchmarks/direct.h"
#include "tools/benchmarks/measure.h"
#include "tools/benchmarks/world.h"

namespace weft::bench {
namespace {

// As the import takes it from its stream.
constexpr size_t kChunkBytes = 256 * 1024;
constexpr size_t kColumns = 60;
constexpr size_t kTypes = 18;

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  if (!file.good()) return absl::NotFoundError(absl::StrCat("cannot read ", path));
  return std::move(content).str();
}

using Row = std::array<absl::string_view, kColumns>;

// The next row of `text`, without quotes, which the file has none of; false at the end.
bool NextRow(absl::string_view& text, Row& row) {
  if (text.empty()) return false;
  size_t column = 0;
  size_t begin = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    const char letter = text[at];
    if (letter != ',' && letter != '\n') continue;
    if (column < kColumns) row[column] = text.substr(begin, at - begin);
    ++column;
    begin = at + 1;
    if (letter == '\n') break;
  }
  text.remove_prefix(begin);
  return column == kColumns;
}

type::v1::InteractionLevel LevelOf(absl::string_view label) {
  // The first two letters tell the labels apart, but for the last two, which the fourth does.
  if (label.size() < 5) return type::v1::INTERACTION_LEVEL_UNSPECIFIED;
  if (label[0] == 'N') {
    return label[1] == 'o' ? type::v1::INTERACTION_LEVEL_NO_INTERACTION
                           : type::v1::INTERACTION_LEVEL_NETWORKING;
  }
  if (label[2] == 'l') return type::v1::INTERACTION_LEVEL_COLLABORATION;
  return label[3] == 'p' ? type::v1::INTERACTION_LEVEL_COOPERATION
                         : type::v1::INTERACTION_LEVEL_COORDINATION;
}

type::v1::SharedResponsibility RatingOf(absl::string_view label) {
  switch (label.empty() ? ' ' : label[0]) {
    case 'N':
      return type::v1::SHARED_RESPONSIBILITY_NOT_EVIDENT;
    case 'M':
      return type::v1::SHARED_RESPONSIBILITY_MODERATELY_EVIDENT;
    default:
      return type::v1::SHARED_RESPONSIBILITY_SIGNIFICANTLY_EVIDENT;
  }
}

bool Convert(const Row& header, const Row& row, const std::vector<std::string>& types,
             ingestion::v1::Response& response) {
  response.set_respondent(absl::StrCat("sites/", row[0]));
  auto& answers = *response.mutable_answers();
  answers.mutable_shared_responsibility()->set_rating(RatingOf(row[1]));
  for (size_t type = 0; type < kTypes; ++type) {
    const absl::string_view* cells = &row[2 + 3 * type];
    int count = 0;
    if (!absl::SimpleAtoi(cells[0], &count)) return false;
    auto& cell = *answers.add_partner_cells();
    cell.set_partner_type(types[type]);
    cell.mutable_partners()->set_min(count);
    cell.mutable_partners()->set_max(count);
    cell.set_level(LevelOf(cells[1]));
    cell.set_includes_self(cells[2] == "yes");
  }
  for (size_t column = 2 + 3 * kTypes; column < kColumns; ++column) {
    auto& answer = *answers.add_items();
    answer.set_question(header[column].data(), header[column].size());
    double number = 0;
    if (column + 1 < kColumns) {
      answer.mutable_choices()->add_options(row[column].data(), row[column].size());
    } else if (absl::SimpleAtod(row[column], &number)) {
      answer.set_number(number);
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace

absl::Status ValidateFile(const std::string& file, uint64_t sites) {
  WEFT_ASSIGN_OR_RETURN(const std::string text, ReadFile(file));
  const ingestion::InstrumentIndex instrument(MakeInstrument());
  const ingestion::SlotTable slots(instrument);
  ingestion::SiteDirectory directory;
  for (uint64_t site = 0; site < sites; ++site) {
    directory.Add(StoredRosterEntry("waves/direct", site));
  }
  const Clock::time_point begun = Clock::now();
  ingestion::FileReader reader(instrument, slots, directory, {});
  for (size_t at = 0; at < text.size(); at += kChunkBytes) {
    reader.Feed(absl::string_view(text).substr(at, kChunkBytes));
  }
  reader.Finish();
  while (reader.Work(200)) {
  }
  ingestion::v1::Import import;
  reader.Summarize(import);
  const double seconds = SecondsSince(begun);
  if (import.sites_accepted() != static_cast<int32_t>(sites)) {
    const std::string why = import.problems().empty() ? "" : import.problems(0).ShortDebugString();
    return absl::InternalError(
        absl::StrCat("accepted ", import.sites_accepted(), " of ", sites, " sites: ", why));
  }
  Tell({{"rate", static_cast<double>(sites) / seconds}});
  return absl::OkStatus();
}

absl::Status ParseFile(const std::string& file) {
  WEFT_ASSIGN_OR_RETURN(const std::string text, ReadFile(file));
  const ingestion::v1::Instrument instrument = MakeInstrument();
  const std::vector<std::string> types(instrument.partner_types().begin(),
                                       instrument.partner_types().end());
  const Clock::time_point begun = Clock::now();
  absl::string_view rest(text);
  Row header;
  Row row;
  if (!NextRow(rest, header)) return absl::InternalError("the header has another shape");
  uint64_t rows = 0;
  std::string bytes;
  google::protobuf::Arena arena;
  for (; NextRow(rest, row); ++rows) {
    arena.Reset();
    auto& response = *google::protobuf::Arena::CreateMessage<ingestion::v1::Response>(&arena);
    if (!Convert(header, row, types, response)) return absl::InternalError("a cell does not parse");
    response.SerializeToString(&bytes);
  }
  Tell({{"rate", static_cast<double>(rows) / SecondsSince(begun)}, {"rows", rows}});
  return absl::OkStatus();
}

}  // namespace weft::bench
