// A report with everything in it: what metrics answers about the small wave of the figures' tests.
#ifndef WEFT_TESTS_TOOLS_REPORT_REPORT_EXAMPLE_H_
#define WEFT_TESTS_TOOLS_REPORT_REPORT_EXAMPLE_H_

#include "tools/report/report.h"

namespace weft::report {

// Claims of every verdict, items of every kind, missing answers, names full of markup.
ReportInput ExampleInput();
// Twelve sites with eighteen types, ten of which have answered: what a board would see.
ReportInput LabInput();

}  // namespace weft::report

#endif  // WEFT_TESTS_TOOLS_REPORT_REPORT_EXAMPLE_H_
