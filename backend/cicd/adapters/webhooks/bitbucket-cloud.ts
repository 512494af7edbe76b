import { z } from "zod";
import type { RefEvent } from "../../core/webhook-event.ts";
import { deletionIgnored, looseText, readBefore, readCommit, readName } from "./push.ts";

const Target = z.object({
    hash: z.string(),
    message: looseText,
    author: z.object({ raw: looseText }).optional().catch(undefined),
});

const Ref = z.object({ type: z.string(), name: z.string(), target: Target });

const Old = z.object({ target: z.object({ hash: looseText }) });

/** The body of Bitbucket Cloud's `repo:push`. */
export const CloudPush = z.object({
    push: z.object({
        changes: z.array(z.object({ new: Ref.nullish(), old: Old.nullish().catch(undefined) })),
    }),
});
export type CloudPush = z.infer<typeof CloudPush>;
type Change = CloudPush["push"]["changes"][number];

/** What became of each ref. The files that the commits touched are not in the body. */
export function readCloudPush({ push }: CloudPush): readonly RefEvent[] {
    return push.changes.map(readChange);
}

function readChange({ new: now, old }: Change): RefEvent {
    if (now === undefined || now === null) {
        return deletionIgnored;
    }
    if (now.type !== "branch" && now.type !== "tag") {
        return { kind: "ignored", reason: "the ref is neither a branch nor a tag" };
    }
    const meaning = readName(now.type, now.name);
    if (meaning.kind === "ignored") {
        return meaning;
    }
    return {
        ...meaning,
        commit: readCommit("push.changes.new.target.hash", now.target.hash),
        before: readBefore(old?.target.hash),
        message: now.target.message,
        author: nameOf(now.target.author?.raw),
    };
}

/** The name in `Name <address>`. */
function nameOf(author: string | undefined): string | undefined {
    const name = author?.split("<")[0]?.trim();
    return name === "" ? undefined : name;
}
