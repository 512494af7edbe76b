import type { Deployment } from "../../common/schema/deployment.ts";
import type { GitRepository } from "../../common/schema/git-repository.ts";
import { createRest, type Rest } from "../../test/support/rest.ts";
import { freePort, type TestServer } from "../../test/support/server.ts";
import type { WorkRepository } from "../../test/support/work-repository.ts";
import { deliverPush } from "../scene/deliver-push.ts";
import { followLog } from "../scene/follow-log.ts";
import { brokenChange, demoApp } from "./demo-app.ts";
import { heading, logPrinter, tell } from "./narrate.ts";

/** What the story plays with. */
export interface Scene {
    readonly server: TestServer;
    readonly repository: WorkRepository;
    readonly stack: string;
}

/** From an empty server to a healthy stack, then a bad commit that rolls itself back. Throws where it goes otherwise. */
export async function tellStory(scene: Scene): Promise<void> {
    const rest = createRest(scene.server);
    const port = await freePort();

    heading("A small web app in a local git repository, connected to a stack");
    await scene.repository.commit(demoApp(port, "version 1"), "feat: version 1");
    const connected = await connect(scene, rest);

    heading("A push of a good commit");
    const good = await push(scene, connected, { "www/index.html": "version 2\n" }, "feat: version 2");
    expectStatus(await rest.deployment(good), "successful");
    tell(`http://127.0.0.1:${String(port)}/ answers: ${await answerOf(port)}`);

    heading("A push of a commit that never becomes healthy");
    const bad = await push(scene, connected, brokenChange, "feat: version 3, broken");
    expectStatus(await rest.deployment(bad), "rolled_back");
    tell(`http://127.0.0.1:${String(port)}/ answers: ${await answerOf(port)}`);

    heading("What the stack's history says");
    for (const deployment of await rest.history(scene.stack)) {
        tell(describe(deployment));
    }
}

async function connect({ repository, stack }: Scene, rest: Rest): Promise<GitRepository> {
    const connected = await rest.connect(
        stack,
        { url: repository.url, branch: "main", provider: "github" },
        { healthCheckPath: "/", healthCheckTimeout: 15 },
    );
    tell(`Repository: ${connected.url}`);
    tell(`Webhook:    ${connected.webhookUrl}`);
    return connected;
}

/** Commits, pushes, delivers the webhook and follows the deployment to its end; answers its id. */
async function push(
    { server, repository }: Scene,
    connected: GitRepository,
    files: Readonly<Record<string, string>>,
    message: string,
): Promise<string> {
    const commit = await repository.commit(files, message);
    tell(`git push: ${commit.slice(0, 12)} ${message}`);
    const [id = ""] = await deliverPush(connected, { address: repository.url, branch: "main", commit, message });
    tell(`The webhook is answered: deployment ${id} is queued.`);
    const { status, error } = await followLog(server, id, logPrinter());
    tell(`It ended: ${error === undefined ? status : `${status} (${error})`}`);
    return id;
}

async function answerOf(port: number): Promise<string> {
    const response = await fetch(`http://127.0.0.1:${String(port)}/`);
    return (await response.text()).trim();
}

function expectStatus(deployment: Deployment, status: Deployment["status"]): void {
    if (deployment.status !== status) {
        throw new Error(`The deployment should be ${status}, but is ${deployment.status}: ${deployment.error ?? ""}`);
    }
}

function describe({ status, commitSha, commitMessage, triggeredBy, duration, rollbackOf, live }: Deployment): string {
    const what = rollbackOf === undefined ? triggeredBy : "automatic rollback";
    const seconds = duration === undefined ? "" : `${duration.toFixed(1)} s`;
    const words = [status.padEnd(12), commitSha.slice(0, 12), (commitMessage ?? "").padEnd(26), what, seconds];
    return `${words.join("  ")}${live ? "  ← live" : ""}`;
}
