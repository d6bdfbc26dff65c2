// A self-contained HTML page of sections and pictures: works offline, without JavaScript (then with
// tables instead of pictures), on phones, on paper and with a screen reader.
#ifndef WEFT_TOOLS_REPORT_PAGE_H_
#define WEFT_TOOLS_REPORT_PAGE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tools/report/html.h"
#include "weft/metrics/v1/figure_service.pb.h"

namespace weft::report {

// A part of the page with its entry in the contents. One without html is left out.
struct Section {
  std::string id;
  std::string title;
  std::string html;
};

// A Vega-Lite specification of one width; the page shows the widest that fits.
struct Specification {
  // Which picture: as in PictureHtml().
  std::string id;
  std::string vega_lite;
};

struct Page {
  std::string title;
  // HTML.
  std::string header;
  std::vector<Section> sections;
  std::string footer;
  std::vector<Specification> specifications;
};
std::string BuildPage(const Page& page);

// The top of a page: its title, `notice` and `lead` (HTML) below it, and behind `facts_title` how
// it came to be (Facts).
std::string HeaderHtml(absl::string_view title, absl::string_view notice, absl::string_view lead,
                       absl::string_view facts_title, absl::string_view facts);
// Who made the page, when, from which resource.
std::string MadeFrom(absl::string_view resource, absl::Time generated_at);
// A notice where nobody can miss it; "" for none.
std::string NoticeHtml(absl::string_view notice);

// The place of a picture, what it shows in words, and its numbers as a table.
struct PictureParts {
  std::string id;
  // Above the table of its numbers.
  std::string title;
  std::string note;
  std::string alt_text;
  // What the table's box is called.
  std::string table_label;
  metrics::v1::DataTable table;
};
std::string PictureHtml(const PictureParts& picture);

// Something more for those who want it.
std::string Disclosure(absl::string_view summary, absl::string_view html);

// A term and what stands behind it, for <dl class="facts">.
std::string Fact(absl::string_view term, absl::string_view text);
// A number in large type, and the sentence that it belongs to, for <ul class="keys">.
std::string Key(absl::string_view number, absl::string_view sentence);
std::string Bullets(const std::vector<std::string>& texts);

}  // namespace weft::report

#endif  // WEFT_TOOLS_REPORT_PAGE_H_
