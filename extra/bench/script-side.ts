import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { removeStack } from "../../test/support/docker.ts";
import { freePort } from "../../test/support/server.ts";
import { createWorkRepository } from "../../test/support/work-repository.ts";
import { benchApp, changeOf } from "./bench-app.ts";
import { watchHealth } from "./first-healthy.ts";
import type { Side } from "./side.ts";

const run = promisify(execFile);

/** What people write by hand; the project's name is `$1`, the checkout is the working directory. */
const script = `set -e
git fetch -q origin main
git checkout -q --detach FETCH_HEAD
docker compose -p "$1" build -q
docker compose -p "$1" up -d --wait --quiet-pull
`;

/** The baseline: a bare shell script that fetches, checks out, builds and waits for health. */
export async function scriptSide(): Promise<Side> {
    const project = `bench-script-${String(process.pid)}`;
    const repository = await createWorkRepository();
    await repository.commit(benchApp(await freePort()), "start");
    const checkout = await mkdtemp(join(tmpdir(), "cicd-bench-"));
    await run("git", ["clone", "-q", repository.bareDirectory, checkout]);
    const health = watchHealth(project);
    return {
        name: "shell script",
        async push(n) {
            await repository.commit(changeOf(n), `change ${String(n)}`);
            health.arm();
            const pushed = Date.now();
            await run("sh", ["-c", script, "sh", project], { cwd: checkout });
            const done = Date.now() - pushed;
            return { healthy: (await health.next()) - pushed, done };
        },
        async close() {
            health.close();
            await removeStack(project);
            await rm(checkout, { recursive: true, force: true });
            await repository.remove();
        },
    };
}
