// Writes an example report for tests/system/report_screens.mjs: write_report {example|lab} FILE.
#include <fstream>
#include <iostream>
#include <string>

#include "tests/tools/report/report_example.h"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: write_report {example|lab} FILE\n";
    return 2;
  }
  const weft::report::ReportInput input =
      std::string(argv[1]) == "lab" ? weft::report::LabInput() : weft::report::ExampleInput();
  std::ofstream(argv[2]) << weft::report::BuildReport(input);
  return 0;
}
