#include "tests/fuzz/forms_target.h"

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>

#include "common/base/error.h"
#include "common/csv/utf8.h"
#include "common/filter/filter.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "google/protobuf/util/message_differencer.h"
#include "services/ingestion/domain/conditions.h"
#include "services/ingestion/domain/form/form_logic.h"
#include "services/ingestion/domain/form/form_sheets.h"
#include "services/ingestion/domain/form/xlsform_reader.h"
#include "services/ingestion/domain/form/xlsform_writer.h"
#include "services/ingestion/domain/instrument_rules.h"
#include "tests/services/ingestion/example.h"

namespace weft::ingestion {
namespace {

void Require(bool condition, const char* what, const std::string& shown = "") {
  if (condition) return;
  std::fprintf(stderr, "forms: %s\n%s\n", what, shown.c_str());
  std::abort();
}

const registry::v1::Taxonomy& TheTaxonomy() {
  static const auto& taxonomy = *new registry::v1::Taxonomy(ExampleTaxonomy());
  return taxonomy;
}

// The instrument that a form makes, when nothing is wrong with it.
std::optional<v1::Instrument> Read(absl::string_view csv) {
  google::protobuf::RepeatedPtrField<v1::FormSheet> sheets;
  sheets.Add()->set_csv(std::string(csv));
  FormProblems problems;
  const FormSheets read = ReadSheets(sheets, problems);
  v1::Instrument base;
  base.set_name("instruments/i");
  base.set_family("f");
  base.set_version(1);
  base.set_taxonomy(TheTaxonomy().name());
  base.set_state(v1::Instrument::STATE_DRAFT);
  v1::Instrument instrument = FromXlsForm(read, TheTaxonomy(), std::move(base), problems);
  for (const v1::FormNote& note : problems.notes()) {
    Require(!note.description().empty(), "a note says nothing");
  }
  if (!problems.ToStatus().ok()) return std::nullopt;
  FieldViolations violations;
  ValidateInstrument(instrument, "instrument", violations);
  if (!violations.empty()) return std::nullopt;
  return instrument;
}

std::string Write(const v1::Instrument& instrument) {
  const absl::StatusOr<XlsForm> form = ToXlsForm(instrument, TheTaxonomy(), {});
  Require(form.ok(), "a form cannot be written");
  return WriteSheets(form->sheets);
}

}  // namespace

void CheckForm(absl::string_view input) {
  const std::optional<v1::Instrument> instrument = Read(input);
  if (!instrument.has_value()) return;
  v1::Instrument published = *instrument;
  if (!Publish(TheTaxonomy(), published).ok()) return;
  const std::string form = Write(*instrument);
  const std::optional<v1::Instrument> second = Read(form);
  Require(second.has_value(), "the form of an instrument is refused", form);
  // What the first reading left open is settled by then: nothing piles up.
  const std::string second_form = Write(*second);
  const std::optional<v1::Instrument> third = Read(second_form);
  Require(third.has_value(), "a form that came back is refused", second_form);
  const std::string third_form = Write(*third);
  Require(third_form == second_form, "a form that comes back is another form",
          second_form + "\n---\n" + third_form);
}

void CheckRelevant(absl::string_view input) {
  Utf8Checker text;
  if (text.Check(input) != input.size() || text.incomplete()) return;
  static const InstrumentIndex& index = *new InstrumentIndex(ExampleInstrument());
  const absl::StatusOr<filter::Expression> condition = FromRelevant(index, input);
  if (!condition.ok()) {
    Require(!condition.status().message().empty(), "a condition is refused without a word");
    return;
  }
  FieldViolations violations;
  CheckCondition(index, *condition, 6, "relevant", violations);
  if (!violations.empty()) return;
  const std::string shown_if = filter::ToText(*condition);
  const absl::StatusOr<filter::Expression> parsed = filter::Parse(shown_if);
  // A filter has limits of its own.
  if (!parsed.ok()) return;
  Require(*parsed == *condition, "a condition reads its own text as another", shown_if);
  const std::optional<std::string> relevant = ToRelevant(index, *condition, {"DONT_KNOW"});
  if (!relevant.has_value()) return;
  const absl::StatusOr<filter::Expression> again = FromRelevant(index, *relevant);
  Require(again.ok(), "a condition cannot read its own form", shown_if + "\n" + *relevant);
  const std::optional<std::string> second = ToRelevant(index, *again, {"DONT_KNOW"});
  Require(second == relevant, "a condition that comes back is another",
          *relevant + "\n" + second.value_or("none"));
}

}  // namespace weft::ingestion
