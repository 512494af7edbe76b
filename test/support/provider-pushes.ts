import { createHmac, randomUUID } from "node:crypto";
import {
    asForm,
    bitbucketRequest,
    genericRequest,
    giteaRequest,
    type GiteaSender,
    githubExamples,
    githubRequest,
    gitlabRequest,
    type SignedRequest,
    webhookFixture,
} from "./webhook-request.ts";

/** The hash that stands for no commit. */
export const nothing = "0".repeat(40);

/** One push as any of the providers tells it; to `nothing` it deletes the ref. */
export interface Push {
    readonly commit: string;
    readonly before?: string;
    readonly ref?: string;
    readonly message?: string;
    readonly delivery?: string;
}

export type MakePush = (push: Push, secret: string) => SignedRequest;

/** The addresses that the stored payloads give for their repositories. */
export const payloadAddresses = [
    "https://github.com/Codertocat/Hello-World.git",
    "http://gitlab.example.com/mike/diaspora.git",
    "https://bitbucket.org/engine/notes",
    "https://bitbucket.example.org/scm/eng/notes.git",
    "https://gitea.example.org/ada/notes.git",
    "https://forgejo.example.org/ada/notes.git",
    "https://gogs.example.org/ada/notes.git",
];

const person = { name: "Ada", email: "ada@example.org" };

function commitOf({ commit, message = "feat" }: Push) {
    return { id: commit, message, author: person, added: [], removed: [], modified: ["compose.yaml"] };
}

function refOf({ ref = "refs/heads/main" }: Push): {
    readonly ref: string;
    readonly name: string;
    readonly tag: boolean;
} {
    return { ref, name: ref.replace(/^refs\/(heads|tags)\//, ""), tag: ref.startsWith("refs/tags/") };
}

export const githubPush: MakePush = (push, secret) => {
    const { commit, before = nothing, delivery = randomUUID() } = push;
    const examples = githubExamples().find(({ name }) => name === "push")?.examples;
    const example = examples?.find((payload) => payload["ref"] === "refs/heads/master");
    const head_commit = commit === nothing ? null : commitOf(push);
    const commits = head_commit === null ? [] : [head_commit];
    const fields = { ref: refOf(push).ref, before, after: commit, deleted: commit === nothing, head_commit, commits };
    return githubRequest("push", { ...example, ...fields }, secret, delivery);
};

export const githubForm: MakePush = (push, secret) => asForm(githubPush(push, secret), secret);

export const gitlabPush: MakePush = (push, secret) => {
    const { commit, before = nothing, delivery = randomUUID() } = push;
    const checkout_sha = commit === nothing ? null : commit;
    const commits = [commitOf(push)];
    const fields = { ref: refOf(push).ref, before, after: commit, checkout_sha, commits, total_commits_count: 1 };
    return gitlabRequest("Push Hook", { ...webhookFixture("gitlab/push"), ...fields }, secret, delivery);
};

export const gitlabSigned: MakePush = (push, secret) => {
    const { body, headers } = gitlabPush(push, secret);
    const { "x-gitlab-token": token = "", ...others } = headers;
    const [id, time] = [randomUUID(), String(Math.floor(Date.now() / 1000))];
    const digest = createHmac("sha256", token).update(`${id}.${time}.`).update(body).digest("base64");
    const signature = { "webhook-id": id, "webhook-timestamp": time, "webhook-signature": `v1,${digest}` };
    return { body, headers: { ...others, ...signature } };
};

function cloudChange(push: Push) {
    const { commit, before = nothing, message = "feat" } = push;
    const { name, tag } = refOf(push);
    const refTo = (hash: string) => {
        const author = { type: "author", raw: "Ada <ada@example.org>" };
        return hash === nothing
            ? null
            : { type: tag ? "tag" : "branch", name, target: { type: "commit", hash, message, author } };
    };
    return { old: refTo(before), new: refTo(commit), created: before === nothing, closed: commit === nothing };
}

/** One push of several refs, as Bitbucket Cloud tells it. */
export function bitbucketCloudPushes(pushes: readonly Push[], secret: string): SignedRequest {
    const payload = { ...webhookFixture("bitbucket/cloud-push"), push: { changes: pushes.map(cloudChange) } };
    return bitbucketRequest("repo:push", payload, secret, pushes[0]?.delivery ?? randomUUID());
}

export const bitbucketCloudPush: MakePush = (push, secret) => bitbucketCloudPushes([push], secret);

export const bitbucketDataCenterPush: MakePush = (push, secret) => {
    const { commit, before = nothing, delivery = randomUUID() } = push;
    const { ref: id, name: displayId, tag } = refOf(push);
    const ref = { id, displayId, type: tag ? "TAG" : "BRANCH" };
    const type = commit === nothing ? "DELETE" : "UPDATE";
    const told = commit === nothing ? {} : { commits: [commitOf(push)], toCommit: commitOf(push) };
    const { commits, toCommit, ...example } = webhookFixture("bitbucket/data-center-push");
    const changes = [{ ref, refId: id, fromHash: before, toHash: commit, type }];
    const payload = { ...example, changes, ...told };
    return bitbucketRequest("repo:refs_changed", payload, secret, delivery);
};

export function giteaPush(sender: Exclude<GiteaSender, "gogs">): MakePush {
    return (push, secret) => {
        const { commit, before = nothing, delivery = randomUUID() } = push;
        const head_commit = commit === nothing ? null : commitOf(push);
        const commits = head_commit === null ? [] : [head_commit];
        const fields = {
            ref: refOf(push).ref,
            before,
            after: commit,
            head_commit,
            commits,
            total_commits: commits.length,
        };
        const payload = { ...webhookFixture(`gitea/${sender}-push`), ...fields };
        return giteaRequest(sender, "push", payload, secret, delivery);
    };
}

export const giteaForm: MakePush = (push, secret) => asForm(giteaPush("gitea")(push, secret));

/** Gogs tells of a push to a branch, of a tag's creation, and of a deletion. */
export const gogsPush: MakePush = (push, secret) => {
    const { commit, before = nothing, delivery = randomUUID() } = push;
    const { ref, name, tag } = refOf(push);
    const { repository, sender, pusher } = webhookFixture("gitea/gogs-push");
    const ref_type = tag ? "tag" : "branch";
    const short = { ref: name, ref_type, sha: commit, repository, sender };
    if (commit === nothing) {
        return giteaRequest("gogs", "delete", short, secret, delivery);
    }
    if (tag) {
        return giteaRequest("gogs", "create", short, secret, delivery);
    }
    const commits = [{ ...commitOf(push), added: null, removed: null }];
    const payload = { ref, before, after: commit, compare_url: "", commits, repository, pusher, sender };
    return giteaRequest("gogs", "push", payload, secret, delivery);
};

export const genericPush: MakePush = (push, secret) => {
    const { commit, message, delivery = randomUUID() } = push;
    return genericRequest({ ref: refOf(push).ref, commit, message }, secret, delivery);
};

export const genericBearer: MakePush = (push, secret) => {
    const { body, headers } = genericPush(push, secret);
    const { "x-signature-256": _signature, ...others } = headers;
    return { body, headers: { ...others, authorization: `Bearer ${secret}` } };
};
