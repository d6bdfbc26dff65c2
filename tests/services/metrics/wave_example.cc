#include "tests/services/metrics/wave_example.h"

#include <cstdint>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace weft::metrics {
namespace {

using ingestion::v1::Answer;
using ingestion::v1::Answers;
using ingestion::v1::Instrument;
using ingestion::v1::PartnerCell;
using ingestion::v1::Question;
using ingestion::v1::Response;
using type::v1::MissingReason;

int ToInt(absl::string_view text) {
  int value = 0;
  if (!absl::SimpleAtoi(text, &value)) std::abort();
  return value;
}

MissingReason ReasonOf(char letter) {
  switch (letter) {
    case '-':
      return type::v1::MISSING_REASON_NOT_ANSWERED;
    case 'a':
      return type::v1::MISSING_REASON_NOT_ASKED;
    case 'k':
      return type::v1::MISSING_REASON_DONT_KNOW;
    case 'r':
      return type::v1::MISSING_REASON_REFUSED;
    case 'p':
      return type::v1::MISSING_REASON_NOT_APPLICABLE;
    default:
      return type::v1::MISSING_REASON_UNSPECIFIED;
  }
}

bool IsDigit(char letter) { return letter >= '0' && letter <= '9'; }

void SetCount(absl::string_view text, PartnerCell& cell) {
  if (!IsDigit(text[0]) && text[0] != '~') {
    cell.set_count_missing(ReasonOf(text[0]));
    return;
  }
  auto& count = *cell.mutable_partners();
  count.set_approximate(absl::ConsumePrefix(&text, "~"));
  const bool open = absl::ConsumeSuffix(&text, "+");
  const std::vector<absl::string_view> ends = absl::StrSplit(text, '-');
  count.set_min(ToInt(ends.front()));
  if (!open) count.set_max(ToInt(ends.back()));
}

Question& AddQuestion(ingestion::v1::Section& section, const std::string& id) {
  Question& question = *section.add_questions();
  question.set_id(id);
  question.set_text("About " + id + "?");
  return question;
}

template <class Choices>
void AddOptions(const std::vector<std::string>& ids, Choices& choices) {
  for (const std::string& id : ids) {
    auto& option = *choices.add_options();
    option.set_id(id);
    option.set_label("Option " + id);
  }
}

int Pick(std::mt19937_64& random, int below) {
  return static_cast<int>(random() % static_cast<uint64_t>(below));
}

MissingReason RandomReason(std::mt19937_64& random) {
  return static_cast<MissingReason>(Pick(random, 6));
}

PartnerCell RandomCell(std::mt19937_64& random) {
  PartnerCell cell;
  const int level = Pick(random, 8);
  if (level < 5) {
    cell.set_level(static_cast<type::v1::InteractionLevel>(1 + level));
  } else if (level < 7) {
    cell.set_level_missing(RandomReason(random));
  }
  const int count = Pick(random, 8);
  if (count < 2) {
    cell.set_count_missing(RandomReason(random));
  } else if (count < 7) {
    const int min = Pick(random, 3);
    cell.mutable_partners()->set_min(min);
    if (count == 3) {
      cell.mutable_partners()->set_max(min + Pick(random, 3));
    } else if (count != 4) {
      cell.mutable_partners()->set_max(min);
      cell.mutable_partners()->set_approximate(count == 5);
    }
  }
  if (Pick(random, 2) == 0) cell.set_includes_self(Pick(random, 3) == 0);
  return cell;
}

}  // namespace

PartnerCell Cell(absl::string_view text) {
  PartnerCell cell;
  if (absl::ConsumeSuffix(&text, "s")) cell.set_includes_self(true);
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '/');
  if (IsDigit(parts[0][0])) {
    cell.set_level(static_cast<type::v1::InteractionLevel>(1 + ToInt(parts[0])));
  } else {
    cell.set_level_missing(ReasonOf(parts[0][0]));
  }
  if (parts.size() > 1) SetCount(parts[1], cell);
  return cell;
}

Answers MakeAnswers(absl::string_view text) {
  Answers answers;
  const std::vector<absl::string_view> halves = absl::StrSplit(text, '|');
  int type = 0;
  for (const absl::string_view cell : absl::StrSplit(halves[0], ' ', absl::SkipEmpty())) {
    ++type;
    if (cell == ".") continue;
    *answers.add_partner_cells() = Cell(cell);
    answers.mutable_partner_cells()->rbegin()->set_partner_type(absl::StrCat("t", type));
  }
  if (halves.size() < 2) return answers;
  const absl::string_view rating = absl::StripAsciiWhitespace(halves[1]);
  if (rating.empty()) return answers;
  if (IsDigit(rating[0])) {
    answers.mutable_shared_responsibility()->set_rating(
        static_cast<type::v1::SharedResponsibility>(ToInt(rating)));
  } else {
    answers.mutable_shared_responsibility()->set_missing(ReasonOf(rating[0]));
  }
  return answers;
}

Instrument MakeInstrument(int types) {
  Instrument instrument;
  instrument.set_name("instruments/i1");
  instrument.set_taxonomy("taxonomies/x1");
  instrument.set_state(Instrument::STATE_PUBLISHED);
  for (int type = 1; type <= types; ++type) {
    instrument.add_partner_types(absl::StrCat("t", type));
  }
  auto& first = *instrument.add_sections();
  first.set_id("network");
  first.set_display_name("Network");
  AddQuestion(first, "matrix").mutable_partner_matrix();
  AddQuestion(first, "shared").mutable_shared_responsibility();
  auto& second = *instrument.add_sections();
  second.set_id("more");
  second.set_display_name("More");
  AddOptions({"a", "b", "c"}, *AddQuestion(second, "stage").mutable_choice());
  AddQuestion(second, "story").mutable_text_answer();
  AddOptions({"x", "y", "z"}, *AddQuestion(second, "barriers").mutable_multi_choice());
  AddQuestion(second, "students").mutable_number();
  auto& label = *instrument.add_shared_responsibility();
  label.set_rating(type::v1::SHARED_RESPONSIBILITY_MODERATELY_EVIDENT);
  label.set_label("Moderately evident");
  return instrument;
}

WaveBuilder::WaveBuilder(int types) {
  records_.frame.wave.set_name("waves/w1");
  records_.frame.wave.set_display_name("Wave one");
  records_.frame.wave.set_instrument("instruments/i1");
  records_.frame.wave.add_cohorts("cohorts/one");
  records_.frame.wave.add_cohorts("cohorts/two");
  records_.frame.instrument = MakeInstrument(types);
  auto& taxonomy = records_.frame.taxonomy;
  taxonomy.set_name("taxonomies/x1");
  for (int type = 1; type <= types; ++type) {
    auto& row = *taxonomy.add_types();
    row.set_code(absl::StrCat("t", type));
    row.set_display_name(absl::StrCat("Type ", type));
  }
}

WaveBuilder& WaveBuilder::Invite(const std::vector<std::string>& cohorts) {
  const std::string id = absl::StrFormat("s%03d", records_.roster.size() + 1);
  ingestion::v1::RosterEntry entry;
  entry.set_name("waves/w1/roster/" + id);
  entry.set_site("sites/" + id);
  entry.set_display_name("Name of " + id);
  entry.set_neutral_label("Label of " + id);
  for (const std::string& cohort : cohorts) entry.add_cohorts(cohort);
  entry.set_active(true);
  records_.roster.push_back(std::move(entry));
  return *this;
}

WaveBuilder& WaveBuilder::Add(const Answers& answers, const std::vector<std::string>& cohorts) {
  Invite(cohorts);
  const std::string& site = records_.roster.back().site();
  Response response;
  response.set_name(absl::StrCat("waves/w1/responses/", absl::StripPrefix(site, "sites/")));
  response.set_respondent(site);
  response.set_state(Response::STATE_SUBMITTED);
  response.set_revision(1);
  response.set_submitted_revision(1);
  *response.mutable_answers() = answers;
  ingestion::v1::ResponseRevision revision;
  revision.set_name(response.name() + "/revisions/1");
  revision.set_revision(1);
  *revision.mutable_answers() = answers;
  records_.revisions.push_back(std::move(revision));
  records_.responses.push_back(std::move(response));
  return *this;
}

void Approve(Response& response) {
  response.set_state(Response::STATE_APPROVED);
  response.set_approved_revision(response.submitted_revision());
}

v1::Parameters With(v1::EngagedRule rule, v1::SelfRule self) {
  v1::Parameters parameters;
  parameters.set_engaged_rule(rule);
  parameters.set_self_rule(self);
  return parameters;
}

Answers RandomAnswers(const Instrument& instrument, std::mt19937_64& random) {
  Answers answers;
  // A site that knows everything, now and then.
  const int skipped = Pick(random, 3);
  for (const std::string& type : instrument.partner_types()) {
    if (skipped > 0 && Pick(random, 10) < skipped) continue;
    PartnerCell& cell = *answers.add_partner_cells();
    cell = RandomCell(random);
    cell.set_partner_type(type);
  }
  const int rating = Pick(random, 6);
  if (rating < 3) {
    answers.mutable_shared_responsibility()->set_rating(
        static_cast<type::v1::SharedResponsibility>(1 + rating));
  } else if (rating == 3) {
    answers.mutable_shared_responsibility()->set_missing(RandomReason(random));
  }
  for (const auto& section : instrument.sections()) {
    for (const Question& question : section.questions()) {
      if (!question.has_choice() && !question.has_multi_choice() && !question.has_number())
        continue;
      const int kind = Pick(random, 5);
      if (kind == 0) continue;
      Answer& answer = *answers.add_items();
      answer.set_question(question.id());
      if (kind == 1) {
        answer.set_missing(RandomReason(random));
      } else if (question.has_number()) {
        answer.set_number(Pick(random, 2) == 0 ? Pick(random, 5) : Pick(random, 1000) / 7.0);
      } else if (question.has_choice()) {
        const auto& options = question.choice().options();
        answer.mutable_choices()->add_options(options[Pick(random, options.size())].id());
      } else {
        answer.mutable_choices();
        for (const auto& option : question.multi_choice().options()) {
          if (Pick(random, 2) == 0) answer.mutable_choices()->add_options(option.id());
        }
      }
    }
  }
  return answers;
}

}  // namespace weft::metrics
