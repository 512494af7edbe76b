import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DeploymentRecord } from "../../../../backend/cicd/core/deployment.ts";
import {
    pollCandidates,
    refsOf,
    whyNotAgain,
    type CommitHistory,
    type PollCandidate,
    type SeenRefs,
} from "../../../../backend/cicd/core/poll-rules.ts";
import type { PushRules } from "../../../../backend/cicd/core/push-rules.ts";

const a = "a".repeat(40);
const b = "b".repeat(40);
const c = "c".repeat(40);
const now = new Date("2026-01-31T12:00:00.000Z");

const rules: PushRules = {
    branch: "main",
    paths: [],
    autoDeployOnPush: true,
    autoDeployBranches: [],
    autoDeployTags: [],
};

function row(fields: Partial<DeploymentRecord> = {}): DeploymentRecord {
    return {
        id: "d1",
        stackId: "shop",
        buildConfigId: "c1",
        repositoryId: "r1",
        commitSha: a,
        branch: "main",
        status: "failed",
        phase: "done",
        phases: [],
        createdAt: "2026-01-31T11:00:00.000Z",
        completedAt: "2026-01-31T11:01:00.000Z",
        triggeredBy: "webhook",
        images: [],
        machines: [],
        attempt: 1,
        ...fields,
    };
}

interface Polled {
    readonly known?: SeenRefs;
    readonly seen: SeenRefs;
    readonly rules?: Partial<PushRules>;
    readonly latest?: DeploymentRecord;
}

function refs({ known, seen, rules: given, latest }: Polled): readonly string[] {
    const candidates = pollCandidates({ known, seen, rules: { ...rules, ...given }, latest });
    return candidates.map(({ ref, commit }) => `${ref.type} ${ref.name} ${commit[0] ?? ""}`);
}

const main = "refs/heads/main";
const dev = "refs/heads/dev";
const both = { autoDeployBranches: ["main", "dev"] };
const tags = { autoDeployTags: ["v.*"] };

describe("what a poll could deploy", () => {
    it.each<[string, Polled, readonly string[]]>([
        ["the head of the own branch, at the first poll", { seen: { [main]: a } }, ["branch main a"]],
        [
            "the head of the own branch, also where it stands still",
            { known: { [main]: a }, seen: { [main]: a } },
            ["branch main a"],
        ],
        ["nothing where pushes do not deploy", { seen: { [main]: a }, rules: { autoDeployOnPush: false } }, []],
        ["no other branch", { known: { [main]: a, [dev]: a }, seen: { [main]: a, [dev]: b } }, ["branch main a"]],
        [
            "another branch that the rules name, when it has changed",
            { known: { [main]: a, [dev]: a }, seen: { [main]: a, [dev]: b }, rules: both },
            ["branch main a", "branch dev b"],
        ],
        [
            "no other branch that stands still",
            { known: { [main]: a, [dev]: b }, seen: { [main]: a, [dev]: b }, rules: both },
            ["branch main a"],
        ],
        ["no other branch at the first poll", { seen: { [main]: a, [dev]: b }, rules: both }, ["branch main a"]],
        [
            "a branch that is new",
            { known: { [main]: a }, seen: { [main]: a, [dev]: b }, rules: both },
            ["branch main a", "branch dev b"],
        ],
        [
            "not the own branch where the rules leave it out",
            { seen: { [main]: a }, rules: { autoDeployBranches: ["dev"] } },
            [],
        ],
        [
            "no tags at the first poll: they are only remembered",
            { seen: { [main]: a, "refs/tags/v1": b }, rules: tags },
            ["branch main a"],
        ],
        [
            "of many new tags the newest that matches",
            {
                known: { [main]: a, "refs/tags/v8": b },
                seen: { [main]: a, "refs/tags/v8": b, "refs/tags/v9": b, "refs/tags/v10": c, "refs/tags/x99": c },
                rules: tags,
            },
            ["branch main a", "tag v10 c"],
        ],
        [
            "a tag that was moved",
            { known: { [main]: a, "refs/tags/v1": b }, seen: { [main]: a, "refs/tags/v1": c }, rules: tags },
            ["branch main a", "tag v1 c"],
        ],
        [
            "the tag rather than the branch where both are the same commit",
            { known: { [main]: a }, seen: { [main]: b, "refs/tags/v1": b }, rules: tags },
            ["tag v1 b", "branch main b"],
        ],
        [
            "no tag where none is asked for",
            { known: { [main]: a }, seen: { [main]: a, "refs/tags/v1": b } },
            ["branch main a"],
        ],
        [
            "nothing of a branch that is gone",
            { known: { [main]: a, [dev]: b }, seen: { [main]: a }, rules: both },
            ["branch main a"],
        ],
        [
            "again what the last deployment could not do",
            {
                known: { [main]: a, "refs/tags/v1": b },
                seen: { [main]: a, "refs/tags/v1": b },
                rules: tags,
                latest: row({ commitSha: b, tag: "v1", errorCode: "engine_unavailable" }),
            },
            ["branch main a", "tag v1 b"],
        ],
        [
            "not again what the last deployment said no to",
            {
                known: { [main]: a, "refs/tags/v1": b },
                seen: { [main]: a, "refs/tags/v1": b },
                rules: tags,
                latest: row({ commitSha: b, tag: "v1", errorCode: "build_failed" }),
            },
            ["branch main a"],
        ],
    ])("is %s", (_, polled, expected) => {
        expect(refs(polled)).toEqual(expected);
    });

    it("is never a ref that the remote does not have, nor more than one tag", () => {
        const seen = fc.dictionary(
            fc.constantFrom(main, dev, "refs/heads/x", "refs/tags/v1", "refs/tags/v2", "refs/tags/y"),
            fc.constantFrom(a, b, c),
        );
        fc.assert(
            fc.property(seen, fc.option(seen, { nil: undefined }), (now, known) => {
                const candidates = pollCandidates({
                    known,
                    seen: now,
                    rules: { ...rules, ...both, ...tags },
                    latest: undefined,
                });
                for (const { ref, commit } of candidates) {
                    expect(now[`refs/${ref.type === "tag" ? "tags" : "heads"}/${ref.name}`]).toBe(commit);
                }
                expect(candidates.filter(({ ref }) => ref.type === "tag").length).toBeLessThan(2);
            }),
        );
    });
});

it("a remote's refs are named in full", () => {
    const remote = {
        branches: [{ name: "main", commit: a }],
        tags: [{ name: "main", commit: b }],
        defaultBranch: "main",
    };
    expect(refsOf(remote)).toEqual({ "refs/heads/main": a, "refs/tags/main": b });
});

describe("a commit", () => {
    const candidate: PollCandidate = { ref: { type: "branch", name: "main" }, commit: a, changed: true };
    const none: CommitHistory = { live: undefined, active: [], attempts: [], now };
    const why = (history: Partial<CommitHistory>, fields: Partial<PollCandidate> = {}) =>
        whyNotAgain({ ...candidate, ...fields }, { ...none, ...history });
    const ended = (minutesAgo: number, fields: Partial<DeploymentRecord> = {}) =>
        row({
            errorCode: "engine_unavailable",
            completedAt: new Date(now.getTime() - minutesAgo * 60_000).toISOString(),
            ...fields,
        });

    it("that was never seen is deployed", () => {
        expect(why({})).toBeUndefined();
    });

    it.each<[string, Partial<CommitHistory>, string]>([
        ["is live", { live: row({ status: "successful" }) }, "live already"],
        ["is live by another ref", { live: row({ status: "successful", tag: "v1" }) }, "live already"],
        ["waits", { active: [row({ status: "pending" })] }, "being deployed already"],
        ["builds on another ref", { active: [row({ status: "building", branch: "dev" })] }, "being deployed already"],
        [
            "may be what a deployment of the head fetches",
            { active: [row({ status: "pending", commitSha: "" })] },
            "being deployed already",
        ],
        ["did not build", { attempts: [row({ errorCode: "build_failed" })] }, "tried before (failed)"],
        [
            "was rolled back",
            { attempts: [row({ status: "rolled_back", errorCode: "unhealthy" })] },
            "tried before (rolled_back)",
        ],
        [
            "was rolled back on another ref",
            { attempts: [row({ status: "rolled_back", tag: "v1" })] },
            "tried before (rolled_back)",
        ],
        [
            "was taken back by hand",
            { attempts: [row({ status: "successful" })], live: row({ commitSha: b }) },
            "tried before (successful)",
        ],
        [
            "was cancelled",
            { attempts: [row({ status: "cancelled", errorCode: "cancelled" })] },
            "tried before (cancelled)",
        ],
        [
            "was rejected",
            { attempts: [row({ status: "cancelled", errorCode: "rejected" })] },
            "tried before (cancelled)",
        ],
        [
            "changed nothing",
            { attempts: [row({ status: "cancelled", errorCode: "no_change" })] },
            "tried before (cancelled)",
        ],
        [
            "failed long ago, and could not be done since",
            { attempts: [ended(600), row({ errorCode: "unhealthy" })] },
            "tried before (failed)",
        ],
        ["could not be done a moment ago", { attempts: [ended(4)] }, "tried again later"],
        [
            "could not be done twice, the last time ten minutes ago",
            { attempts: [ended(10), ended(30)] },
            "tried again later",
        ],
        [
            "was rolled back, though it was not to blame",
            { attempts: [ended(999, { status: "rolled_back" })] },
            "tried before (rolled_back)",
        ],
        [
            "could not be done for days, the last time five hours ago",
            { attempts: [ended(300), ...Array.from({ length: 99 }, () => ended(999))] },
            "tried again later",
        ],
    ])("that %s is left alone", (_, history, reason) => {
        expect(why(history)).toContain(reason);
    });

    it.each<[string, Partial<CommitHistory>]>([
        ["could not be done six minutes ago", { attempts: [ended(6)] }],
        ["could not be done three times, the last time an hour ago", { attempts: [ended(60), ended(99), ended(99)] }],
        [
            "could not be done for days, the last time six hours ago",
            { attempts: [ended(360), ...Array.from({ length: 99 }, () => ended(999))] },
        ],
        [
            "could not be done at a time that is still to come, since the clock was set back",
            { attempts: [ended(-600)] },
        ],
        ["was replaced before it ran", { attempts: [row({ status: "cancelled", errorCode: "superseded" })] }],
        ["is being cancelled", { active: [row({ status: "building", cancelRequestedAt: now.toISOString() })] }],
        [
            "was live on another ref",
            { attempts: [row({ status: "successful", tag: "v1" })], live: row({ commitSha: b }) },
        ],
        [
            "a rollback by hand restored",
            { attempts: [row({ status: "failed", errorCode: "apply_failed", previousDeploymentId: "d0" })] },
        ],
        ["waits as what a rollback restores", { active: [row({ status: "pending", previousDeploymentId: "d0" })] }],
    ])("that %s is deployed", (_, history) => {
        expect(why(history)).toBeUndefined();
    });

    it("that was replaced stays so while its branch stands still", () => {
        const attempts = [row({ status: "cancelled", errorCode: "superseded" })];
        expect(why({ attempts }, { changed: false })).toContain("tried before");
    });
});
