// Valid resources that tests start from, and spoil.
#ifndef WEFT_TESTS_SERVICES_REGISTRY_EXAMPLES_H_
#define WEFT_TESTS_SERVICES_REGISTRY_EXAMPLES_H_

#include <string>
#include <vector>

#include "tests/testing/dates.h"
#include "weft/registry/v1/cohort.pb.h"
#include "weft/registry/v1/organization.pb.h"
#include "weft/registry/v1/partnership.pb.h"
#include "weft/registry/v1/partnership_proposal.pb.h"
#include "weft/registry/v1/site.pb.h"
#include "weft/registry/v1/taxonomy.pb.h"
#include "weft/registry/v1/vocabulary.pb.h"

namespace weft::registry {

using testing::Day;

inline v1::Site ExampleSite() {
  v1::Site site;
  site.set_display_name("Spring Valley");
  site.set_neutral_label("Site 01");
  site.set_naming(v1::Site::NAMING_NEUTRAL);
  v1::Place* place = site.add_places();
  place->set_locality("Springfield");
  place->set_region("MO");
  place->set_country("US");
  site.set_host_organization("Spring Valley School District");
  v1::SiteAttributes* first = site.add_attributes();
  first->set_setting(v1::SiteAttributes::SETTING_DISTRICT);
  first->set_entry_point("schools");
  first->set_stage("emerging");
  v1::SiteAttributes* second = site.add_attributes();
  *second->mutable_effective_date() = Day(2025, 7, 1);
  second->set_setting(v1::SiteAttributes::SETTING_INTERMEDIARY);
  return site;
}

// A draft of family "lab" with these types.
inline v1::Taxonomy ExampleTaxonomy(int version = 1,
                                    const std::vector<std::string>& codes = {"cbo", "library"}) {
  v1::Taxonomy taxonomy;
  taxonomy.set_display_name("Partner types of the Lab");
  taxonomy.set_family("lab");
  taxonomy.set_version(version);
  for (const std::string& code : codes) {
    v1::PartnerType* type = taxonomy.add_types();
    type->set_code(code);
    type->set_display_name("Type " + code);
    type->set_provenance(v1::PartnerType::PROVENANCE_SOURCED);
  }
  return taxonomy;
}

// A draft with these codes; each kind has a family of its own.
inline v1::Vocabulary ExampleVocabulary(v1::Vocabulary::Kind kind = v1::Vocabulary::KIND_ROLE,
                                        int version = 1,
                                        const std::vector<std::string>& codes = {"mentoring",
                                                                                 "space"}) {
  v1::Vocabulary vocabulary;
  vocabulary.set_display_name("What partners of the Lab do");
  vocabulary.set_family("lab-" + std::to_string(kind));
  vocabulary.set_version(version);
  vocabulary.set_kind(kind);
  for (const std::string& code : codes) {
    v1::Term* term = vocabulary.add_terms();
    term->set_code(code);
    term->set_display_name("Term " + code);
    term->set_provenance(v1::PartnerType::PROVENANCE_SOURCED);
    term->set_source("They offer " + code + ".");
  }
  return vocabulary;
}

inline v1::Cohort ExampleCohort() {
  v1::Cohort cohort;
  cohort.set_display_name("Cohort of 2024-2025");
  cohort.set_lab("Learner-Centered Ecosystem Lab");
  cohort.set_label("2024-2025");
  *cohort.mutable_start_date() = Day(2024, 7, 1);
  *cohort.mutable_end_date() = Day(2025, 6, 30);
  return cohort;
}

inline v1::Organization ExampleOrganization() {
  v1::Organization organization;
  organization.set_display_name("Riverside Public Library");
  v1::AlternateName* acronym = organization.add_alternate_names();
  acronym->set_text("RPL");
  acronym->set_kind(v1::AlternateName::KIND_ACRONYM);
  organization.add_partner_types("library");
  v1::OrganizationIdentifier* ein = organization.add_identifiers();
  ein->set_scheme(v1::OrganizationIdentifier::SCHEME_EIN);
  ein->set_value("53-0196605");
  v1::OrganizationContact* contact = organization.add_contacts();
  contact->set_display_name("Rosa Diaz");
  contact->set_role("programs");
  contact->set_email("rosa@example.org");
  contact->set_phone("+1 (417) 555-0100");
  v1::Place* place = organization.add_locations();
  place->set_locality("Springfield");
  place->set_region("MO");
  place->set_country("US");
  organization.set_website("https://library.example.org");
  organization.add_tags("literacy");
  organization.set_status(v1::Organization::STATUS_ACTIVE);
  return organization;
}

// With organizations/library.
inline v1::Partnership ExamplePartnership() {
  v1::Partnership partnership;
  partnership.set_organization("organizations/library");
  partnership.set_partner_type("library");
  partnership.add_roles("mentoring");
  partnership.add_mechanisms("shared_staff");
  v1::Agreement* agreement = partnership.add_agreements();
  agreement->set_kind("mou");
  *agreement->mutable_review_date() = Day(2026, 7, 1);
  v1::Condition* condition = partnership.add_conditions();
  condition->set_code("transport");
  condition->set_direction(v1::Condition::DIRECTION_CONSTRAINS);
  condition->set_evidence("The last bus leaves at five.");
  *partnership.mutable_start_date() = Day(2024, 9, 1);
  return partnership;
}

// Of organizations/library.
inline v1::PartnershipProposal ExampleProposal() {
  v1::PartnershipProposal proposal;
  proposal.set_organization("organizations/library");
  proposal.set_partner_type("library");
  proposal.add_roles("mentoring");
  proposal.add_mechanisms("shared_staff");
  *proposal.mutable_start_date() = Day(2024, 9, 1);
  proposal.set_note("We read with your learners each Friday.");
  v1::PartnershipProposal::Rating* rating = proposal.mutable_rating();
  rating->set_level(weft::type::v1::INTERACTION_LEVEL_COORDINATION);
  *rating->mutable_effective_date() = Day(2025, 1, 15);
  rating->set_rater("branch manager");
  return proposal;
}

}  // namespace weft::registry

#endif  // WEFT_TESTS_SERVICES_REGISTRY_EXAMPLES_H_
