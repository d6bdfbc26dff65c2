#include "services/registry/domain/partnership_views.h"

#include "absl/strings/str_cat.h"
#include "common/validation/counts.h"
#include "common/validation/text.h"
#include "services/registry/domain/codes.h"
#include "services/registry/domain/vocabulary.h"

namespace weft::registry {
namespace {

using v1::Condition;

constexpr int kMaxCodes = 20;
constexpr int kMaxConditions = 50;
constexpr size_t kMaxEvidence = 2000;
constexpr size_t kMaxNote = 4000;
constexpr size_t kMaxDecisionNote = 2000;

void CheckConditions(FieldViolations& violations, const std::string& field,
                     const google::protobuf::RepeatedPtrField<Condition>& conditions) {
  if (!CheckCount(violations, field, conditions.size(), kMaxConditions)) return;
  for (int i = 0; i < conditions.size(); ++i) {
    const std::string entry = absl::StrCat(field, "[", i, "]");
    CheckCode(violations, absl::StrCat(entry, ".code"), conditions[i].code());
    if (conditions[i].direction() == Condition::DIRECTION_UNSPECIFIED ||
        !Condition::Direction_IsValid(conditions[i].direction())) {
      violations.Add(absl::StrCat(entry, ".direction"),
                     "is required: DIRECTION_SUPPORTS or DIRECTION_CONSTRAINS");
    }
    CheckText(violations, absl::StrCat(entry, ".evidence"), conditions[i].evidence(), kMaxEvidence,
              Lines::kMany);
  }
}

// `field` is what says it, in the request: "site_view". Not all say conditions.
template <class Said>
void CheckWhatIsSaid(FieldViolations& violations, const std::string& field, const Said& said) {
  CheckCodes(violations, absl::StrCat(field, ".roles"), said.roles(), kMaxCodes);
  CheckCodes(violations, absl::StrCat(field, ".mechanisms"), said.mechanisms(), kMaxCodes);
  if constexpr (requires { said.conditions(); }) {
    CheckConditions(violations, absl::StrCat(field, ".conditions"), said.conditions());
  }
  CheckVocabularyNames(violations, field, said.vocabularies());
}

template <class View>
void CheckView(FieldViolations& violations, const std::string& field, const View& view) {
  CheckWhatIsSaid(violations, field, view);
  CheckText(violations, absl::StrCat(field, ".note"), view.note(), kMaxNote, Lines::kMany);
}

}  // namespace

void CheckRolesMechanismsConditions(FieldViolations& violations, const std::string& field,
                                    const v1::Partnership& partnership) {
  CheckWhatIsSaid(violations, field, partnership);
}

void CheckRolesMechanisms(FieldViolations& violations, const v1::PartnershipProposal& proposal) {
  CheckWhatIsSaid(violations, "partnership_proposal", proposal);
}

absl::Status ValidateView(const v1::SiteView& view) {
  FieldViolations violations;
  CheckView(violations, "site_view", view);
  return violations.ToStatus();
}

absl::Status ValidateView(const v1::OrganizationView& view) {
  FieldViolations violations;
  CheckView(violations, "organization_view", view);
  return violations.ToStatus();
}

void MakeEmpty(absl::string_view partnership, v1::SiteView& view) {
  view.set_name(absl::StrCat(partnership, "/siteView"));
}

void MakeEmpty(absl::string_view partnership, v1::OrganizationView& view) {
  view.set_name(absl::StrCat(partnership, "/organizationView"));
  view.set_confirmation(v1::Partnership::CONFIRMATION_UNCONFIRMED);
}

void CheckDecisionNote(FieldViolations& violations, absl::string_view field,
                       absl::string_view note) {
  CheckText(violations, field, note, kMaxDecisionNote, Lines::kMany);
}

absl::Status ValidateConfirm(const v1::ConfirmPartnershipRequest& request) {
  FieldViolations violations;
  CheckDecisionNote(violations, "note", request.note());
  return violations.ToStatus();
}

absl::Status ValidateDispute(const v1::DisputePartnershipRequest& request) {
  FieldViolations violations;
  violations.Require(!request.note().empty(), "note",
                     "is required: say what is not so, for the site to answer");
  CheckDecisionNote(violations, "note", request.note());
  return violations.ToStatus();
}

void SetConfirmation(v1::Partnership::Confirmation confirmation, absl::string_view note,
                     absl::string_view principal, const google::protobuf::Timestamp& now,
                     v1::OrganizationView& view, v1::Partnership& partnership) {
  view.set_confirmation(confirmation);
  view.set_confirmation_note(std::string(note));
  *view.mutable_confirmation_time() = now;
  view.set_confirmed_by(std::string(principal));
  partnership.set_confirmation(view.confirmation());
}

}  // namespace weft::registry
