#include "services/registry/domain/organization_merge.h"

#include <algorithm>
#include <array>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/validation/counts.h"
#include "common/validation/text.h"
#include "services/registry/domain/names.h"
#include "services/registry/domain/organization.h"
#include "services/registry/domain/organization_fields.h"

namespace weft::registry {
namespace {

using google::protobuf::RepeatedPtrField;
using v1::AlternateName;
using v1::MergedField;
using v1::MergedValue;
using v1::MergeOrganizationsRequest;
using v1::Organization;
using v1::OrganizationMerge;

constexpr int kMaxDuplicates = 20;
constexpr size_t kMaxNote = 2000;
// Of the random part of an id.
constexpr size_t kRandomLetters = 8;

constexpr std::array<absl::string_view, 9> kChoosable = {
    "display_name",        "alternate_names", "partner_types", "contacts", "locations",
    "parent_organization", "website",         "tags",          "status"};

// The organizations that a request is about.
absl::flat_hash_set<std::string> NamesOf(const MergeOrganizationsRequest& request) {
  absl::flat_hash_set<std::string> names(request.duplicates().begin(), request.duplicates().end());
  names.insert(request.survivor());
  return names;
}

void CheckDuplicates(FieldViolations& violations, const MergeOrganizationsRequest& request) {
  if (request.duplicates().empty()) {
    violations.Add("duplicates", "is required; name at least one organization");
  }
  if (!CheckCount(violations, "duplicates", request.duplicates_size(), kMaxDuplicates,
                  ", so merge in several steps")) {
    return;
  }
  absl::flat_hash_set<std::string> seen;
  for (int i = 0; i < request.duplicates_size(); ++i) {
    const std::string& name = request.duplicates(i);
    const std::string entry = absl::StrCat("duplicates[", i, "]");
    CheckName(violations, entry, kOrganizations, name);
    violations.Require(name != request.survivor() || name.empty(), entry,
                       "is the survivor; leave it out");
    if (!seen.insert(name).second) violations.Add(entry, absl::StrCat("repeats ", Quoted(name)));
  }
}

void CheckParty(FieldViolations& violations, const std::string& field, const std::string& name,
                const absl::flat_hash_set<std::string>& names) {
  if (names.contains(name)) return;
  violations.Add(field, absl::StrCat("is ", Quoted(name),
                                     " and must be the survivor or one of the duplicates"));
}

void CheckChoices(FieldViolations& violations, const MergeOrganizationsRequest& request,
                  const absl::flat_hash_set<std::string>& names) {
  if (!CheckCount(violations, "choices", request.choices_size(),
                  static_cast<int>(kChoosable.size()))) {
    return;
  }
  absl::flat_hash_set<std::string> seen;
  for (int i = 0; i < request.choices_size(); ++i) {
    const v1::FieldChoice& choice = request.choices(i);
    const std::string entry = absl::StrCat("choices[", i, "]");
    if (std::find(kChoosable.begin(), kChoosable.end(), choice.field()) == kChoosable.end()) {
      violations.Add(
          absl::StrCat(entry, ".field"),
          absl::StrCat("is ", Quoted(choice.field()), "; use one of ",
                       absl::StrJoin(kChoosable, ", "), " (identifiers are always united)"));
    } else if (!seen.insert(choice.field()).second) {
      violations.Add(absl::StrCat(entry, ".field"),
                     absl::StrCat("repeats ", Quoted(choice.field())));
    }
    CheckParty(violations, absl::StrCat(entry, ".organization"), choice.organization(), names);
  }
}

void CheckEtags(FieldViolations& violations, const MergeOrganizationsRequest& request,
                const absl::flat_hash_set<std::string>& names) {
  if (!CheckCount(violations, "etags", request.etags_size(), kMaxDuplicates + 1)) return;
  absl::flat_hash_set<std::string> seen;
  for (int i = 0; i < request.etags_size(); ++i) {
    const v1::OrganizationEtag& etag = request.etags(i);
    const std::string entry = absl::StrCat("etags[", i, "]");
    CheckParty(violations, absl::StrCat(entry, ".organization"), etag.organization(), names);
    if (!seen.insert(etag.organization()).second) {
      violations.Add(absl::StrCat(entry, ".organization"),
                     absl::StrCat("repeats ", Quoted(etag.organization())));
    }
    violations.Require(!etag.etag().empty(), absl::StrCat(entry, ".etag"),
                       "is required; leave the entry out to merge whatever it is now");
  }
}

void AddValue(RepeatedPtrField<MergedValue>& values, const Organization& organization,
              absl::string_view value,
              MergedValue::Reason reason = MergedValue::REASON_UNSPECIFIED) {
  MergedValue& added = *values.Add();
  added.set_organization(organization.name());
  added.set_value(std::string(value));
  added.set_reason(reason);
}

// One merge while it is thought through, field by field.
class Union {
 public:
  using Fields = RepeatedPtrField<MergedField>;

  Union(const MergeOrganizationsRequest& request, const Organization& survivor,
        const std::vector<Organization>& duplicates, Fields& fields)
      : request_(request), survivor_(survivor), united_(survivor), fields_(fields) {
    parties_.push_back(&survivor);
    for (const Organization& duplicate : duplicates) parties_.push_back(&duplicate);
  }

  void Settle(const ValueField& field) {
    MergedField report;
    const Organization* from = From(
        field.name, [&](const Organization& party) { return field.text(party); }, report);
    if (from == nullptr) return;
    field.copy(*from, united_);
    const std::string value = field.text(*from);
    if (!value.empty() && value != field.text(survivor_)) {
      AddValue(*report.mutable_taken(), *from, value);
    }
    for (const Organization* party : parties_) {
      const std::string other = field.text(*party);
      if (other.empty() || other == value) continue;
      AddValue(*report.mutable_left_aside(), *party, other, MergedValue::REASON_NOT_CHOSEN);
    }
    *fields_.Add() = std::move(report);
  }

  template <class Entry>
  absl::Status Settle(const ListField<Entry>& field) {
    List<Entry> list(*this, field);
    for (const Organization* party : parties_) list.AddAll(*party);
    return list.Finish();
  }

  // Besides the other names of all, their display names are names of the one that stands for them.
  absl::Status SettleNames() {
    List<AlternateName> list(*this, kAlternateNamesField);
    for (const Organization* party : parties_) {
      AlternateName name;
      name.set_text(party->display_name());
      name.set_kind(AlternateName::KIND_OTHER);
      if (NameKey(name.text()) != NameKey(united_.display_name())) list.Add(*party, name);
    }
    for (const Organization* party : parties_) list.AddAll(*party);
    return list.Finish();
  }

  absl::Status SettleParent(const Hierarchy& hierarchy, bool has_new_parts) {
    const auto lifted = [&](const Organization& party) { return Lift(party, hierarchy); };
    MergedField report;
    const Organization* from = From(kParentField, lifted, report);
    std::vector<const Organization*> unfit;
    // A parent that only fills a gap is left aside where it does not fit.
    while (from != nullptr && report.rule() == MergedField::RULE_FILLED &&
           !CheckParent(lifted(*from), hierarchy, has_new_parts).ok()) {
      unfit.push_back(from);
      const auto next =
          std::find_if(std::find(parties_.begin(), parties_.end(), from) + 1, parties_.end(),
                       [&](const Organization* party) { return !lifted(*party).empty(); });
      from = next == parties_.end() ? nullptr : *next;
    }
    const std::string parent = from == nullptr ? std::string() : lifted(*from);
    united_.set_parent_organization(parent);
    if (has_new_parts || parent != survivor_.parent_organization()) {
      WEFT_RETURN_IF_ERROR(CheckParent(parent, hierarchy, has_new_parts));
    }
    if (from == nullptr && unfit.empty()) return absl::OkStatus();
    report.set_field(std::string(kParentField));
    report.set_organization(from == nullptr ? survivor_.name() : from->name());
    if (from == nullptr) report.set_rule(MergedField::RULE_SURVIVOR);
    if (!parent.empty() && parent != survivor_.parent_organization()) {
      AddValue(*report.mutable_taken(), *from, parent);
    }
    for (const Organization* party : parties_) {
      const std::string& other = party->parent_organization();
      if (other.empty() || other == parent) continue;
      const bool fits = std::find(unfit.begin(), unfit.end(), party) == unfit.end();
      AddValue(*report.mutable_left_aside(), *party, other,
               fits ? MergedValue::REASON_NOT_CHOSEN : MergedValue::REASON_HIERARCHY);
    }
    *fields_.Add() = std::move(report);
    return absl::OkStatus();
  }

  Organization Result() && { return std::move(united_); }

 private:
  // A list while it grows.
  template <class Entry>
  class List {
   public:
    // With what stands in any case: the survivor's, or what was chosen.
    List(Union& all, const ListField<Entry>& field)
        : all_(all), field_(field), chosen_(all.Chosen(field.name)) {
      for (const Entry& entry : (all.survivor_.*field.get)()) had_.insert(field.key(entry));
      (all.united_.*field.edit)()->Clear();
      report_.set_field(std::string(field.name));
      report_.set_rule(chosen_ == nullptr ? MergedField::RULE_UNITED : MergedField::RULE_CHOSEN);
      if (chosen_ != nullptr) report_.set_organization(chosen_->name());
      const Organization& first = chosen_ == nullptr ? all.survivor_ : *chosen_;
      for (const Entry& entry : (first.*field.get)()) Take(first, entry);
    }

    void AddAll(const Organization& party) {
      for (const Entry& entry : (party.*field_.get)()) {
        if (chosen_ == nullptr) {
          Add(party, entry);
        } else if (!has_.contains(field_.key(entry))) {
          LeaveAside(party, entry, MergedValue::REASON_NOT_CHOSEN);
        }
      }
    }

    void Add(const Organization& party, const Entry& entry) {
      if (has_.contains(field_.key(entry))) return;
      if ((all_.united_.*field_.get)().size() < field_.max) {
        Take(party, entry);
      } else {
        LeaveAside(party, entry, MergedValue::REASON_NO_ROOM);
        ++too_many_;
      }
    }

    absl::Status Finish() {
      if (too_many_ > 0 && field_.name == kIdentifiersField.name) {
        return Error(absl::StatusCode::kFailedPrecondition, "MERGE_IDENTIFIERS_TOO_MANY",
                     absl::StrCat("together they have ", field_.max + too_many_,
                                  " identifiers, and an organization may have ", field_.max,
                                  "; take those away that no longer hold, so that none is lost"),
                     {{"count", absl::StrCat(field_.max + too_many_)}});
      }
      if (!has_.empty() || report_.left_aside_size() > 0) *all_.fields_.Add() = std::move(report_);
      return absl::OkStatus();
    }

   private:
    void Take(const Organization& party, const Entry& entry) {
      const std::string key = field_.key(entry);
      has_.insert(key);
      *(all_.united_.*field_.edit)()->Add() = entry;
      if (!had_.contains(key)) AddValue(*report_.mutable_taken(), party, field_.text(entry));
    }
    void LeaveAside(const Organization& party, const Entry& entry, MergedValue::Reason reason) {
      AddValue(*report_.mutable_left_aside(), party, field_.text(entry), reason);
    }

    Union& all_;
    const ListField<Entry>& field_;
    const Organization* chosen_;
    absl::flat_hash_set<std::string> had_;
    absl::flat_hash_set<std::string> has_;
    int too_many_ = 0;
    MergedField report_;
  };

  const Organization* Chosen(absl::string_view field) const {
    for (const v1::FieldChoice& choice : request_.choices()) {
      if (choice.field() != field) continue;
      for (const Organization* party : parties_) {
        if (party->name() == choice.organization()) return party;
      }
    }
    return nullptr;
  }

  // Whose value stands, and by which rule; null when none has one.
  template <class ValueOf>
  const Organization* From(absl::string_view field, ValueOf value_of, MergedField& report) const {
    report.set_field(std::string(field));
    const auto first =
        std::find_if(parties_.begin(), parties_.end(),
                     [&](const Organization* each) { return !value_of(*each).empty(); });
    if (first == parties_.end()) return nullptr;
    const Organization* from = Chosen(field);
    if (from != nullptr) {
      report.set_rule(MergedField::RULE_CHOSEN);
    } else {
      from = *first;
      report.set_rule(from == &survivor_ ? MergedField::RULE_SURVIVOR : MergedField::RULE_FILLED);
    }
    report.set_organization(from->name());
    return from;
  }

  // What `party` is a part of, outside of those that are merged: where that is one of them, what it
  // is a part of itself.
  std::string Lift(const Organization& party, const Hierarchy& hierarchy) const {
    std::string parent = party.parent_organization();
    for (size_t steps = 0; steps < parties_.size() && IsParty(parent); ++steps) {
      parent = hierarchy.ParentOf(parent);
    }
    return IsParty(parent) ? std::string() : parent;
  }
  bool IsParty(absl::string_view name) const {
    return std::any_of(parties_.begin(), parties_.end(),
                       [&](const Organization* party) { return party->name() == name; });
  }

  // Whether the survivor can be a part of `parent`, once parts of the duplicates are its parts.
  absl::Status CheckParent(const std::string& parent, const Hierarchy& hierarchy,
                           bool has_new_parts) const {
    if (hierarchy.Reaches(parent, NamesOf(request_))) {
      return Error(absl::StatusCode::kFailedPrecondition, "ORGANIZATION_PARENT_CYCLE",
                   absl::StrCat("\"", parent, "\" would stand above \"", survivor_.name(),
                                "\" and be a part of it, because it is a part of one that is "
                                "merged; change its parent first"),
                   {{"name", survivor_.name()}, {"parent", parent}});
    }
    const int above = hierarchy.HeightOf(parent);
    if (above + (has_new_parts ? 1 : 0) <= kMaxAncestors) return absl::OkStatus();
    return Error(absl::StatusCode::kFailedPrecondition, "ORGANIZATION_PARENTS_TOO_DEEP",
                 absl::StrCat("more than ", kMaxAncestors, " organizations would stand above \"",
                              survivor_.name(),
                              "\" or its parts; choose a parent nearer to the "
                              "top"),
                 {{"name", survivor_.name()}});
  }

  const MergeOrganizationsRequest& request_;
  const Organization& survivor_;
  std::vector<const Organization*> parties_;  // the survivor first
  Organization united_;
  Fields& fields_;
};

}  // namespace

absl::Status ValidateMerge(const MergeOrganizationsRequest& request) {
  FieldViolations violations;
  CheckName(violations, "survivor", kOrganizations, request.survivor());
  CheckDuplicates(violations, request);
  const absl::flat_hash_set<std::string> names = NamesOf(request);
  CheckChoices(violations, request, names);
  if (!OrganizationMerge::TieCollision_IsValid(request.tie_collision())) {
    violations.Add("tie_collision", absl::StrCat("is ", static_cast<int>(request.tie_collision()),
                                                 "; use TIE_COLLISION_REFUSE, _END or _DELETE"));
  }
  CheckEtags(violations, request, names);
  CheckText(violations, "note", request.note(), kMaxNote, Lines::kMany);
  return violations.ToStatus();
}

absl::Status ValidateList(const v1::ListOrganizationMergesRequest& request) {
  FieldViolations violations;
  if (!request.organization().empty()) {
    CheckName(violations, "organization", kOrganizations, request.organization());
  }
  return violations.ToStatus();
}

absl::Status CheckEtag(const MergeOrganizationsRequest& request, const Organization& organization) {
  for (const v1::OrganizationEtag& each : request.etags()) {
    if (each.organization() == organization.name() && each.etag() != organization.etag()) {
      return StaleEtag(organization.name(), each.etag(), organization.etag());
    }
  }
  return absl::OkStatus();
}

absl::Status MergeSize::Add(size_t row_bytes) {
  ++rows_;
  bytes_ += row_bytes;
  if (rows_ <= kMaxMergeRows && bytes_ <= kMaxMergeBytes) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, "MERGE_TOO_LARGE",
               absl::StrCat("the duplicates have more than ", kMaxMergeRows,
                            " ties, parts and redirects, or more than ", kMaxMergeBytes >> 20,
                            " MiB of them, which is more than one commit takes; merge fewer "
                            "duplicates at once, or make the largest one the survivor"),
               {{"limit", absl::StrCat(kMaxMergeRows)}});
}

absl::StatusOr<Organization> Unite(const MergeOrganizationsRequest& request,
                                   const Organization& survivor,
                                   const std::vector<Organization>& duplicates,
                                   const Hierarchy& hierarchy, bool has_new_parts,
                                   RepeatedPtrField<MergedField>& fields) {
  Union all(request, survivor, duplicates, fields);
  all.Settle(kDisplayNameField);
  WEFT_RETURN_IF_ERROR(all.SettleNames());
  WEFT_RETURN_IF_ERROR(all.Settle(kPartnerTypesField));
  WEFT_RETURN_IF_ERROR(all.Settle(kIdentifiersField));
  WEFT_RETURN_IF_ERROR(all.Settle(kContactsField));
  WEFT_RETURN_IF_ERROR(all.Settle(kLocationsField));
  WEFT_RETURN_IF_ERROR(all.SettleParent(hierarchy, has_new_parts));
  all.Settle(kWebsiteField);
  WEFT_RETURN_IF_ERROR(all.Settle(kTagsField));
  all.Settle(kStatusField);
  return std::move(all).Result();
}

std::string MergeId(absl::Time now, absl::string_view random) {
  const int64_t micros = absl::ToUnixMicros(now) % 1'000'000;
  return absl::StrCat(absl::FormatTime("%Y%m%d-%H%M%S", now, absl::UTCTimeZone()),
                      absl::Dec(micros, absl::kZeroPad6), "-", random.substr(0, kRandomLetters));
}

absl::Status HierarchyTooLarge(absl::string_view organization) {
  return Error(absl::StatusCode::kFailedPrecondition, "ORGANIZATION_PARENTS_TOO_DEEP",
               absl::StrCat("too many organizations stand above \"", organization,
                            "\" and the others; choose parents nearer to the top first"),
               {{"name", std::string(organization)}});
}

}  // namespace weft::registry
