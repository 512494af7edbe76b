import { z } from "zod";
import type { RefEvent } from "../../core/webhook-event.ts";
import { deletionIgnored, isNoCommit, looseText, readBefore, readCommit, readRef } from "./push.ts";

const Commit = z.object({
    id: z.string(),
    message: looseText,
    author: z.object({ name: looseText }).optional().catch(undefined),
});
type Commit = z.infer<typeof Commit>;

const Change = z.object({
    ref: z.object({ id: z.string() }),
    fromHash: looseText,
    toHash: z.string(),
    type: looseText,
});
type Change = z.infer<typeof Change>;

/** The body of Bitbucket Data Center's `repo:refs_changed`; older versions send no commits. */
export const DataCenterPush = z.object({
    changes: z.array(Change),
    commits: z.array(Commit).optional().catch(undefined),
    toCommit: Commit.optional().catch(undefined),
});
export type DataCenterPush = z.infer<typeof DataCenterPush>;

/** What became of each ref. The files that the commits touched are not in the body. */
export function readDataCenterPush({ changes, commits = [], toCommit }: DataCenterPush): readonly RefEvent[] {
    const told = toCommit === undefined ? commits : [toCommit, ...commits];
    // With several refs it is not said which of them has this commit.
    const tagged = changes.length === 1 ? toCommit?.id : undefined;
    const byId = new Map(told.map((commit) => [commit.id, commit]));
    return changes.map((change) => readChange(change, byId, tagged));
}

function readChange(change: Change, commits: ReadonlyMap<string, Commit>, tagged: string | undefined): RefEvent {
    const meaning = readRef(change.ref.id);
    if (meaning.kind === "ignored") {
        return meaning;
    }
    if (change.type === "DELETE" || isNoCommit(change.toHash)) {
        return deletionIgnored;
    }
    const hash = readCommit("changes.toHash", change.toHash);
    // For an annotated tag the hash is that of the tag's own object.
    const commit = meaning.ref.type === "tag" ? (tagged ?? "") : hash;
    const head = commits.get(commit);
    return {
        ...meaning,
        commit: commit === "" ? "" : readCommit("toCommit.id", commit),
        before: readBefore(change.fromHash),
        message: head?.message,
        author: head?.author?.name,
    };
}
