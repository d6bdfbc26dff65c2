#include "services/registry/domain/organization_unmerge.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "services/registry/domain/organization_fields.h"

namespace weft::registry {
namespace {

using v1::MergedReference;
using v1::Organization;
using v1::OrganizationMerge;
using v1::UnmergeRemainder;

void Remain(absl::string_view name, absl::string_view field, absl::string_view value,
            UnmergeRemainder::Reason reason, Remainders& remainders) {
  UnmergeRemainder& remainder = *remainders.Add();
  remainder.set_name(std::string(name));
  remainder.set_field(std::string(field));
  remainder.set_value(std::string(value));
  remainder.set_reason(reason);
}

void Undo(const ValueField& field, const Organization& before, const Organization& after,
          Organization& now, Remainders& remainders) {
  if (field.text(before) == field.text(after)) return;
  if (field.text(now) == field.text(after)) {
    field.copy(before, now);
  } else {
    Remain(now.name(), field.name, field.text(before), UnmergeRemainder::REASON_CHANGED_SINCE,
           remainders);
  }
}

std::string Content(const std::string& entry) { return entry; }
template <class Message>
std::string Content(const Message& entry) {
  return entry.SerializeAsString();
}

// The entries of a list by their keys.
template <class Entry>
absl::flat_hash_map<std::string, const Entry*> ByKey(const ListField<Entry>& field,
                                                     const Organization& organization) {
  absl::flat_hash_map<std::string, const Entry*> entries;
  for (const Entry& entry : (organization.*field.get)()) {
    entries.emplace(field.key(entry), &entry);
  }
  return entries;
}

template <class Entry>
bool SameList(const ListField<Entry>& field, const Organization& a, const Organization& b) {
  const auto& left = (a.*field.get)();
  const auto& right = (b.*field.get)();
  return std::equal(
      left.begin(), left.end(), right.begin(), right.end(),
      [](const Entry& one, const Entry& other) { return Content(one) == Content(other); });
}

// Entry by entry: what the merge added goes, what it replaced or dropped comes back.
template <class Entry>
void Undo(const ListField<Entry>& field, const Organization& before, const Organization& after,
          Organization& now, Remainders& remainders) {
  if (SameList(field, before, after)) return;
  auto& entries = *(now.*field.edit)();
  if (SameList(field, now, after)) {
    entries = (before.*field.get)();
    return;
  }
  const auto had = ByKey(field, before);
  const auto got = ByKey(field, after);
  typename ListField<Entry>::Entries kept;
  absl::flat_hash_set<std::string> keys;
  for (const Entry& entry : entries) {
    const std::string key = field.key(entry);
    const auto brought = got.find(key);
    const auto own = had.find(key);
    const bool is_the_merges =
        brought != got.end() &&
        (own == had.end() || Content(*own->second) != Content(*brought->second));
    const bool as_brought = is_the_merges && Content(*brought->second) == Content(entry);
    if (as_brought && own == had.end()) continue;
    if (is_the_merges && !as_brought) {
      Remain(now.name(), field.name, field.text(entry), UnmergeRemainder::REASON_CHANGED_SINCE,
             remainders);
    }
    keys.insert(key);
    *kept.Add() = as_brought ? *own->second : entry;
  }
  for (const Entry& entry : (before.*field.get)()) {
    const std::string key = field.key(entry);
    if (got.contains(key) || keys.contains(key)) continue;
    if (kept.size() < field.max) {
      *kept.Add() = entry;
    } else {
      Remain(now.name(), field.name, field.text(entry), UnmergeRemainder::REASON_NO_ROOM,
             remainders);
    }
  }
  entries = std::move(kept);
}

}  // namespace

absl::Status CheckUndoable(const OrganizationMerge& merge,
                           const v1::UnmergeOrganizationsRequest& request) {
  if (!request.etag().empty() && request.etag() != merge.etag()) {
    return StaleEtag(merge.name(), request.etag(), merge.etag());
  }
  if (merge.state() == OrganizationMerge::STATE_UNDONE) {
    return Error(absl::StatusCode::kFailedPrecondition, "MERGE_UNDONE",
                 absl::StrCat("\"", merge.name(), "\" is undone already; there is nothing to do"),
                 {{"name", merge.name()}});
  }
  if (!merge.blocked_by().empty()) {
    return Error(absl::StatusCode::kFailedPrecondition, "MERGE_BLOCKED",
                 absl::StrCat("\"", merge.blocked_by(), "\" was made later and rests on \"",
                              merge.name(), "\"; undo that one first"),
                 {{"name", merge.name()}, {"blocked_by", merge.blocked_by()}});
  }
  return absl::OkStatus();
}

Organization WithoutMerge(const Organization& before, const Organization& after,
                          const Organization& now, Remainders& remainders) {
  Organization result = now;
  Undo(kDisplayNameField, before, after, result, remainders);
  Undo(kAlternateNamesField, before, after, result, remainders);
  Undo(kPartnerTypesField, before, after, result, remainders);
  Undo(kIdentifiersField, before, after, result, remainders);
  Undo(kContactsField, before, after, result, remainders);
  Undo(kLocationsField, before, after, result, remainders);
  Undo(kWebsiteField, before, after, result, remainders);
  Undo(kTagsField, before, after, result, remainders);
  Undo(kStatusField, before, after, result, remainders);
  return result;
}

void ReturnParent(const Organization& before, const Organization& after, const std::string& former,
                  Hierarchy& hierarchy, Organization& survivor, Remainders& remainders) {
  if (before.parent_organization() == after.parent_organization()) return;
  UnmergeRemainder::Reason reason = UnmergeRemainder::REASON_UNSPECIFIED;
  if (survivor.parent_organization() != after.parent_organization()) {
    reason = UnmergeRemainder::REASON_CHANGED_SINCE;
  } else if (hierarchy.Reaches(former, {survivor.name()})) {
    reason = UnmergeRemainder::REASON_HIERARCHY;
  }
  if (reason != UnmergeRemainder::REASON_UNSPECIFIED) {
    Remain(survivor.name(), kParentField, before.parent_organization(), reason, remainders);
    return;
  }
  survivor.set_parent_organization(former);
  hierarchy.Add(survivor.name(), former);
}

bool ReturnReference(const MergedReference& moved, absl::string_view survivor, Hierarchy& hierarchy,
                     Organization& organization, Remainders& remainders) {
  if (moved.kind() == MergedReference::KIND_REDIRECT) {
    organization.set_merged_into(moved.from());
    return true;
  }
  UnmergeRemainder::Reason reason = UnmergeRemainder::REASON_UNSPECIFIED;
  if (organization.parent_organization() != survivor) {
    reason = UnmergeRemainder::REASON_CHANGED_SINCE;
  } else if (hierarchy.Reaches(moved.from(), {organization.name()})) {
    reason = UnmergeRemainder::REASON_HIERARCHY;
  }
  if (reason != UnmergeRemainder::REASON_UNSPECIFIED) {
    Remain(organization.name(), kParentField, moved.from(), reason, remainders);
    return false;
  }
  organization.set_parent_organization(moved.from());
  hierarchy.Add(organization.name(), moved.from());
  return true;
}

}  // namespace weft::registry
