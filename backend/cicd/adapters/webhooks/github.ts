import { z } from "zod";
import type { RefEvent, WebhookProvider } from "../../core/webhook-event.ts";
import { readPayloadText } from "./form-body.ts";
import { ignoredEvent } from "./ignored-event.ts";
import { isHexSignature } from "./signature.ts";
import {
    allFiles,
    CommitFiles,
    deletionIgnored,
    isNoCommit,
    looseText,
    readBefore,
    readCommit,
    readRef,
    texts,
} from "./push.ts";
import { readJson, readShape } from "./read-body.ts";

/** From here on GitHub may have left commits out. */
const truncatedFrom = 20;
/** GitHub lists at most 3000 files; fewer are believed, to be on the safe side. */
const believedFiles = 1000;

const Repository = z.object({
    clone_url: looseText,
    ssh_url: looseText,
    git_url: looseText,
    html_url: looseText,
});

const Body = z.object({ repository: Repository.optional().catch(undefined) });

const Push = z.object({
    ref: z.string(),
    before: looseText,
    after: z.string(),
    deleted: z.boolean().optional(),
    forced: z.boolean().optional(),
    head_commit: z
        .object({ id: z.string(), message: looseText, author: z.object({ name: looseText }).nullish() })
        .nullish(),
    commits: z.array(CommitFiles).optional().catch(undefined),
});
type Push = z.infer<typeof Push>;

export const github: WebhookProvider = {
    id: "github",
    secretHeaders: [],
    verify: ({ body, headers, secret }) => isHexSignature(headers["x-hub-signature-256"], "sha256=", { body, secret }),
    deliveryId: (headers) => headers["x-github-delivery"],
    signature: (headers) => headers["x-hub-signature-256"],
    parse({ body, headers }) {
        const sent = readPayloadText(body, headers);
        const payload = readJson(sent);
        const { repository } = readShape(Body, payload);
        const eventType = headers["x-github-event"] ?? "unknown";
        const repositoryUrls = texts([
            repository?.clone_url,
            repository?.ssh_url,
            repository?.git_url,
            repository?.html_url,
        ]);
        return { eventType, repositoryUrls, payload, sent, ...readEvent(eventType, payload) };
    },
};

function readEvent(eventType: string, payload: unknown): RefEvent | { readonly kind: "ping" } {
    if (eventType === "ping") {
        return { kind: "ping" };
    }
    return eventType === "push" ? readPush(readShape(Push, payload)) : ignoredEvent(eventType);
}

function readPush(push: Push): RefEvent {
    const meaning = readRef(push.ref);
    if (meaning.kind === "ignored") {
        return meaning;
    }
    if (push.deleted === true || isNoCommit(push.after)) {
        return deletionIgnored;
    }
    const after = readCommit("after", push.after);
    // For an annotated tag `after` is the tag's own object.
    const commit = meaning.ref.type === "tag" ? (push.head_commit?.id ?? "") : after;
    return {
        ...meaning,
        commit: commit === "" ? "" : readCommit("head_commit.id", commit),
        before: readBefore(push.before),
        message: push.head_commit?.message,
        author: push.head_commit?.author?.name,
        files: completeFiles(push),
    };
}

function completeFiles({ commits, forced }: Push): readonly string[] | undefined {
    if (commits === undefined || commits.length === 0 || commits.length >= truncatedFrom || forced === true) {
        return undefined;
    }
    const files = allFiles(commits);
    return files !== undefined && files.length < believedFiles ? files : undefined;
}
