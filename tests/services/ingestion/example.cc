#include "tests/services/ingestion/example.h"

#include "services/ingestion/domain/instrument_rules.h"

namespace weft::ingestion {

registry::v1::Taxonomy ExampleTaxonomy() {
  return FromText<registry::v1::Taxonomy>(R"pb(
    name: "taxonomies/lab-2025"
    display_name: "Lab partner types"
    family: "lab"
    version: 1
    state: STATE_PUBLISHED
    types {
      code: "cbo"
      display_name: "Community-based organizations"
      provenance: PROVENANCE_SOURCED
    }
    types { code: "school_district" display_name: "Districts" provenance: PROVENANCE_SOURCED }
    types { code: "k12_school" display_name: "K-12 schools" provenance: PROVENANCE_SOURCED }
  )pb");
}

v1::Instrument ExampleDraft() {
  return FromText<v1::Instrument>(R"pb(
    name: "instruments/lab-survey-2024"
    display_name: "Lab survey 2024"
    family: "lab-survey"
    version: 1
    state: STATE_DRAFT
    taxonomy: "taxonomies/lab-2025"
    sections {
      id: "partners"
      display_name: "Partners"
      questions {
        id: "partners"
        text: "With whom do you work?"
        required: true
        partner_matrix { ask_count: true ask_level: true }
      }
      questions {
        id: "shared_responsibility"
        text: "Is responsibility shared?"
        shared_responsibility {}
      }
    }
    sections {
      id: "context"
      display_name: "Context"
      questions {
        id: "functions"
        text: "What do partners do?"
        multi_choice {
          options { id: "convene" label: "Convene" }
          options { id: "fund" label: "Fund" aliases: "Pay for" }
          options { id: "host" label: "Host learners, all year" }
        }
      }
      questions {
        id: "setting"
        text: "What are you?"
        required: true
        choice {
          options { id: "district" label: "A district" }
          options { id: "school" label: "A school" }
        }
      }
      questions {
        id: "students"
        text: "How many students?"
        number { min: 0 max: 100000 integer: true unit: "students" }
      }
      questions {
        id: "barriers"
        text: "What is in the way?"
        text_answer { max_length: 50 }
      }
      questions {
        id: "hopes"
        text: "What do you hope for?"
        text_answer {}
      }
    }
    levels { level: INTERACTION_LEVEL_NO_INTERACTION label: "No interaction" code: 0 }
    levels { level: INTERACTION_LEVEL_NETWORKING label: "Networking" aliases: "awareness" code: 1 }
    levels { level: INTERACTION_LEVEL_COOPERATION label: "Cooperation" code: 2 }
    levels { level: INTERACTION_LEVEL_COORDINATION label: "Coordination" code: 3 }
    levels { level: INTERACTION_LEVEL_COLLABORATION label: "Collaboration" aliases: "fully merged" }
    shared_responsibility { rating: SHARED_RESPONSIBILITY_NOT_EVIDENT label: "Not evident" }
    shared_responsibility {
      rating: SHARED_RESPONSIBILITY_MODERATELY_EVIDENT
      label: "Moderately evident"
      aliases: "moderate"
    }
    shared_responsibility {
      rating: SHARED_RESPONSIBILITY_SIGNIFICANTLY_EVIDENT
      label: "Significantly evident"
    }
    column_aliases { column: "site" alias: "Community" }
    column_aliases { column: "cbo.level" alias: "CBO: how deeply?" format: "wide" }
    column_aliases { column: "value" alias: "Answer" format: "tidy" }
  )pb");
}

v1::Instrument ExampleInstrument() {
  v1::Instrument instrument = ExampleDraft();
  const absl::Status published = Publish(ExampleTaxonomy(), instrument);
  EXPECT_TRUE(published.ok()) << published;
  return instrument;
}

}  // namespace weft::ingestion
