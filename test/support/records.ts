import type { NewBuildConfig } from "../../backend/cicd/core/build-config.ts";
import type { NewDeployment } from "../../backend/cicd/core/deployment.ts";
import type { NewRepository } from "../../backend/cicd/core/git-repository.ts";
import type { NewWebhookEvent } from "../../backend/cicd/core/webhook-event.ts";
import { BuildConfigInput } from "../../common/schema/build-config.ts";

/** Records as a test needs them: say only what matters. */
export function newRepository(fields: Partial<NewRepository> = {}): NewRepository {
    return {
        stackId: "web",
        url: "https://git.example/o/web.git",
        branch: "main",
        authType: "none",
        webhookSecret: "a-webhook-secret",
        provider: "github",
        autoSync: false,
        pollIntervalSeconds: 300,
        paths: [],
        aliases: [],
        allowPrivateHost: false,
        ...fields,
    };
}

export function newBuildConfig(fields: Partial<NewBuildConfig> = {}): NewBuildConfig {
    return {
        ...BuildConfigInput.parse({}),
        stackId: "web",
        repositoryId: "repository-1",
        environmentVariables: [],
        ...fields,
    };
}

export function newDeployment(fields: Partial<NewDeployment> = {}): NewDeployment {
    return {
        stackId: "web",
        buildConfigId: "config-1",
        repositoryId: "repository-1",
        commitSha: "0123456789012345678901234567890123456789",
        branch: "main",
        tag: undefined,
        triggeredBy: "webhook",
        ...fields,
    };
}

export function newWebhookEvent(fields: Partial<NewWebhookEvent> = {}): NewWebhookEvent {
    return {
        repositoryId: "repository-1",
        stackId: "web",
        provider: "github",
        eventType: "push",
        payload: { ref: "refs/heads/main" },
        headers: { "x-github-event": "push" },
        verified: true,
        processed: true,
        verdict: "queued",
        ...fields,
    };
}
