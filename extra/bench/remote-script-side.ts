import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { removeRemoteStack } from "../../test/support/remote-stack.ts";
import { freePort } from "../../test/support/server.ts";
import { createWorkRepository } from "../../test/support/work-repository.ts";
import { watchHealth } from "./first-healthy.ts";
import { remoteApp, remoteChange } from "./remote-app.ts";
import type { RemotePlace } from "./remote-place.ts";
import type { Side } from "./side.ts";

const run = promisify(execFile);

/** What people write by hand: `$1` the project, `$2` who and where, `$3` the folder, `$4` ssh's settings. */
const script = `set -e
git fetch -q origin main
git checkout -q --detach FETCH_HEAD
scp -q -F "$4" -r ./* "$2:$3"
ssh -F "$4" "$2" "cd '$3' && docker compose -p '$1' up -d --wait --quiet-pull"
`;

/** The baseline: a bare shell script that copies the checkout over, and waits for health there. */
export async function remoteScriptSide({ host, user, key, path }: RemotePlace): Promise<Side> {
    const project = `bench-ssh-script-${String(process.pid)}`;
    const repository = await createWorkRepository();
    const port = await freePort();
    await repository.commit(remoteApp(port), "start");
    const root = await mkdtemp(join(tmpdir(), "cicd-bench-"));
    const [checkout, keyFile, settings] = [join(root, "checkout"), join(root, "key"), join(root, "ssh_config")];
    await writeFile(keyFile, key.privateKey, { mode: 0o600 });
    await writeFile(join(root, "known_hosts"), `[${host.address}]:${String(host.port)} ${await host.hostKey()}\n`);
    await writeFile(
        settings,
        `Port ${String(host.port)}\nIdentityFile ${keyFile}\nIdentitiesOnly yes\nBatchMode yes\n` +
            `UserKnownHostsFile ${join(root, "known_hosts")}\nLogLevel ERROR\n`,
    );
    await run("git", ["clone", "-q", repository.bareDirectory, checkout]);
    const health = watchHealth(project, host.dockerHost);
    const there = `${user}@${host.address}`;
    const folder = `${host.stacks}/${project}`;
    const env = { ...process.env, PATH: path };
    await run("ssh", ["-F", settings, there, `mkdir -p '${folder}'`], { env });
    return {
        name: "shell script over SSH",
        async push(n) {
            await repository.commit(remoteChange(port, n), `change ${String(n)}`);
            health.arm();
            const pushed = Date.now();
            await run("sh", ["-c", script, "sh", project, there, folder, settings], { cwd: checkout, env });
            const done = Date.now() - pushed;
            return { healthy: (await health.next()) - pushed, done };
        },
        async close() {
            health.close();
            await removeRemoteStack(host, project);
            await rm(root, { recursive: true, force: true });
            await repository.remove();
        },
    };
}
