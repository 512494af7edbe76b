import type { BuildConfig } from "../../common/schema/build-config.ts";
import type { Deployment, DeploymentPhase, PhaseTime } from "../../common/schema/deployment.ts";
import type { GitRepository } from "../../common/schema/git-repository.ts";
import type { LogLine } from "../../common/schema/log-line.ts";
import type { StackSummary } from "../../common/schema/stack.ts";
import type { WebhookEvent } from "../../common/schema/webhook-event.ts";
import { BuildConfigInput } from "../../common/schema/build-config.ts";

const minute = 60_000;

/** An instant some minutes ago. */
export function minutesAgo(minutes: number): string {
    return new Date(Date.now() - minutes * minute).toISOString();
}

export function stackSummary(name: string, status: number, rest: Partial<StackSummary> = {}): StackSummary {
    return { name, status, tags: [], isManagedByDockge: true, composeFileName: "compose.yaml", endpoint: "", ...rest };
}

export const repository: GitRepository = {
    id: "repo1",
    stackId: "shop",
    url: "https://github.com/example/shop.git",
    branch: "main",
    authType: "http_token",
    hasCredentials: true,
    provider: "github",
    autoSync: false,
    pollIntervalSeconds: 300,
    paths: [],
    aliases: [],
    allowPrivateHost: false,
    webhookUrl: "https://deploy.example.org/api/webhooks/github/q7Hd0c2Wm4Zr",
    lastSyncedAt: minutesAgo(4),
    lastSyncedCommit: "9f2c1e7ab34d5566778899aabbccddeeff001122",
    createdAt: minutesAgo(9000),
    updatedAt: minutesAgo(9000),
};

export const buildConfig: BuildConfig = {
    ...BuildConfigInput.parse({ composePath: "deploy/compose.yaml", healthCheckPath: "/health" }),
    id: "build1",
    stackId: "shop",
    repositoryId: "repo1",
    environmentVariables: [
        { name: "LOG_LEVEL", value: "info", secret: false },
        { name: "DATABASE_PASSWORD", value: null, secret: true },
    ],
    createdAt: minutesAgo(9000),
    updatedAt: minutesAgo(60),
};

/** Phases of four seconds each, the last one ending (or running) now-ish. */
export function phaseTimes(phases: readonly DeploymentPhase[], startMinutesAgo: number, running: boolean): PhaseTime[] {
    const start = Date.now() - startMinutesAgo * minute;
    return phases.map((phase, index) => {
        const startedAt = new Date(start + index * 4000).toISOString();
        const isLast = index === phases.length - 1;
        return running && isLast
            ? { phase, startedAt }
            : { phase, startedAt, endedAt: new Date(start + (index + 1) * 4000).toISOString() };
    });
}

export function deployment(id: string, rest: Partial<Deployment> = {}): Deployment {
    return {
        id,
        stackId: "shop",
        buildConfigId: "build1",
        repositoryId: "repo1",
        commitSha: "9f2c1e7ab34d5566778899aabbccddeeff001122",
        commitMessage: "Show prices with two decimals\n\nRounding was left to the browser before.",
        commitAuthor: "Ada Lovelace",
        branch: "main",
        status: "successful",
        phase: "done",
        phases: phaseTimes(["fetching", "building", "previewing", "applying", "verifying"], 4, false),
        createdAt: minutesAgo(4),
        startedAt: minutesAgo(4),
        completedAt: minutesAgo(3.6),
        duration: 20.4,
        triggeredBy: "webhook",
        images: [
            {
                service: "web",
                image: "shop-web:9f2c1e7ab34d5566778899aabbccddeeff001122",
                imageId: "sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef",
                built: true,
            },
            { service: "db", image: "postgres:16", imageId: "sha256:0badc0ffee0badc0ffee0badc0ffee", built: false },
        ],
        jobs: [],
        canRollBack: true,
        live: false,
        ...rest,
    };
}

export const deployments: readonly Deployment[] = [
    deployment("running1", {
        commitSha: "c0ffee1234567890c0ffee1234567890c0ffee12",
        commitMessage: "Add the checkout page",
        status: "building",
        phase: "building",
        phases: phaseTimes(["fetching", "building"], 0.15, true),
        createdAt: minutesAgo(0.2),
        startedAt: minutesAgo(0.15),
        images: [],
        canRollBack: false,
    }),
    deployment("rollback1", {
        commitMessage: "Show prices with two decimals",
        triggeredBy: "webhook",
        previousDeploymentId: "good1",
        rollbackOf: "bad1",
        createdAt: minutesAgo(30),
        startedAt: minutesAgo(30),
        live: true,
    }),
    deployment("bad1", {
        commitSha: "badbadbad4567890badbadbad4567890badbadba",
        commitMessage:
            "Use the new cache, with a message that is so long that it hardly fits into one line of the page on any screen",
        status: "rolled_back",
        phase: "done",
        phases: phaseTimes(["fetching", "building", "previewing", "applying", "verifying", "rolling_back"], 31, false),
        error: "web did not become healthy within 60 s: GET /health answered 500.",
        errorCode: "unhealthy",
        createdAt: minutesAgo(31),
        startedAt: minutesAgo(31),
        canRollBack: false,
    }),
    deployment("failed1", {
        commitSha: "deadbeef4567890deadbeef4567890deadbeef45",
        commitMessage: "Try another base image",
        status: "failed",
        phases: phaseTimes(["fetching", "building"], 200, false),
        error: "The image of the service web could not be built: the command 'npm ci' ended with 1.",
        errorCode: "build_failed",
        createdAt: minutesAgo(200),
        startedAt: minutesAgo(200),
        images: [],
        canRollBack: false,
        triggeredBy: "manual",
        triggeredByUser: "admin",
    }),
    deployment("cancelled1", {
        commitMessage: "Fix a typo",
        status: "cancelled",
        phases: [],
        error: "Superseded by deadbee.",
        errorCode: "superseded",
        createdAt: minutesAgo(203),
        startedAt: minutesAgo(203),
        duration: 1,
        images: [],
        canRollBack: false,
    }),
    deployment("good1", { createdAt: minutesAgo(3000), startedAt: minutesAgo(3000), triggeredBy: "api" }),
];

export const webhookEvents: readonly WebhookEvent[] = [
    webhookEvent("e1", { verdict: "queued", deploymentId: "running1", receivedAt: minutesAgo(0.2) }),
    webhookEvent("e2", {
        verdict: "ignored",
        reason: "branch: feature/x is not among the branches to deploy (main)",
        receivedAt: minutesAgo(20),
    }),
    webhookEvent("e3", { verdict: "duplicate", reason: "commit 9f2c1e7 is live already", receivedAt: minutesAgo(35) }),
    webhookEvent("e4", {
        verdict: "rejected",
        reason: "signature: does not match the secret",
        verified: false,
        receivedAt: minutesAgo(7000),
    }),
    webhookEvent("e5", { verdict: "pong", eventType: "ping", receivedAt: minutesAgo(9000) }),
];

function webhookEvent(id: string, rest: Partial<WebhookEvent>): WebhookEvent {
    return {
        id,
        repositoryId: "repo1",
        stack: "shop",
        provider: "github",
        eventType: "push",
        deliveryId: "72d3162e-cc78-11e3-81ab-4c9367dc0958",
        payload: { ref: "refs/heads/main", after: "c0ffee", repository: { full_name: "example/shop" } },
        headers: { "x-github-event": "push", "x-hub-signature-256": "***", "content-type": "application/json" },
        signature: "***",
        verified: true,
        processed: true,
        verdict: "queued",
        receivedAt: minutesAgo(1),
        ...rest,
    };
}

const samples = [
    "\u001b[36m#7 [web 3/6]\u001b[0m RUN npm ci --omit=dev",
    "added 214 packages in 3.2s",
    "\u001b[33mwarning\u001b[0m deprecated package \u001b[1mleft-pad@1.3.0\u001b[0m",
    "<script>alert('not run')</script> & text only",
    "\u001b[32m✓\u001b[0m unit tests: 42 passed",
    "\u001b[31mERROR\u001b[0m: connect ECONNREFUSED 127.0.0.1:5432, retrying",
    "[====>     ] 40%\r[========> ] 80%\r[==========] 100%",
    "a very long line ".repeat(20),
];

/** A line of a made-up log. */
export function logLine(seq: number): LogLine {
    const system = seq % 50 === 1;
    return {
        seq,
        time: new Date(Date.now() - 60_000 + seq * 10).toISOString(),
        stream: system ? "system" : "stdout",
        phase: seq < 40 ? "fetching" : "building",
        text: system ? "Building commit c0ffee1 of main" : (samples[seq % samples.length] ?? ""),
    };
}

export const composeYaml = `services:
  web:
    build: ../
    ports:
      - 8080:80
    environment:
      LOG_LEVEL: \${LOG_LEVEL:-info}
    depends_on:
      - db
  db:
    image: postgres:16
    volumes:
      - ./data:/var/lib/postgresql/data
`;
