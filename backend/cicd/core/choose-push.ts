import { whyPushIgnored, type PushRules } from "./push-rules.ts";
import type { PushEvent, RefEvent } from "./webhook-event.ts";

/** The ref of a push that deploys a stack, with a note where others would have, too; or why none does. */
export type ChosenPush =
    | { readonly push: PushEvent; readonly reason: string | undefined }
    | { readonly push: undefined; readonly reason: string };

const shownReasons = 3;

/**
 * Which of the refs that one push changed deploys a stack: the stack's own branch, else the last one that its rules
 * allow, because a stack runs one commit at a time.
 */
export function choosePush(refs: readonly RefEvent[], rules: PushRules): ChosenPush {
    const allowed: PushEvent[] = [];
    const reasons = new Set<string>();
    for (const event of refs) {
        const reason = event.kind === "ignored" ? event.reason : whyPushIgnored(event, rules);
        if (reason !== undefined) {
            reasons.add(reason);
        } else if (event.kind === "push") {
            allowed.push(event);
        }
    }
    const push = allowed.find(({ ref }) => ref.type === "branch" && ref.name === rules.branch) ?? allowed.at(-1);
    if (push === undefined) {
        return { push, reason: listReasons([...reasons]) };
    }
    const reason =
        allowed.length === 1 ? undefined : `of ${allowed.length} refs that would deploy, ${push.ref.name} was taken`;
    return { push, reason };
}

/** A push to a branch that is ignored for its list of files alone, where that may lack those of undone commits. */
export function findSuspect(refs: readonly RefEvent[], rules: PushRules): PushEvent | undefined {
    const pushes = refs.filter((event) => event.kind === "push");
    return pushes.find(
        (push) =>
            push.mayBeForced === true &&
            push.ref.type === "branch" &&
            push.files !== undefined &&
            whyPushIgnored({ ...push, files: undefined }, rules) === undefined,
    );
}

function listReasons(reasons: readonly string[]): string {
    if (reasons.length === 0) {
        return "the push changed no branch and no tag";
    }
    const more = reasons.length > shownReasons ? [`and ${reasons.length - shownReasons} more reasons`] : [];
    return [...reasons.slice(0, shownReasons), ...more].join("; ");
}
