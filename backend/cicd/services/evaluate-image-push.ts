import type { StackVerdict } from "../../../common/schema/webhook-event.ts";
import type { RepositoryRecord } from "../core/git-repository.ts";
import type { RegistryPush } from "../core/registry-push.ts";
import { decideImagePush, type DecideImagePushPorts } from "./decide-image-push.ts";
import type { Delivery } from "./decide-push.ts";

/** What a verified, understood delivery of a registry means for each repository that `match` finds. */
export async function evaluateImagePush(
    ports: DecideImagePushPorts,
    hook: RepositoryRecord,
    parsed: RegistryPush,
    delivery: Delivery,
    match: () => Promise<readonly RepositoryRecord[]>,
): Promise<readonly { readonly repository: RepositoryRecord; readonly verdict: StackVerdict }[]> {
    const stack = hook.stackId;
    if (parsed.kind === "ping") {
        return [{ repository: hook, verdict: { stack, verdict: "pong" } }];
    }
    if (parsed.kind === "ignored") {
        return [{ repository: hook, verdict: { stack, verdict: "ignored", reason: parsed.reason } }];
    }
    const verdicts = [];
    for (const repository of await match()) {
        verdicts.push({ repository, verdict: await decideImagePush(ports, repository, parsed.images, delivery) });
    }
    return verdicts;
}
