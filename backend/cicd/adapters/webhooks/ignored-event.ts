import type { IgnoredEvent } from "../../core/webhook-event.ts";

const longestName = 80;

/** What the providers call their events, and why such an event does not deploy. */
const reasons: readonly (readonly [RegExp, string])[] = [
    [/pull.?request|merge.?request|^pr:/i, "pull requests are never deployed"],
    [/^release/i, "a release is deployed by the push of its tag"],
    [/^create$/i, "a new branch or tag is deployed by its own push"],
    [/^delete$/i, "the branch or tag was deleted"],
];

/** An event that is no push, with the reason in plain words. */
export function ignoredEvent(eventType: string): IgnoredEvent {
    const name = eventType.slice(0, longestName);
    const reason = reasons.find(([pattern]) => pattern.test(name))?.[1] ?? "only pushes deploy";
    return { kind: "ignored", reason: `${reason} (event ${name})` };
}
