import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { diskFiles } from "../../../../backend/cicd/adapters/disk/files.ts";
import type { GitCall, GitRemote } from "../../../../backend/cicd/core/git.ts";
import { checkOut } from "../../../../backend/cicd/services/check-out.ts";
import { pinFirstKey } from "../../../../backend/cicd/services/pin-host-key.ts";
import { testRepository } from "../../../../backend/cicd/services/test-repository.ts";
import { admin, createEdge } from "../../../support/edge.ts";
import { newRepository } from "../../../support/records.ts";
import { beginRun, connect, deploymentAt, openWorkshop } from "../../../support/workshop.ts";

const url = "git@git.example:me/app.git";
const [first, other] = ["ssh-ed25519 Zmlyc3Q=", "ssh-ed25519 b3RoZXI="];
const signal = new AbortController().signal;

async function open() {
    const workshop = await openWorkshop();
    const { config } = await connect(workshop);
    const fields = newRepository({ stackId: "shop", url, authType: "ssh_key" });
    const repository = await workshop.repositories.save(fields);
    const pinned = async () => (await workshop.repositories.findByStack("shop"))?.hostKey;
    return { ...workshop, config, fields, repository, pinned, see: pinFirstKey(workshop.repositories, repository) };
}

describe("a host key that is seen first", () => {
    it("is pinned, and never replaced by one that is seen at the same time", async () => {
        const { see, pinned } = await open();
        await see(first);
        await see(first);
        await expect(see(other)).rejects.toMatchObject({
            code: "conflict",
            details: { errorCode: "host_key_changed" },
        });
        expect(await pinned()).toBe(first);
    });

    it("is not pinned for another server, which the address leads to by now", async () => {
        const { see, pinned, repositories, fields } = await open();
        await repositories.save({ ...fields, url: "git@other.example:me/app.git" });
        await see(first);
        expect(await pinned()).toBeUndefined();
        await repositories.delete("shop");
        await expect(see(first)).resolves.toBeUndefined();
    });

    it("is the only one for all that the same deployment asks of the server afterwards", async () => {
        const workshop = await open();
        const { git, repository, config, directory } = workshop;
        const asked: (string | undefined)[] = [];
        const note = ({ hostKey }: GitRemote) => void asked.push(hostKey);
        git.fetch = async (remote: GitRemote, call: GitCall) => {
            note(remote);
            await call.onHostKey?.(first);
        };
        const { resolve } = git;
        git.resolve = async (remote, ...more) => {
            note(remote);
            return resolve(remote, ...more);
        };
        git.addWorktree = async (remote) => {
            note(remote);
            throw new Error("far enough");
        };
        const ports = { ...workshop, files: diskFiles, workspacesDirectory: join(directory, "workspaces") };
        const run = await beginRun(workshop, await deploymentAt(workshop, "building", { repositoryId: repository.id }));
        const connection = { repository, config, variables: [] };
        await expect(checkOut(ports, run, connection, undefined, signal)).rejects.toThrow("far enough");
        expect(asked.length).toBeGreaterThan(2);
        expect(asked).toEqual([undefined, ...Array.from({ length: asked.length - 1 }, () => first)]);
    });

    it("is the only one for the second question of a test, and of a look for compose files", async () => {
        const edge = await createEdge();
        const asked: (string | undefined)[] = [];
        edge.remote.hostKey = first;
        edge.ports.git.fetch = async ({ hostKey }) => void asked.push(hostKey);
        const input = {
            url,
            authType: "ssh_key",
            credentials: { privateKey: "mine" },
            allowPrivateHost: false,
        } as const;
        await testRepository(edge.ports, { stack: "web", input, caller: admin, signal });
        await edge.services.discoverStacks({ input, caller: admin, signal });
        expect(asked).toEqual([first, first]);
    });
});
