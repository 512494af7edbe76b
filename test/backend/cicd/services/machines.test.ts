import { describe, expect, it } from "vitest";
import type { DeployTargetRecord } from "../../../../backend/cicd/core/deploy-target.ts";
import type { OpenOptions, RemoteMachines } from "../../../../backend/cicd/core/remote-machine.ts";
import { createMachines } from "../../../../backend/cicd/services/machines.ts";
import { createFakeRemote } from "../../../support/fake-remote.ts";
import { openWorkshop } from "../../../support/workshop.ts";

const target: DeployTargetRecord = {
    id: "t1",
    name: "second",
    host: "192.0.2.7",
    port: 22,
    username: "root",
    privateKey: "key",
    publicKey: "",
    sudo: false,
    stacksDirectory: "/opt/stacks",
    allowPrivateHost: false,
    createdAt: "",
    updatedAt: "",
};

async function open() {
    const workshop = await openWorkshop();
    const { machine } = await createFakeRemote(workshop.directory);
    const log: string[] = [];
    const stored = new Map([["t1", target]]);
    const options: OpenOptions[] = [];
    const remotes: Pick<RemoteMachines, "open"> = {
        open(given, opening) {
            log.push(`open ${given.username} ${given.hostKey ?? "unseen"}`);
            options.push(opening);
            const { engine, target: runner, remote, probe } = machine;
            const files = { ...machine.files, upload: async () => undefined, download: async () => undefined };
            return { engine, target: runner, files, probe, ...remote, close: () => void log.push("close") };
        },
    };
    const machines = createMachines({
        ...workshop,
        files: machine.files,
        probe: machine.probe,
        machines: remotes,
        deployTargets: {
            find: async (id) => stored.get(id),
            pinHostKey: async (id, hostKey) => void stored.set(id, { ...target, ...stored.get(id), hostKey }),
        },
    });
    const change = (fields: Partial<DeployTargetRecord>): void =>
        void stored.set("t1", { ...target, ...stored.get("t1"), ...fields });
    const see = async (hostKey: string): Promise<void> => options.at(-1)?.onHostKey(hostKey);
    return { ...workshop, machines, log, change, see };
}

describe("the machines of a stack", () => {
    it("are this one alone, unless others are named", async () => {
        const { machines, stackDirectory } = await open();
        const found = await machines.of("shop", { targetIds: [] });
        expect(found.map(({ id }) => id)).toEqual(["local"]);
        expect(await found[0].stackDirectory()).toBe(stackDirectory);
    });

    it("are those that are named, in turn, with a folder of the stack on each", async () => {
        const { machines } = await open();
        const found = await machines.of("shop", { targetIds: ["t1", "local"] });
        expect(found.map(({ id }) => id)).toEqual(["t1", "local"]);
        expect(await found[0].stackDirectory()).toBe("/opt/stacks/shop");
    });

    it("say which target is gone", async () => {
        const { machines } = await open();
        await expect(machines.of("shop", { targetIds: ["t9"] })).rejects.toThrow("the target t9 is gone");
        expect(await machines.find("shop", "t9")).toBeUndefined();
    });

    it("are connected to once for all stacks, also after the host's key was seen", async () => {
        const { machines, log, see } = await open();
        await machines.find("shop", "t1");
        await see("ssh-ed25519 AAAA");
        await machines.find("blog", "t1");
        expect(log).toEqual(["open root unseen"]);
    });

    it("are connected to anew with another user, or once another key of the host was accepted", async () => {
        const { machines, log, see, change } = await open();
        await machines.find("shop", "t1");
        await see("first");
        change({ hostKey: "second" });
        await machines.find("shop", "t1");
        change({ username: "ada" });
        await machines.find("shop", "t1");
        machines.close();
        expect(log).toEqual(["open root unseen", "close", "open root second", "close", "open ada second", "close"]);
    });
});
