import { z } from "zod";
import { AppError } from "../../../../common/errors.ts";
import { whyNotARef } from "../../../../common/schema/git-ref.ts";
import { hideCredentials } from "../../core/hide-credentials.ts";
import type { IgnoredEvent, PushEvent } from "../../core/webhook-event.ts";

const mostAddresses = 20;
const longestAddress = 4096;
const longestPath = 4096;
const noCommit = /^0+$/;
const fullHash = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** A text, or nothing where the sender has something else: for what is only shown. */
export const looseText = z.string().optional().catch(undefined);

/** Senders written in Go have null for a list that is empty. */
const paths = z.array(z.string()).nullish();

/** The paths that one commit touched; undefined or null where they are not listed. */
export const CommitFiles = z.object({ added: paths, modified: paths, removed: paths });
export type CommitFiles = z.infer<typeof CommitFiles>;

type Meaning = Pick<PushEvent, "kind" | "ref"> | IgnoredEvent;

/** What a full ref such as `refs/heads/main` means for a push. */
export function readRef(ref: string): Meaning {
    const match = /^refs\/(heads|tags)\/(.*)$/su.exec(ref);
    const name = match?.[2];
    if (match === null || name === undefined) {
        return { kind: "ignored", reason: "the ref is neither a branch nor a tag" };
    }
    return readName(match[1] === "tags" ? "tag" : "branch", name);
}

/** What the name of a branch or tag means; one that git does not allow is ignored. */
export function readName(type: "branch" | "tag", name: string): Meaning {
    const reason = whyNotARef(name);
    return reason === undefined
        ? { kind: "push", ref: { type, name } }
        : { kind: "ignored", reason: `the ref ${reason}` };
}

/** Whether a hash stands for no commit: the ref was deleted, or is new. */
export function isNoCommit(hash: string): boolean {
    return noCommit.test(hash);
}

/** A full hash; throws AppError `invalid` for other text. */
export function readCommit(field: string, hash: string): string {
    if (!fullHash.test(hash)) {
        throw new AppError("invalid", `body.${field}: it is no full commit hash; check the sender's configuration`);
    }
    return hash;
}

/** The commit before the push; undefined where there was none or it is not told. */
export function readBefore(hash: string | undefined): string | undefined {
    return hash === undefined || !fullHash.test(hash) || isNoCommit(hash) ? undefined : hash;
}

/** Every path that these commits touched; undefined where a commit does not list them all, or lists what is no path. */
export function allFiles(commits: readonly CommitFiles[]): readonly string[] | undefined {
    const files = new Set<string>();
    for (const { added, modified, removed } of commits) {
        if (!added || !modified || !removed) {
            return undefined;
        }
        [...added, ...modified, ...removed].forEach((file) => files.add(file));
    }
    return [...files].some((file) => file.length > longestPath) ? undefined : [...files];
}

/** The texts among these values: the addresses that a body gives, without credentials. Of very many only the first. */
export function texts(values: readonly unknown[]): readonly string[] {
    const given = values.filter((value) => typeof value === "string" && value !== "").map(String);
    // Cut off, so that it names another repository rather than none.
    return given.slice(0, mostAddresses).map((text) => hideCredentials(text.slice(0, longestAddress)));
}

export const deletionIgnored = { kind: "ignored", reason: "the branch or tag was deleted" } as const;
