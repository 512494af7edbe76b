import { describe, expect, it } from "vitest";
import { routes } from "../../../../backend/cicd/http/routes.ts";
import type { Right } from "../../../../common/right.ts";
import { cicdEvents, type CicdEvent } from "../../../../common/socket/cicd-events.ts";

/** What changes a stack, reaches out with its credentials, or tells a secret; the same over REST and the socket. */
const guarded: readonly (readonly [right: Right, method: string, path: string, event: CicdEvent])[] = [
    ["edit", "put", "/stacks/{stack}/repository", "saveGitRepository"],
    ["edit", "delete", "/stacks/{stack}/repository", "deleteGitRepository"],
    ["edit", "post", "/stacks/{stack}/repository/test", "testGitConnection"],
    ["edit", "post", "/stacks/{stack}/repository/host-key", "acceptHostKey"],
    ["edit", "get", "/stacks/{stack}/repository/webhook", "getWebhookSecret"],
    ["edit", "get", "/stacks/{stack}/repository/hook", "getRepositoryHook"],
    ["edit", "post", "/stacks/{stack}/repository/hook", "createRepositoryHook"],
    ["edit", "delete", "/stacks/{stack}/repository/hook", "removeRepositoryHook"],
    ["edit", "post", "/repositories/keys", "makeDeployKey"],
    ["edit", "post", "/repositories/discover", "discoverRepository"],
    ["edit", "post", "/repositories/connect", "connectStacks"],
    ["edit", "put", "/stacks/{stack}/build-config", "saveBuildConfig"],
    ["deploy", "post", "/stacks/{stack}/repository/sync", "syncRepository"],
    ["deploy", "post", "/stacks/{stack}/restore", "restoreStack"],
    ["deploy", "post", "/stacks/{stack}/deployments", "triggerBuild"],
    ["deploy", "post", "/stacks/{stack}/preview", "previewDeployment"],
    ["deploy", "post", "/deployments/{id}/cancel", "cancelBuild"],
    ["deploy", "post", "/deployments/{id}/approve", "approveDeployment"],
    ["deploy", "post", "/deployments/{id}/reject", "rejectDeployment"],
    ["read", "get", "/deployments/{id}/preview", "getDeploymentPreview"],
    ["read", "get", "/deployments/{id}/health", "getDeploymentHealth"],
    ["deploy", "post", "/deployments/{id}/rollback", "rollbackDeployment"],
    ["deploy", "post", "/webhook-events/{id}/redeliver", "redeliverWebhookEvent"],
    ["read", "get", "/stacks/{stack}/pipelines", "getPipelines"],
    ["deploy", "post", "/stacks/{stack}/pipelines", "runPipeline"],
    ["read", "get", "/pipelines/{id}", "getPipeline"],
    ["deploy", "post", "/pipelines/{id}/cancel", "cancelPipeline"],
    ["deploy", "post", "/pipelines/{id}/retry", "retryPipeline"],
    ["deploy", "post", "/jobs/{id}/start", "startJob"],
    ["read", "get", "/jobs/{id}/logs", "subscribeJobLog"],
];

describe("the right that is needed", () => {
    it.each(guarded)("is %s for %s %s, and the same for the event %s", (right, method, path, event) => {
        expect(routes.find((route) => route.method === method && route.path === path)?.right).toBe(right);
        expect(cicdEvents[event].right).toBe(right);
    });

    it("is more than read for whatever is no question", () => {
        const open = routes.filter(({ method, right }) => method !== "get" && right === "read");
        // A text to be checked does not fit into an address.
        expect(open.map(({ method, path }) => `${method} ${path}`)).toEqual([
            "post /stacks/{stack}/pipelines/validate",
        ]);
    });
});
