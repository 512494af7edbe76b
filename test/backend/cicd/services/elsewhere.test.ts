import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { diskFiles } from "../../../../backend/cicd/adapters/disk/files.ts";
import type { NewBuildConfig } from "../../../../backend/cicd/core/build-config.ts";
import type { DeployTargetRecord } from "../../../../backend/cicd/core/deploy-target.ts";
import type { NewDeployment } from "../../../../backend/cicd/core/deployment.ts";
import { createElsewhere } from "../../../../backend/cicd/services/elsewhere.ts";
import { withElsewhere } from "../../../../backend/cicd/services/with-elsewhere.ts";
import { containing } from "../../../support/containing.ts";
import { containerState } from "../../../support/containers.ts";
import { fakeMachines } from "../../../support/fake-machines.ts";
import { createFakeRemote } from "../../../support/fake-remote.ts";
import { until } from "../../../support/until.ts";
import { connect, deploymentAt, liveDeployment, openWorkshop, release } from "../../../support/workshop.ts";

const second = { id: "t1", name: "second", state: "done" } as const;
const local = { id: "local", name: "this machine", state: "done" } as const;
const output = { signal: new AbortController().signal, onLine: (): void => undefined };

function targetRecord(id: string): DeployTargetRecord {
    return {
        id,
        name: "second",
        host: "second.lan",
        port: 22,
        username: "deployer",
        publicKey: "ssh-ed25519 AAAA",
        privateKey: "a key",
        sudo: false,
        stacksDirectory: "/opt/stacks",
        allowPrivateHost: true,
        createdAt: "2026-01-31T12:00:00.000Z",
        updatedAt: "2026-01-31T12:00:00.000Z",
    };
}

/** The stack `shop`, connected, and a machine `second` (t1) that it may run on. */
async function open(config: Partial<NewBuildConfig> = {}) {
    const workshop = await openWorkshop();
    const remote = await createFakeRemote(join(workshop.directory, "there"));
    const asked: string[] = [];
    const disconnected: string[] = [];
    let targets = new Map([["t1", targetRecord("t1")]]);
    let machine = remote.machine;
    await connect(workshop, config);
    const ports = {
        ...workshop,
        files: diskFiles,
        serverName: "me",
        host: { refreshStacks: () => undefined },
        deployTargets: { find: async (id: string) => targets.get(id) },
        stackMachines: {
            async find(_stack: string, id: string) {
                asked.push(id);
                return targets.has(id) ? machine : undefined;
            },
            disconnect: (id: string) => void disconnected.push(id),
        },
    };
    const elsewhere = createElsewhere(ports);
    onTestFinished(() => elsewhere.stop());
    const shop = () => elsewhere.current().get("shop");
    return {
        ...workshop,
        remote,
        asked,
        disconnected,
        elsewhere,
        shop,
        first: () => shop()?.machines[0],
        /** Waits until the machine has answered. */
        answered: () => until(() => shop()?.machines[0]?.away === undefined && shop() !== undefined),
        forget: () => void (targets = new Map()),
        change: (fields: Partial<typeof machine>) => void (machine = { ...machine, ...fields }),
        live: (machines: NewDeployment["machines"]) => liveDeployment(workshop, { machines: machines ?? [] }),
    };
}

describe("where a stack runs", () => {
    it("is where its live deployment went, whatever the settings say by now", async () => {
        const { elsewhere, live, shop, answered } = await open({ targetIds: [] });
        await live([second]);
        await elsewhere.start();
        await answered();
        expect(shop()).toMatchObject({ alsoHere: false, machines: [{ name: "second", hostname: "second.lan" }] });
    });

    it("is where it will go before anything is live, this machine too where it is named", async () => {
        const { elsewhere, shop } = await open({ targetIds: ["local", "t1"] });
        await elsewhere.start();
        expect(shop()).toMatchObject({ alsoHere: true, machines: [{ name: "second" }] });
    });

    it.each([
        ["its live deployment went to this machine", [local]],
        ["its live deployment names none, as those of older versions", []],
    ])("is here alone where %s; then no machine is asked", async (_what, machines) => {
        const { elsewhere, live, shop, asked } = await open({ targetIds: ["t1"] });
        await live(machines);
        await elsewhere.start();
        expect(shop()).toBeUndefined();
        expect(asked).toEqual([]);
    });

    it("is nowhere else where its target is gone", async () => {
        const { elsewhere, shop, forget } = await open({ targetIds: ["t1"] });
        forget();
        await elsewhere.start();
        expect(shop()).toBeUndefined();
    });

    it("changes when a deployment goes live; a machine that nothing uses is left", async () => {
        const workshop = await open({ targetIds: ["t1"] });
        const { elsewhere, shop, disconnected, answered } = workshop;
        await elsewhere.start();
        await answered();
        const ports = withElsewhere(
            { deployments: workshop.deployments, deployTargets: unusedTargets, machines: fakeMachines },
            { changed: elsewhere.changed, targetChanged: elsewhere.targetChanged },
        );
        const row = await deploymentAt(workshop, "deploying", { machines: [local] });
        await ports.deployments.transition(row.id, "deploying", "successful");
        await elsewhere.settled();

        expect(shop()).toBeUndefined();
        expect(disconnected).toEqual(["t1"]);
    });

    it("stays connected while a deployment runs that may need it", async () => {
        const workshop = await open({ targetIds: ["t1"] });
        const { elsewhere, disconnected, buildConfigs } = workshop;
        await elsewhere.start();
        await deploymentAt(workshop, "deploying");
        await buildConfigs.delete("shop");
        elsewhere.changed("shop");
        await elsewhere.settled();
        expect(disconnected).toEqual([]);
    });

    it("is tried again at once when the machine was just reached by a test", async () => {
        const workshop = await open({ targetIds: ["t1"] });
        const { elsewhere, remote, first, answered } = workshop;
        remote.engine.isAway = true;
        await elsewhere.start();
        await until(() => first()?.away?.startsWith("second is not reached") === true);
        remote.engine.isAway = false;
        const ports = withElsewhere(
            { deployments: workshop.deployments, deployTargets: unusedTargets, machines: fakeMachines },
            { changed: elsewhere.changed, targetChanged: elsewhere.targetChanged },
        );
        const signal = new AbortController().signal;
        await ports.machines.check(targetRecord("t1"), { onHostKey: async () => undefined, signal });
        await answered();
        expect(first()?.containers).toEqual([]);
    });

    it("is watched anew when the target's access or name was changed", async () => {
        const { elsewhere, shop, change, first, answered } = await open({ targetIds: ["t1"] });
        await elsewhere.start();
        await answered();
        change({ name: "attic" });
        elsewhere.targetChanged("t1");
        await elsewhere.settled();
        expect(first()?.name).toBe("attic");
        expect(shop()?.machines).toHaveLength(1);
    });
});

describe("what a machine runs of a stack", () => {
    it("is known without asking; nothing of other stacks", async () => {
        const { elsewhere, live, remote, first, answered } = await open();
        await live([second]);
        const foreign = { "com.docker.compose.project": "blog", "com.docker.compose.service": "web" };
        remote.engine.add(containerState({ id: "c1" }), containerState({ id: "c2", labels: foreign }));
        await elsewhere.start();
        await answered();
        expect(first()?.containers).toMatchObject([{ id: "c1", project: "shop", service: "web", state: "running" }]);
    });

    it("is the compose file of the live release", async () => {
        const { elsewhere, shop, directory, releases, ...workshop } = await open({ targetIds: ["t1"] });
        await elsewhere.start();
        expect(await shop()?.composeFile()).toBeUndefined();
        const files = join(directory, "files");
        await mkdir(files);
        await writeFile(join(files, "docker-compose.yml"), "services: {}\n");
        const { id } = await deploymentAt(workshop, "successful", { machines: [second] });
        const file = { path: "docker-compose.yml", sha256: "x", executable: false };
        await releases.save(release({ deploymentId: id, files: [file] }), files);

        expect(await shop()?.composeFile()).toEqual({ name: "docker-compose.yml", text: "services: {}\n" });
    });
});

describe("a command on a stack of another machine", () => {
    it("runs in its folder there with the live release's variables, under the stack's lock", async () => {
        const { elsewhere, live, releases, remote, first, answered } = await open();
        const { id } = await live([second]);
        const variables = [{ name: "TOKEN", value: "x1", secret: true }];
        await releases.update(release({ deploymentId: id, variables }));
        await elsewhere.start();
        await answered();
        const lines: string[] = [];
        remote.target.answer = (_command, { onLine }) => {
            onLine?.("stderr", "Container shop-web-1  Stopped");
            return { exitCode: 3 };
        };

        const exitCode = await first()?.compose(["stop"], { ...output, onLine: (line) => void lines.push(line) });

        expect(exitCode).toBe(3);
        expect(lines).toEqual(["Container shop-web-1  Stopped"]);
        expect(remote.target.commands).toEqual([
            {
                argv: ["docker", "compose", "--progress", "plain", "-p", "shop", "stop"],
                directory: remote.directory,
                environment: { PWD: remote.directory, TOKEN: "x1" },
            },
        ]);
        expect(remote.done).toEqual(["released"]);
    });

    it("is refused while another server is at work there", async () => {
        const { elsewhere, live, remote, first, answered } = await open();
        await live([second]);
        await elsewhere.start();
        await answered();
        const holder = { owner: "other", reason: "deployment x", since: "2026-01-01T00:00:00.000Z", until: "" };
        remote.answers.push({ taken: false, holder });

        await expect(first()?.compose(["stop"], output)).rejects.toMatchObject({
            code: "conflict",
            message: containing("the server other holds this stack there"),
        });
        expect(remote.target.commands).toEqual([]);
    });

    it("fails at once while the machine is away", async () => {
        const { elsewhere, live, remote, first } = await open();
        remote.engine.isAway = true;
        await live([second]);
        await elsewhere.start();
        await until(() => first()?.away?.startsWith("second is not reached") === true);

        await expect(first()?.compose(["stop"], output)).rejects.toMatchObject({ code: "unavailable" });
        expect(remote.done).toEqual([]);
    });

    it("does nothing where nothing was ever deployed", async () => {
        const { elsewhere, remote, first, answered } = await open({ targetIds: ["t1"] });
        await elsewhere.start();
        await answered();
        expect(await first()?.compose(["down"], output)).toBe(0);
        expect(remote.target.commands).toEqual([]);
    });
});

const unusedTargets = {
    find: async () => undefined,
    list: async () => [],
    create: async () => targetRecord("t2"),
    update: async () => undefined,
    pinHostKey: async () => undefined,
    deleteUnused: async () => false,
};
