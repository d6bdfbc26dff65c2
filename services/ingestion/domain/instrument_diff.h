// How two instruments differ, entry by entry: for whoever must decide whether answers to one may be
// compared with answers to the other.
#ifndef WEFT_SERVICES_INGESTION_DOMAIN_INSTRUMENT_DIFF_H_
#define WEFT_SERVICES_INGESTION_DOMAIN_INSTRUMENT_DIFF_H_

#include <vector>

#include "weft/ingestion/v1/instrument.pb.h"
#include "weft/ingestion/v1/instrument_form.pb.h"

namespace weft::ingestion {

// From `from` to `to`: what was added, changed or moved in the order of `to`, what was removed
// after that. Questions are compared whatever section they stand in. What the server gives every
// instrument (name, version, times, state) is not compared.
std::vector<v1::InstrumentChange> DiffInstruments(const v1::Instrument& from,
                                                  const v1::Instrument& to);

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_DOMAIN_INSTRUMENT_DIFF_H_
