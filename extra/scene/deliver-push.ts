import { createHmac, randomUUID } from "node:crypto";
import type { GitRepository } from "../../common/schema/git-repository.ts";
import { WebhookAnswer } from "../../common/schema/webhook-event.ts";

/** What GitHub tells of a push, as far as it matters. */
export interface Push {
    readonly address: string;
    readonly branch: string;
    readonly commit: string;
    readonly message: string;
}

/**
 * Delivers a push to a connected repository's address, signed as GitHub signs. Answers the deployments that it queued;
 * throws where it queued none.
 */
export async function deliverPush(repository: GitRepository, push: Push): Promise<readonly string[]> {
    const body = JSON.stringify(payloadOf(push));
    const signature = createHmac("sha256", repository.webhookSecret ?? "")
        .update(body)
        .digest("hex");
    const response = await fetch(repository.webhookUrl, {
        method: "POST",
        headers: {
            "content-type": "application/json",
            "user-agent": "GitHub-Hookshot/demo",
            "x-github-event": "push",
            "x-github-delivery": randomUUID(),
            "x-hub-signature-256": `sha256=${signature}`,
        },
        body,
    });
    const answer = WebhookAnswer.parse(await response.json());
    if (answer.verdict !== "queued") {
        throw new Error(`The push was not queued: ${String(response.status)} ${JSON.stringify(answer)}`);
    }
    return answer.deploymentIds ?? [];
}

function payloadOf({ address, branch, commit, message }: Push): object {
    const author = { name: "Ada", email: "ada@example.org" };
    const head = { id: commit, message, timestamp: new Date().toISOString(), author, committer: author };
    return {
        ref: `refs/heads/${branch}`,
        before: "0".repeat(40),
        after: commit,
        created: false,
        deleted: false,
        forced: false,
        head_commit: head,
        commits: [head],
        repository: { full_name: "demo/app", clone_url: address, default_branch: branch },
        pusher: author,
    };
}
