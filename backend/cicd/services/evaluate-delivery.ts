import type { StackVerdict } from "../../../common/schema/webhook-event.ts";
import type { RepositoryRecord } from "../core/git-repository.ts";
import type { ParsedWebhook, RefEvent } from "../core/webhook-event.ts";
import type { AddressKeys } from "./address-keys.ts";
import { decidePush, type DecidePushPorts, type Delivery } from "./decide-push.ts";
import { whyOtherRepository } from "./match-repositories.ts";

/**
 * What a verified, understood delivery means for each repository that `match` finds; where it is no push to the
 * repository of the hook, for that one alone.
 */
export async function evaluateDelivery(
    ports: DecidePushPorts & { readonly keysOf: AddressKeys },
    hook: RepositoryRecord,
    parsed: ParsedWebhook,
    delivery: Delivery,
    match: () => Promise<readonly RepositoryRecord[]>,
): Promise<readonly { readonly repository: RepositoryRecord; readonly verdict: StackVerdict }[]> {
    const alone = await verdictAlone(ports.keysOf, hook, parsed);
    if (alone !== undefined) {
        return [{ repository: hook, verdict: alone }];
    }
    const refs = refsOf(parsed);
    const matched = await match();
    return Promise.all(
        matched.map(async (repository) => ({
            repository,
            verdict: await decidePush(ports, repository, refs, delivery),
        })),
    );
}

function refsOf(parsed: ParsedWebhook): readonly RefEvent[] {
    if (parsed.kind === "pushes") {
        return parsed.refs;
    }
    return parsed.kind === "ping" ? [] : [parsed];
}

async function verdictAlone(
    keysOf: AddressKeys,
    hook: RepositoryRecord,
    parsed: ParsedWebhook,
): Promise<StackVerdict | undefined> {
    const stack = hook.stackId;
    if (parsed.kind === "ping") {
        return { stack, verdict: "pong" };
    }
    const other = await whyOtherRepository(hook, parsed.repositoryUrls, keysOf);
    const reason = other ?? (parsed.kind === "ignored" ? parsed.reason : undefined);
    return reason === undefined ? undefined : { stack, verdict: "ignored", reason };
}
