// Organizations and partnerships as a region of any size would have them, each a function of a
// number: names of common words and less common towns, a number of a register, three ties each.
#ifndef WEFT_TOOLS_BENCHMARKS_PARTNER_WORLD_H_
#define WEFT_TOOLS_BENCHMARKS_PARTNER_WORLD_H_

#include <cstdint>
#include <string>

#include "weft/registry/v1/organization.pb.h"
#include "weft/registry/v1/partnership.pb.h"

namespace weft::bench {

inline constexpr uint64_t kTiesOfAnOrganization = 3;
// So many ties has a site, however many organizations there are.
inline constexpr uint64_t kTiesOfASite = 100;

// How many sites the ties of so many organizations are of.
uint64_t SitesFor(uint64_t organizations);

std::string OrganizationId(uint64_t organization);
std::string OrganizationName(uint64_t organization);
// "GB-CHC-0000042", of the register ORG_ID.
std::string RegisterNumber(uint64_t organization);
// "Riverside Youth Theatre of Balomere"; no two are alike.
std::string DisplayNameOf(uint64_t organization);
// The same with one letter of one word replaced by another one.
std::string MisspelledNameOf(uint64_t organization);
registry::v1::CreateOrganizationRequest NewOrganization(uint64_t organization);

std::string TieName(uint64_t tie, uint64_t organizations);
registry::v1::CreatePartnershipRequest NewTie(uint64_t tie, uint64_t organizations);

}  // namespace weft::bench

#endif  // WEFT_TOOLS_BENCHMARKS_PARTNER_WORLD_H_
