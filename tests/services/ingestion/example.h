// A small taxonomy and instrument that the tests of the ingestion service share.
#ifndef WEFT_TESTS_SERVICES_INGESTION_EXAMPLE_H_
#define WEFT_TESTS_SERVICES_INGESTION_EXAMPLE_H_

#include <string>

#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "weft/ingestion/v1/instrument.pb.h"
#include "weft/registry/v1/taxonomy.pb.h"

namespace weft::ingestion {

// A message from its text form; a mistake in the text fails the test.
template <class T>
T FromText(const std::string& text) {
  T message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

// taxonomies/lab-2025, published, with the types cbo, school_district and k12_school.
registry::v1::Taxonomy ExampleTaxonomy();

// A complete draft instruments/lab-survey-2024. Its questions, in order: partners (matrix,
// required), shared_responsibility, functions (multi-choice), setting (choice, required), students
// (whole number, 0 to 100000), barriers (text, at most 50 characters), hopes (text).
v1::Instrument ExampleDraft();

// The same, published.
v1::Instrument ExampleInstrument();

}  // namespace weft::ingestion

#endif  // WEFT_TESTS_SERVICES_INGESTION_EXAMPLE_H_
