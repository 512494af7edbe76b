import { z } from "zod";
import { AppError } from "../../../../common/errors.ts";
import { CommitSha } from "../../../../common/schema/git-ref.ts";
import { isEqualInConstantTime } from "../../../platform/crypto/constant-time.ts";
import type { ParsedWebhook, WebhookHeaders, WebhookProvider } from "../../core/webhook-event.ts";
import { isHexSignature } from "./signature.ts";
import { deletionIgnored, isNoCommit, looseText, readName, readRef, texts } from "./push.ts";
import { readJson, readShape, readText } from "./read-body.ts";

const Addresses = z.object({ url: looseText, clone_url: looseText, ssh_url: looseText, html_url: looseText });

const Body = z.object({
    ref: z.string().nullish(),
    branch: z.string().nullish(),
    tag: z.string().nullish(),
    commit: z.string().nullish(),
    message: looseText,
    author: looseText,
    url: looseText,
    repository: z.union([z.string(), Addresses]).optional().catch(undefined),
});
type Body = z.infer<typeof Body>;

/** Any tool that can POST. A push without a ref has an empty branch name: the repository's own branch. */
export const generic: WebhookProvider = {
    id: "generic",
    secretHeaders: ["authorization"],
    verify: ({ body, headers, secret }) =>
        isHexSignature(headers["x-signature-256"], "sha256=", { body, secret }) || hasBearer(headers, secret),
    deliveryId: (headers) => headers["x-delivery-id"],
    signature: (headers) => headers["x-signature-256"] ?? (headers["authorization"] === undefined ? undefined : "***"),
    parse({ body }) {
        const text = readText(body);
        const payload = text.trim() === "" ? null : readJson(text);
        const given = readShape(Body, payload ?? {});
        return { eventType: "push", repositoryUrls: addresses(given), payload, ...readPush(given) };
    },
};

function hasBearer(headers: WebhookHeaders, secret: string): boolean {
    const token = /^Bearer +(\S+) *$/i.exec(headers["authorization"] ?? "")?.[1];
    return secret !== "" && token !== undefined && isEqualInConstantTime(token, secret);
}

function addresses({ url, repository }: Body): readonly string[] {
    if (typeof repository === "string") {
        return texts([url, repository]);
    }
    return texts([url, repository?.url, repository?.clone_url, repository?.ssh_url, repository?.html_url]);
}

type Meaning =
    | Omit<Extract<ParsedWebhook, { kind: "push" }>, "eventType" | "repositoryUrls">
    | { readonly kind: "ignored"; readonly reason: string };

function readPush(body: Body): Meaning {
    const meaning = readWanted(body);
    if (meaning.kind === "ignored") {
        return meaning;
    }
    const commit = body.commit ?? "";
    if (isNoCommit(commit)) {
        return deletionIgnored;
    }
    if (commit !== "" && !CommitSha.safeParse(commit).success) {
        throw new AppError(
            "invalid",
            "body.commit: it is no commit hash; give 7 to 64 hexadecimal digits, or leave it out",
        );
    }
    return { ...meaning, commit, message: body.message, author: body.author };
}

function readWanted({ ref, branch, tag }: Body): ReturnType<typeof readRef> {
    if ([ref, branch, tag].filter((given) => given !== undefined && given !== null).length > 1) {
        throw new AppError("invalid", "body: it names more than one of ref, branch and tag; give only one");
    }
    if (tag !== undefined && tag !== null) {
        return readName("tag", tag);
    }
    if (branch !== undefined && branch !== null) {
        return readName("branch", branch);
    }
    if (ref === undefined || ref === null) {
        return { kind: "push", ref: { type: "branch", name: "" } };
    }
    return ref.startsWith("refs/") ? readRef(ref) : readName("branch", ref);
}
