// An instrument as an XLSForm (https://xlsform.org/en/): sections become groups, the partner matrix
// a group for each type with its count and its level, every other question one row. Names are
// chosen so that what KoboToolbox and ODK Central export is read by ImportResponses without any
// mapping.
#ifndef WEFT_SERVICES_INGESTION_DOMAIN_FORM_XLSFORM_WRITER_H_
#define WEFT_SERVICES_INGESTION_DOMAIN_FORM_XLSFORM_WRITER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/ingestion/domain/form/form_sheets.h"
#include "weft/ingestion/v1/instrument.pb.h"
#include "weft/ingestion/v1/instrument_form.pb.h"
#include "weft/registry/v1/taxonomy.pb.h"

namespace weft::ingestion {

struct XlsForm {
  FormSheets sheets;
  // What the form does not keep, for people.
  std::vector<std::string> notes;
};

// Errors: INVALID_ARGUMENT for a kind of missing that cannot be offered.
absl::StatusOr<XlsForm> ToXlsForm(const v1::Instrument& instrument,
                                  const registry::v1::Taxonomy& taxonomy,
                                  const v1::ExportInstrumentFormRequest& request);

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_DOMAIN_FORM_XLSFORM_WRITER_H_
