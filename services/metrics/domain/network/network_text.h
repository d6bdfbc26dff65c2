// Texts of people in files for machines. Records hold valid UTF-8 without most control characters,
// but a file that a parser rejects is worse than one with a replaced character, so nothing is taken
// for granted.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_NETWORK_NETWORK_TEXT_H_
#define WEFT_SERVICES_METRICS_DOMAIN_NETWORK_NETWORK_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"

namespace weft::metrics {

// On one line, of characters that XML 1.0 allows: line breaks, tabs and other controls become
// spaces, and each byte that is no UTF-8, and each character that XML forbids, U+FFFD.
std::string CleanText(absl::string_view text);

// Cleaned, for XML: in an element or in an attribute.
std::string XmlText(absl::string_view text);
// Cleaned, as a JSON string with its quotes.
std::string JsonText(absl::string_view text);
// Cleaned, as a cell of a CSV file, guarded against formulas.
std::string CsvText(absl::string_view text);

// The shortest decimal number that reads back as this one.
std::string NumberInFile(double value);

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_NETWORK_NETWORK_TEXT_H_
