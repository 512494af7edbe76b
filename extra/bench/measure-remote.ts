import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { startRemoteHost } from "../../test/support/remote-host.ts";
import { makeSshKey } from "../../test/support/ssh-keys.ts";
import { pathWith } from "../../test/support/ssh-server.ts";
import { secondHostRuns, takeDownSecondHost } from "../testbed/second-host.ts";
import { installedSshd } from "../testbed/sshd.ts";
import { TestbedUnavailable } from "../testbed/unavailable.ts";
import type { RemotePlace } from "./remote-place.ts";
import { remoteScriptSide } from "./remote-script-side.ts";
import { remoteServerSide } from "./remote-server-side.ts";
import type { Row } from "./table.ts";
import { against, takeTurns } from "./take-turns.ts";

const run = promisify(execFile);
const rounds = 5;
const user = "deployer";

/**
 * Pushes of an app that is not built to a second Docker host over SSH, through the product and a shell script in turns.
 * No rows where there is no SSH server, no `scp`, or no second host: what lacks is said.
 */
export async function measureRemote(say: (text: string) => void, ended: () => boolean): Promise<readonly Row[]> {
    const path = await sshPath();
    if (path === undefined) {
        say("SKIPPED, because sshd or scp is not installed: deploying over SSH.");
        return [];
    }
    const wasUp = await secondHostRuns();
    try {
        return await measureOn(path, say, ended);
    } catch (error) {
        if (!(error instanceof TestbedUnavailable)) {
            throw error;
        }
        say(`SKIPPED, because there is no second Docker host: deploying over SSH. ${error.message}`);
        return [];
    } finally {
        if (!wasUp) {
            await takeDownSecondHost();
        }
    }
}

/** Where `ssh` and `scp` are; undefined where they or the server are missing. */
async function sshPath(): Promise<string | undefined> {
    const sshd = await installedSshd();
    if (sshd === undefined) {
        return undefined;
    }
    const path = pathWith(sshd);
    return run("sh", ["-c", "command -v ssh && command -v scp"], { env: { PATH: path } }).then(
        () => path,
        () => undefined,
    );
}

async function measureOn(path: string, say: (text: string) => void, ended: () => boolean): Promise<readonly Row[]> {
    const host = await startRemoteHost();
    try {
        const key = await makeSshKey(["-t", "ed25519"], { path });
        await host.authorize(key.publicKey, user);
        return await measureSides({ host, user, key, path }, say, ended);
    } finally {
        await host.close();
    }
}

async function measureSides(
    place: RemotePlace,
    say: (text: string) => void,
    ended: () => boolean,
): Promise<readonly Row[]> {
    const server = await remoteServerSide(place);
    try {
        const script = await remoteScriptSide(place);
        try {
            const [own = [], other = []] = await takeTurns([server, script], { rounds, say, ended });
            return [
                { figure: "over SSH: push → first healthy", ...against("healthy", own, other), aim: "≤ 1.25 ×" },
                { figure: "over SSH: push → said to be done", ...against("done", own, other), aim: "-" },
            ];
        } finally {
            await script.close();
        }
    } finally {
        await server.close();
    }
}
