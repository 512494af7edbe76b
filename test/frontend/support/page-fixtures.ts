import type { BuildConfig } from "../../../common/schema/build-config.ts";
import type { Deployment, DeploymentPhase, PhaseTime } from "../../../common/schema/deployment.ts";
import type { DeployTarget } from "../../../common/schema/deploy-target.ts";
import type { GitRepository } from "../../../common/schema/git-repository.ts";
import type { LogLine } from "../../../common/schema/log-line.ts";
import { BuildConfigInput } from "../../../common/schema/build-config.ts";

const minute = 60_000;

/** An instant some minutes ago. */
export function minutesAgo(minutes: number): string {
    return new Date(Date.now() - minutes * minute).toISOString();
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

export const target: DeployTarget = {
    id: "t1",
    name: "attic",
    host: "attic.lan",
    port: 22,
    username: "deployer",
    publicKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJq2vX2Lq1n7 dockge-cicd attic",
    hostKeyFingerprint: `SHA256:${"a".repeat(43)}`,
    sudo: false,
    stacksDirectory: "/opt/stacks",
    allowPrivateHost: true,
    stacks: [],
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
        machines: [],
        jobs: [],
        canRollBack: true,
        live: false,
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
