// What many sources of this service and of its tests include, after cmake/pch.h.
#include <nlohmann/json.hpp>

#include "weft/ingestion/v1/instrument.pb.h"
#include "weft/ingestion/v1/response.pb.h"
#include "weft/ingestion/v1/wave.pb.h"
#include "weft/metrics/store/v1/read_model.pb.h"
#include "weft/metrics/v1/figure_service.pb.h"
#include "weft/metrics/v1/metrics_service.pb.h"
#include "weft/metrics/v1/network.pb.h"
#include "weft/metrics/v1/release_service.pb.h"
#include "weft/registry/v1/organization.pb.h"
#include "weft/registry/v1/partnership.pb.h"
#include "weft/registry/v1/site.pb.h"
