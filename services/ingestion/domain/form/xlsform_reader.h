// The instrument that an XLSForm asks for. Groups become sections, questions what they are;
// questions
// `{type}_count` and `{type}_level` of the taxonomy's types become the partner matrix, whatever
// groups they stand in; a question `site` says whose answers they are and is part of every
// instrument.
#ifndef WEFT_SERVICES_INGESTION_DOMAIN_FORM_XLSFORM_READER_H_
#define WEFT_SERVICES_INGESTION_DOMAIN_FORM_XLSFORM_READER_H_

#include "services/ingestion/domain/form/form_problems.h"
#include "services/ingestion/domain/form/form_sheets.h"
#include "weft/ingestion/v1/instrument.pb.h"
#include "weft/registry/v1/taxonomy.pb.h"

namespace weft::ingestion {

// Adds to `base` what the form says; `base` says what the form does not, and stands before it. What
// the form asks that no instrument can goes to the problems; what an instrument does not keep is
// noted. The result still has to pass ValidateInstrument().
v1::Instrument FromXlsForm(const FormSheets& sheets, const registry::v1::Taxonomy& taxonomy,
                           v1::Instrument base, FormProblems& problems);

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_DOMAIN_FORM_XLSFORM_READER_H_
