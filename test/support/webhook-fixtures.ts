import type { GitProvider } from "../../common/schema/git-repository.ts";
import {
    asForm,
    bitbucketRequest,
    genericRequest,
    giteaRequest,
    type GiteaSender,
    githubRequest,
    gitlabRequest,
    type SignedRequest,
    webhookFixture,
} from "./webhook-request.ts";

/** A stored payload, how its provider delivers it, and what it means. */
export interface WebhookCase {
    readonly name: string;
    readonly provider: GitProvider;
    readonly deliver: (secret: string) => SignedRequest;
    readonly meaning: object;
}

const sha = "c2a6b03f190dfb2b4aa91f8af8d477a9bc3401dc";
const other = "d0941e68da8f38151ff86a61fc59f7c5cf9fcaa2";
const before = "c00dbbc9dadfbe1e232e93a729dd4752fade0abf";
const githubSha = "6113728f27ae82c7b1a177c8d03f9e96e0adf246";
const gitlabSha = "da1560886d4f094c3e6c9ef40349f7d38b5d27d7";

const deleted = { kind: "ignored", reason: "the branch or tag was deleted" };
const author = "Ada Lovelace";

function branch(name: string, commit: string, more: object = {}) {
    return { kind: "push", ref: { type: "branch", name }, commit, ...more };
}

function tag(name: string, commit: string, more: object = {}) {
    return { kind: "push", ref: { type: "tag", name }, commit, ...more };
}

function ignored(reason: string, event: string) {
    return { kind: "ignored", reason: `${reason} (event ${event})` };
}

const pullRequest = "pull requests are never deployed";
const release = "a release is deployed by the push of its tag";

function github(file: string, event: string, meaning: object): readonly WebhookCase[] {
    const name = `github/${file}`;
    const deliver = (secret: string) => githubRequest(event, webhookFixture(name), secret);
    const asItsForm = (secret: string) => asForm(deliver(secret), secret);
    return [
        { name, provider: "github", deliver, meaning },
        { name: `${name}, as a form`, provider: "github", deliver: asItsForm, meaning },
    ];
}

function gitlab(file: string, event: string, meaning: object): WebhookCase {
    const name = `gitlab/${file}`;
    const deliver = (secret: string) => gitlabRequest(event, webhookFixture(name), secret);
    return { name, provider: "gitlab", deliver, meaning };
}

function bitbucket(file: string, event: string, meaning: object): WebhookCase {
    const name = `bitbucket/${file}`;
    const deliver = (secret: string) => bitbucketRequest(event, webhookFixture(name), secret);
    return { name, provider: "bitbucket", deliver, meaning };
}

function gitea(sender: GiteaSender, file: string, event: string, meaning: object): readonly WebhookCase[] {
    const name = `gitea/${sender}-${file}`;
    const deliver = (secret: string) => giteaRequest(sender, event, webhookFixture(name), secret);
    const asItsForm = (secret: string) => asForm(deliver(secret));
    const asOtherForm = (secret: string) => {
        const { body, headers } = asForm(deliver(secret), secret);
        const {
            [`x-${sender}-signature`]: _own,
            "x-gogs-signature": _gogs,
            "x-gitea-signature": _gitea,
            ...rest
        } = headers;
        return { body, headers: rest };
    };
    return [
        { name, provider: "gitea", deliver, meaning },
        { name: `${name}, as a form`, provider: "gitea", deliver: asItsForm, meaning },
        { name: `${name}, as a form that is signed itself`, provider: "gitea", deliver: asOtherForm, meaning },
    ];
}

function generic(file: string, meaning: object): WebhookCase {
    const name = `generic/${file}`;
    return { name, provider: "generic", deliver: (secret) => genericRequest(webhookFixture(name), secret), meaning };
}

/** Every payload of `test/fixtures/webhooks`, in every way that its provider may send it. */
export const webhookCases: readonly WebhookCase[] = [
    ...github("push", "push", branch("master", githubSha, { before: undefined })),
    ...github("force-push", "push", branch("master", githubSha, { before, files: undefined })),
    ...github("tag", "push", tag("simple-tag", githubSha)),
    ...github("annotated-tag", "push", tag("v1.0.0", githubSha)),
    ...github("deleted-branch", "push", deleted),
    ...github("deleted-tag", "push", deleted),
    ...github("ping", "ping", { kind: "ping" }),
    ...github("pull-request", "pull_request", ignored(pullRequest, "pull_request")),
    ...github("release", "release", ignored(release, "release")),
    gitlab("push", "Push Hook", branch("master", gitlabSha, { message: "fixed readme", author: "GitLab dev user" })),
    gitlab("force-push", "Push Hook", branch("master", gitlabSha, { before })),
    gitlab("tag", "Tag Push Hook", tag("v1.0.0", gitlabSha)),
    gitlab("deleted-branch", "Push Hook", deleted),
    gitlab("merge-request", "Merge Request Hook", ignored(pullRequest, "Merge Request Hook")),
    gitlab("release", "Release Hook", ignored(release, "Release Hook")),
    bitbucket("cloud-push", "repo:push", branch("main", sha, { before, author, message: "Count the cards\n" })),
    bitbucket("cloud-new-branch", "repo:push", branch("feature/cards", sha, { before: undefined })),
    bitbucket("cloud-force-push", "repo:push", branch("main", sha, { before })),
    bitbucket("cloud-tag", "repo:push", tag("v1.0.0", sha)),
    bitbucket("cloud-deleted-branch", "repo:push", deleted),
    bitbucket("cloud-several-refs", "repo:push", {
        kind: "pushes",
        refs: [deleted, branch("dev", other), branch("main", sha), tag("v1.0.0", sha)],
    }),
    bitbucket("cloud-pull-request", "pullrequest:created", ignored(pullRequest, "pullrequest:created")),
    bitbucket("data-center-push", "repo:refs_changed", branch("main", sha, { before, author })),
    bitbucket("data-center-5-push", "repo:refs_changed", branch("master", sha, { before, message: undefined })),
    bitbucket("data-center-tag", "repo:refs_changed", tag("v1.0.0", sha)),
    bitbucket("data-center-deleted-branch", "repo:refs_changed", deleted),
    bitbucket("data-center-several-refs", "repo:refs_changed", {
        kind: "pushes",
        refs: [deleted, branch("dev", other, { message: "Try more" }), branch("main", sha), tag("v1.0.0", "")],
    }),
    bitbucket("data-center-pull-request", "pr:opened", ignored(pullRequest, "pr:opened")),
    bitbucket("data-center-ping", "diagnostics:ping", { kind: "ping" }),
    ...gitea("gitea", "push", "push", branch("main", sha, { before, author, files: giteaFiles() })),
    ...gitea("gitea", "long-push", "push", branch("main", sha, { before, files: undefined })),
    ...gitea("gitea", "force-push", "push", branch("main", sha)),
    ...gitea("gitea", "test-delivery", "push", branch("main", sha, { before: sha })),
    ...gitea("gitea", "annotated-tag", "push", tag("v1.0.0", sha, { message: "Count the cards\n" })),
    ...gitea("gitea", "deleted-tag", "push", deleted),
    ...gitea("gitea", "deleted-branch", "delete", ignored("the branch or tag was deleted", "delete")),
    ...gitea("gitea", "create", "create", ignored("a new branch or tag is deployed by its own push", "create")),
    ...gitea("gitea", "pull-request", "pull_request", ignored(pullRequest, "pull_request")),
    ...gitea("gitea", "release", "release", ignored(release, "release")),
    ...gitea("forgejo", "push", "push", branch("main", sha, { before, author, files: giteaFiles() })),
    ...gitea("forgejo", "release", "release", ignored(release, "release")),
    ...gitea("gogs", "push", "push", branch("master", sha, { before, author, files: undefined })),
    ...gitea("gogs", "created-tag", "create", tag("v1.0.0", "")),
    ...gitea("gogs", "created-branch", "create", ignored("a new branch or tag is deployed by its own push", "create")),
    ...gitea("gogs", "deleted-branch", "delete", ignored("the branch or tag was deleted", "delete")),
    ...gitea("gogs", "release", "release", tag("v1.0.0", "")),
    ...gitea("gogs", "pull-request", "pull_request", ignored(pullRequest, "pull_request")),
    generic("branch", branch("main", sha, { message: "Count the cards", author })),
    generic("ref", branch("main", sha.slice(0, 12))),
    generic("tag", tag("v1.0.0", "")),
    generic("deleted-branch", deleted),
];

function giteaFiles(): readonly string[] {
    return ["cards.py", "compose.yaml", "README.md", "old.py"];
}
