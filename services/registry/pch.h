// What many sources of this service and of its tests include, after cmake/pch.h.
#include "weft/registry/v1/cohort.pb.h"
#include "weft/registry/v1/organization.pb.h"
#include "weft/registry/v1/organization_merge.pb.h"
#include "weft/registry/v1/partnership.pb.h"
#include "weft/registry/v1/partnership_proposal.pb.h"
#include "weft/registry/v1/site.pb.h"
#include "weft/registry/v1/taxonomy.pb.h"
#include "weft/registry/v1/vocabulary.pb.h"
