// What the tests of file import share: an instrument, a roster, and a file read in one call.
#ifndef WEFT_TESTS_SERVICES_INGESTION_IMPORT_READING_H_
#define WEFT_TESTS_SERVICES_INGESTION_IMPORT_READING_H_

#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/ingestion/domain/import/file_reader.h"
#include "services/ingestion/domain/import/site_directory.h"
#include "services/ingestion/domain/instrument_index.h"
#include "weft/ingestion/v1/import.pb.h"

namespace weft::ingestion {

// ExampleInstrument() with nothing required, published.
v1::Instrument LenientInstrument();

// site-01 to site-05, called "Community 01" and labelled "Site 01" and so on; "twin-a" and
// "twin-b", both called "Twin"; "gone", taken off the roster.
std::vector<v1::RosterEntry> ExampleRoster();

// What reading a file gives.
struct ReadFile {
  v1::Import import;  // as Summarize() fills it
  std::vector<SiteAnswers> sites;
  bool file_rejected = false;

  // The answers of "sites/{id}"; the test fails when there are none.
  const v1::IngestItem& item(absl::string_view id) const;
  // "reason@row:column" of each problem, in order.
  std::vector<std::string> problems() const;
};

// A file that is wrong in one way.
struct BadFile {
  std::string name;
  std::string file;
  // "REASON@row:column" of every problem, in order, joined by blanks.
  std::string problems;
  // Part of the first problem's message: what would be right.
  std::string hint;
  ReadOptions options = {};
};
inline void PrintTo(const BadFile& bad, std::ostream* os) { *os << bad.name; }

// Reads it, and expects its problems and that nothing of the first one's row goes any further,
// however the bytes are cut. What was read is for more.
ReadFile ExpectItsProblems(const BadFile& bad);

// Everything that a file says about its sites, in the form in which it is stored and compared.
std::string RecordsOf(const InstrumentIndex& instrument, const ReadFile& read);

// Reads files for one instrument and roster, in both passes.
class FileTester {
 public:
  explicit FileTester(v1::Instrument instrument = LenientInstrument());

  // Checks `file`, then reads the accepted sites. The bytes come in pieces of `step`.
  ReadFile Read(absl::string_view file, v1::FileFormat format = v1::FILE_FORMAT_UNSPECIFIED,
                size_t step = 1 << 16) const;
  // The same with other options; `wanted` is filled in.
  ReadFile Read(absl::string_view file, ReadOptions options, size_t step = 1 << 16) const;

  const InstrumentIndex& instrument() const { return instrument_; }
  const SlotTable& slots() const { return slots_; }
  const SiteDirectory& sites() const { return sites_; }

 private:
  InstrumentIndex instrument_;
  SlotTable slots_;
  SiteDirectory sites_;
};

// The pseudonym of "sites/{site}" of ExampleRoster().
std::string ExamplePseudonym(absl::string_view site);

// Whether an error is one of survey products' files, or of several rows for a site.
bool IsOfProducts(Reason reason);
// Whether it is one of files of coded excerpts.
bool IsOfCoding(Reason reason);

// The bytes of a file under tests/.
std::string ReadTestFile(absl::string_view path);

}  // namespace weft::ingestion

#endif  // WEFT_TESTS_SERVICES_INGESTION_IMPORT_READING_H_
