#include "tools/cli/proposals.h"

#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/status_macros.h"
#include "common/validation/dates.h"
#include "tools/cli/terminal.h"
#include "tools/cli/ties.h"
#include "tools/cli/words.h"
#include "weft/registry/v1/partnership.pb.h"
#include "weft/registry/v1/partnership_proposal.pb.h"

namespace weft::cli {
namespace {

namespace v1 = ::weft::registry::v1;
using v1::PartnershipProposal;

constexpr char kPartnerships[] = "weft.registry.v1.PartnershipService/";
constexpr char kExample[] = "e.g. sites/site-01/partnershipProposals/library";

std::string StateWord(PartnershipProposal::State state) {
  return EnumWords(PartnershipProposal::State_Name(state), "STATE_");
}

void PrintProposal(const PartnershipProposal& proposal) {
  std::printf("%s  %s as %s, %s\n", proposal.name().c_str(), proposal.organization().c_str(),
              proposal.partner_type().c_str(), StateWord(proposal.state()).c_str());
  if (!proposal.note().empty()) std::printf("  %s\n", proposal.note().c_str());
  if (proposal.has_start_date()) {
    std::printf("  since %s\n", FormatDate(proposal.start_date()).c_str());
  }
  if (!proposal.roles().empty()) {
    std::printf("  roles %s\n", absl::StrJoin(proposal.roles(), ", ").c_str());
  }
  if (!proposal.mechanisms().empty()) {
    std::printf("  mechanisms %s\n", absl::StrJoin(proposal.mechanisms(), ", ").c_str());
  }
  if (!proposal.vocabularies().empty()) {
    std::printf("  in the words of %s\n", absl::StrJoin(proposal.vocabularies(), ", ").c_str());
  }
  if (proposal.has_rating()) {
    std::printf("  organization's rating: %s since %s\n",
                LevelWord(proposal.rating().level()).c_str(),
                FormatDate(proposal.rating().effective_date()).c_str());
  }
  if (!proposal.decided_by().empty()) {
    std::printf("  %s by %s%s%s\n", StateWord(proposal.state()).c_str(),
                proposal.decided_by().c_str(), proposal.decision_note().empty() ? "" : ": ",
                proposal.decision_note().c_str());
  }
  if (!proposal.partnership().empty()) std::printf("  is %s\n", proposal.partnership().c_str());
}

struct ProposeOptions {
  std::string site;
  std::string organization;
  std::string type;
  std::string id;
  std::vector<std::string> roles;
  std::vector<std::string> mechanisms;
  std::vector<std::string> vocabularies;
  std::string start;
  std::string level;
  std::string on;
  std::string rater;
  std::string note;
  bool validate_only = false;
};

absl::Status SetRating(const ProposeOptions& options, PartnershipProposal& proposal) {
  if (options.level.empty()) {
    if (options.on.empty() && options.rater.empty()) return absl::OkStatus();
    return UsageError("--on and --rater say more of a rating; give it with --level");
  }
  WEFT_ASSIGN_OR_RETURN(
      const type::v1::InteractionLevel level,
      ParseEnum<type::v1::InteractionLevel>(options.level, "INTERACTION_LEVEL_", "level"));
  PartnershipProposal::Rating& rating = *proposal.mutable_rating();
  rating.set_level(level);
  rating.set_rater(options.rater);
  return options.on.empty() ? absl::OkStatus()
                            : SetDay(options.on, rating.mutable_effective_date());
}

absl::Status Propose(Session& session, const ProposeOptions& options) {
  v1::ProposePartnershipRequest request;
  request.set_parent(options.site);
  request.set_partnership_proposal_id(options.id);
  PartnershipProposal& proposal = *request.mutable_partnership_proposal();
  proposal.set_organization(options.organization);
  proposal.set_partner_type(options.type);
  for (const std::string& role : options.roles) proposal.add_roles(role);
  for (const std::string& mechanism : options.mechanisms) proposal.add_mechanisms(mechanism);
  for (const std::string& list : options.vocabularies) proposal.add_vocabularies(list);
  if (!options.start.empty()) {
    WEFT_RETURN_IF_ERROR(SetDay(options.start, proposal.mutable_start_date()));
  }
  WEFT_RETURN_IF_ERROR(SetRating(options, proposal));
  proposal.set_note(options.note);
  request.set_request_id(NewRequestId());
  request.set_validate_only(options.validate_only);
  return CallAndPrint<PartnershipProposal>(
      session, absl::StrCat(kPartnerships, "ProposePartnership"), request, &PrintProposal);
}

struct ProposalsOptions {
  std::string site;
  std::string organization;
  std::string state;
};

absl::Status ListProposals(Session& session, const ProposalsOptions& options) {
  v1::ListPartnershipProposalsRequest request;
  request.set_parent(options.site);
  request.set_organization(options.organization);
  if (!options.state.empty()) {
    WEFT_ASSIGN_OR_RETURN(const PartnershipProposal::State state,
                          ParseEnum<PartnershipProposal::State>(options.state, "STATE_", "state"));
    request.set_state(state);
  }
  WEFT_ASSIGN_OR_RETURN(
      const v1::ListPartnershipProposalsResponse all,
      ReadAll<v1::ListPartnershipProposalsResponse>(
          session, absl::StrCat(kPartnerships, "ListPartnershipProposals"), std::move(request)));
  if (session.json()) {
    PrintJson(all);
    return absl::OkStatus();
  }
  Table table({"NAME", "ORGANIZATION", "TYPE", "STATE", "NOTE"});
  for (const PartnershipProposal& row : all.partnership_proposals()) {
    table.Add(
        {row.name(), row.organization(), row.partner_type(), StateWord(row.state()), row.note()});
  }
  std::fputs(table.ToString().c_str(), stdout);
  return absl::OkStatus();
}

struct AnswerOptions {
  std::string name;
  std::string id;
  std::string note;
};

absl::Status Accept(Session& session, const AnswerOptions& options) {
  v1::AcceptPartnershipProposalRequest request;
  request.set_name(options.name);
  request.set_partnership_id(options.id);
  request.set_note(options.note);
  request.set_request_id(NewRequestId());
  return CallAndPrint<v1::Partnership>(session,
                                       absl::StrCat(kPartnerships, "AcceptPartnershipProposal"),
                                       request, &PrintPartnership);
}

// Declines or withdraws.
template <class Request>
absl::Status Close(Session& session, const char* method, const AnswerOptions& options) {
  Request request;
  request.set_name(options.name);
  request.set_note(options.note);
  request.set_request_id(NewRequestId());
  return CallAndPrint<PartnershipProposal>(session, absl::StrCat(kPartnerships, method), request,
                                           &PrintProposal);
}

void AddPropose(CLI::App& partnership, Session*& session, absl::Status& result) {
  auto proposed = std::make_shared<ProposeOptions>();
  CLI::App* propose = partnership.add_subcommand(
      "propose", "The organization says: there is a tie that the site has not recorded");
  propose->add_option("SITE", proposed->site, "e.g. sites/site-01")->required();
  propose->add_option("ORGANIZATION", proposed->organization, "e.g. organizations/sparknc")
      ->required();
  propose->add_option("TYPE", proposed->type, "as what: a partner type's code, e.g. library")
      ->required();
  propose->add_option("--id", proposed->id, "its id, e.g. library (default: one is made up)");
  AddMany(*propose, "--role", proposed->roles,
          "what the organization does; may be given several times");
  AddMany(*propose, "--mechanism", proposed->mechanisms,
          "how the two work together; may be given several times");
  AddMany(*propose, "--vocabulary", proposed->vocabularies, kVocabularyHelp);
  propose->add_option("--start", proposed->start, "first day, e.g. 2024-09-01");
  propose->add_option("--level", proposed->level,
                      "the organization's rating: no-interaction, networking, cooperation, "
                      "coordination or collaboration");
  propose->add_option("--on", proposed->on, "from which day on the rating holds (default: today)");
  propose->add_option("--rater", proposed->rater, "who rated, in words");
  propose->add_option("--note", proposed->note, "what to say with it, for the site to decide");
  propose->add_flag("--validate-only", proposed->validate_only, "check and change nothing");
  propose->callback([&session, &result, proposed] { result = Propose(*session, *proposed); });
}

}  // namespace

void AddProposalCommands(CLI::App& partnership, Session*& session, absl::Status& result) {
  AddPropose(partnership, session, result);

  auto listed = std::make_shared<ProposalsOptions>();
  CLI::App* list = partnership.add_subcommand("proposals", "Lists proposals, every page");
  list->add_option("SITE", listed->site, "e.g. sites/site-01; sites/- for every site")->required();
  list->add_option("--organization", listed->organization, "only of this one");
  list->add_option("--state", listed->state, "proposed, accepted, declined or withdrawn");
  list->callback([&session, &result, listed] { result = ListProposals(*session, *listed); });

  auto answered = std::make_shared<AnswerOptions>();
  CLI::App* accept =
      partnership.add_subcommand("accept", "The site accepts a proposal, which becomes a tie");
  accept->add_option("NAME", answered->name, kExample)->required();
  accept->add_option("--id", answered->id, "the tie's id (default: one is made up)");
  accept->add_option("--note", answered->note, "what to say with it");
  accept->callback([&session, &result, answered] { result = Accept(*session, *answered); });

  CLI::App* decline = partnership.add_subcommand("decline", "The site declines a proposal");
  decline->add_option("NAME", answered->name, kExample)->required();
  decline->add_option("--note", answered->note, "why, for the organization to read")->required();
  decline->callback([&session, &result, answered] {
    result = Close<v1::DeclinePartnershipProposalRequest>(*session, "DeclinePartnershipProposal",
                                                          *answered);
  });

  CLI::App* withdraw =
      partnership.add_subcommand("withdraw", "The organization takes its proposal back");
  withdraw->add_option("NAME", answered->name, kExample)->required();
  withdraw->add_option("--note", answered->note, "what to say with it");
  withdraw->callback([&session, &result, answered] {
    result = Close<v1::WithdrawPartnershipProposalRequest>(*session, "WithdrawPartnershipProposal",
                                                           *answered);
  });
}

}  // namespace weft::cli
