"""Releases by way of the API, from the draft to the published page."""

SERVICE = "weft.metrics.v1.ReleaseService/"
PUBLIC = (("weft-principal", "public/reader"),)
REVIEWERS = {"users/fay": "REVIEWER_ROLE_FACILITATOR",
             "users/rosa": "REVIEWER_ROLE_COMMUNITY_REPRESENTATIVE"}


def publish(suite, wave, name, policy, contest="", **parameters):
    """Publishes a release of the wave with one finding that both reviewers support, after the community
    representative contested it where `contest` says why. The publication's name."""
    release = suite.call(SERVICE + "CreateRelease", {"releaseId": name, "release": {
        "displayName": f"Release {name}", "statement": "How the communities work together.", "wave": wave,
        "policy": policy, "parameters": parameters,
        "reviewers": [{"principal": principal, "role": role} for principal, role in REVIEWERS.items()]}})["name"]
    finding = suite.call(SERVICE + "CreateFinding", {"parent": release, "findingId": "breadth", "finding": {
        "statement": "Sites work with most partner types.",
        "references": [{"metric": "D1", "number": "richness.mean"}]}})["name"]

    def say(principal, **stance):
        suite.call(SERVICE + "ReviewFinding", {"name": finding, **stance}, metadata=(("weft-principal", principal),))
    suite.call(SERVICE + "SubmitRelease", {"name": release})
    if contest:
        say("users/rosa", stance="STANCE_CONTESTS", note=contest)
        suite.call(SERVICE + "ReviseRelease", {"name": release, "note": "says how many"})
        suite.call(SERVICE + "AnswerStance", {"name": finding, "principal": "users/rosa",
                                              "answer": "It is told of how many now."})
        suite.call(SERVICE + "SubmitRelease", {"name": release})
    for principal in REVIEWERS:
        say(principal, stance="STANCE_SUPPORTS")
    suite.call(SERVICE + "ApproveRelease", {"name": release})
    suite.call(SERVICE + "PublishRelease", {"name": release})
    return f"{release}/publication"
