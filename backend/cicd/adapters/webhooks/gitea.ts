import { z } from "zod";
import type { RefEvent, WebhookHeaders, WebhookProvider } from "../../core/webhook-event.ts";
import { onlyPayloadOf, readPayloadText } from "./form-body.ts";
import { ignoredEvent } from "./ignored-event.ts";
import {
    allFiles,
    CommitFiles,
    deletionIgnored,
    isNoCommit,
    looseText,
    readBefore,
    readCommit,
    readName,
    readRef,
    texts,
} from "./push.ts";
import { readJson, readShape } from "./read-body.ts";
import { isHexSignature } from "./signature.ts";

const Addresses = z.object({ clone_url: looseText, ssh_url: looseText, html_url: looseText });

const Body = z.object({ repository: Addresses.optional().catch(undefined) });

const Commit = z.object({
    id: looseText,
    message: looseText,
    author: z.object({ name: looseText }).nullish(),
});

const Push = z.object({
    ref: z.string(),
    before: looseText,
    after: z.string(),
    head_commit: Commit.nullish().catch(undefined),
    commits: z.array(CommitFiles.extend(Commit.shape)).optional().catch(undefined),
    total_commits: z.int().optional().catch(undefined),
});
type Push = z.infer<typeof Push>;

const Created = z.object({ ref: z.string(), ref_type: z.string() });

const Release = z.object({
    action: looseText,
    release: z.object({ tag_name: z.string(), draft: z.boolean().optional().catch(undefined) }),
});

/** Gitea and what it came from or became: Gogs, Forgejo. Each also sends the headers of those before it. */
export const gitea: WebhookProvider = {
    id: "gitea",
    secretHeaders: [],
    verify: ({ body, headers, secret }) =>
        isSigned(body, headers, secret) || isSigned(onlyPayloadOf(body, headers), headers, secret),
    deliveryId: (headers) => firstOf(headers, "delivery"),
    signature: (headers) =>
        headers["x-gitea-signature"] ??
        headers["x-forgejo-signature"] ??
        headers["x-gogs-signature"] ??
        headers["x-hub-signature-256"],
    parse({ body, headers }) {
        const payload = readJson(readPayloadText(body, headers));
        const { repository } = readShape(Body, payload);
        const eventType = firstOf(headers, "event") ?? "unknown";
        const repositoryUrls = texts([repository?.clone_url, repository?.ssh_url, repository?.html_url]);
        const meaning = isGogs(headers) ? readOfGogs(eventType, payload) : readEvent(eventType, payload);
        return { eventType, repositoryUrls, payload, ...meaning };
    },
};

/** These senders sign their JSON, also where they put it into a form afterwards. */
function isSigned(body: Uint8Array | undefined, headers: WebhookHeaders, secret: string): boolean {
    if (body === undefined) {
        return false;
    }
    return (
        ["x-gitea-signature", "x-forgejo-signature", "x-gogs-signature"].some((name) =>
            isHexSignature(headers[name], "", { body, secret }),
        ) || isHexSignature(headers["x-hub-signature-256"], "sha256=", { body, secret })
    );
}

function firstOf(headers: WebhookHeaders, what: "delivery" | "event"): string | undefined {
    return (
        headers[`x-gitea-${what}`] ??
        headers[`x-forgejo-${what}`] ??
        headers[`x-gogs-${what}`] ??
        headers[`x-github-${what}`]
    );
}

function isGogs(headers: WebhookHeaders): boolean {
    const { "x-gitea-event": gitea, "x-forgejo-event": forgejo, "x-gogs-event": gogs } = headers;
    return gogs !== undefined && gitea === undefined && forgejo === undefined;
}

function readEvent(eventType: string, payload: unknown): RefEvent {
    return eventType === "push" ? readPush(readShape(Push, payload)) : ignoredEvent(eventType);
}

/** Gogs tells of a new tag only by its creation, and of one that a release makes only by the release. */
function readOfGogs(eventType: string, payload: unknown): RefEvent {
    if (eventType === "create") {
        const { ref, ref_type: type } = readShape(Created, payload);
        return type === "tag" ? tagOf(ref) : ignoredEvent(eventType);
    }
    if (eventType === "release") {
        const { action, release } = readShape(Release, payload);
        return action === "published" && release.draft !== true ? tagOf(release.tag_name) : ignoredEvent(eventType);
    }
    return readEvent(eventType, payload);
}

/** The commit is left open: the body has the tag's own object, or nothing. */
function tagOf(name: string): RefEvent {
    const meaning = readName("tag", name);
    return meaning.kind === "ignored" ? meaning : { ...meaning, commit: "" };
}

function readPush(push: Push): RefEvent {
    const meaning = readRef(push.ref);
    if (meaning.kind === "ignored") {
        return meaning;
    }
    if (isNoCommit(push.after)) {
        return deletionIgnored;
    }
    const after = readCommit("after", push.after);
    // For an annotated tag `after` is the tag's own object.
    const commit = meaning.ref.type === "tag" ? (push.head_commit?.id ?? "") : after;
    const head = push.head_commit ?? push.commits?.find(({ id }) => id === commit);
    return {
        ...meaning,
        commit: commit === "" ? "" : readCommit("head_commit.id", commit),
        before: readBefore(push.before),
        message: head?.message,
        author: head?.author?.name,
        files: completeFiles(push),
        mayBeForced: true,
    };
}

/** Gitea lists five commits at most, and tells how many there are. Gogs does not tell. */
function completeFiles({ commits, total_commits: total }: Push): readonly string[] | undefined {
    return commits === undefined || commits.length === 0 || total !== commits.length ? undefined : allFiles(commits);
}
