import { describe, expect, it } from "vitest";
import type { DeployTargetRecord } from "../../../../backend/cicd/core/deploy-target.ts";
import type { MachineDisk } from "../../../../common/schema/disk.ts";
import { AppError } from "../../../../common/errors.ts";
import { createDiskSpaces } from "../../../../backend/cicd/services/disk-spaces.ts";
import { noteLowSpace } from "../../../../backend/cicd/services/note-low-space.ts";
import { createRecordingLogs } from "../../../support/recording-logs.ts";
import { openWorkshop } from "../../../support/workshop.ts";

const gb = 1e9;
const target: DeployTargetRecord = {
    id: "t1",
    name: "attic",
    host: "attic.example",
    port: 22,
    username: "deploy",
    publicKey: "ssh-ed25519 AAAA",
    privateKey: "key",
    sudo: false,
    stacksDirectory: "/opt/stacks",
    allowPrivateHost: false,
    createdAt: "2026-01-31T12:00:00.000Z",
    updatedAt: "2026-01-31T12:00:00.000Z",
};

async function open(free: Readonly<Record<string, number>>, df = "") {
    const workshop = await openWorkshop();
    const gauges: (readonly MachineDisk[])[] = [];
    const looked: string[] = [];
    const commands: (readonly string[])[] = [];
    workshop.engine.facts = { ...workshop.engine.facts, dataRoot: "/docker", rootDirectory: "/docker" };
    const there = {
        ...workshop.place,
        target: {
            ...workshop.target,
            run: async ({ argv }: { readonly argv: readonly string[] }) => {
                commands.push(argv);
                return { exitCode: 0, stdout: df, stderrTail: "", timedOut: false, cancelled: false };
            },
        },
    };
    const ports = {
        ...workshop,
        host: { dataDirectory: "/data", stacksDirectory: "/stacks" },
        meter: {
            async space(directory: string) {
                looked.push(directory);
                const freeBytes = free[directory];
                if (freeBytes === undefined) {
                    throw new AppError("unavailable", "disk: it cannot be looked at");
                }
                return { freeBytes, totalBytes: 100 * gb };
            },
        },
        deployTargets: { list: async () => (df === "" ? [] : [target]) },
        stackMachines: { find: async () => there },
        metrics: { diskMeasured: (machines: readonly MachineDisk[]) => void gauges.push(machines) },
    };
    return { ...workshop, ports, spaces: createDiskSpaces(ports), gauges, looked, commands };
}

describe("the disks of all machines", () => {
    it("are looked at once a minute at most, and told to the gauges", async () => {
        const { spaces, looked, clock, gauges } = await open({ "/data": 50 * gb, "/docker": gb, "/stacks": 50 * gb });

        const [local] = await Promise.all([spaces.local(), spaces.local()]);

        expect(local.spaces.map(({ place, low }) => [place, low])).toEqual([
            ["data", false],
            ["docker", true],
            ["stacks", false],
        ]);
        expect(looked).toHaveLength(3);
        expect(gauges).toEqual([[local]]);
        clock.advance(60_000);
        await spaces.local();
        expect(looked).toHaveLength(6);
    });

    it("warn of each file system once, until it has room again", async () => {
        const free: Record<string, number> = { "/data": gb, "/docker": gb, "/stacks": gb };
        const { spaces, clock } = await open(free);
        await spaces.local();
        expect(spaces.warnings()).toEqual([
            expect.stringContaining("the data directory (/data) on this machine has 1.0 GB"),
        ]);

        Object.assign(free, { "/data": 50 * gb, "/docker": 50 * gb, "/stacks": 50 * gb });
        clock.advance(60_000);
        await spaces.local();
        expect(spaces.warnings()).toEqual([]);
    });

    it("leave out what cannot be seen, such as the engine's directory beside a container", async () => {
        const { spaces, engine } = await open({ "/data": 50 * gb });
        engine.isAway = true;
        expect((await spaces.local()).spaces.map(({ place }) => place)).toEqual(["data"]);
    });

    it("have those of targets, as df tells them there", async () => {
        const df =
            "Filesystem     1024-blocks     Used Available Capacity Mounted on\n" +
            "/dev/mapper/a b   10000000  9900000    100000      99% /\n";
        const { spaces, commands } = await open({ "/data": 50 * gb }, df);

        const [, attic] = await spaces.all();

        const space = { freeBytes: 102_400_000, totalBytes: 10_240_000_000, low: true };
        expect(attic).toEqual({
            id: "t1",
            name: "attic",
            spaces: [
                { place: "stacks", path: "/opt/stacks", ...space },
                { place: "docker", path: "/docker", ...space },
            ],
        });
        expect(commands).toEqual([
            ["df", "-Pk", "/opt/stacks"],
            ["df", "-Pk", "/docker"],
        ]);
        expect(spaces.warnings()).toEqual([expect.stringContaining("on attic has 0.1 GB of 10.2 GB free (1.0 %)")]);
    });

    it("say why a target cannot be asked", async () => {
        const { ports } = await open({}, "df");
        const find = async (): Promise<never> => {
            throw new AppError("unavailable", "attic does not answer");
        };
        const [, attic] = await createDiskSpaces({ ...ports, stackMachines: { find } }).all();
        expect(attic).toEqual({ id: "t1", name: "attic", spaces: [], error: "attic does not answer" });
    });
});

it("a deployment's log begins with what is nearly full", async () => {
    const logs = createRecordingLogs();
    await noteLowSpace(logs, { warnings: () => ["the disk has 1 GB free"] }).open("d1");
    expect(logs.texts("d1")).toEqual(["Note: the disk has 1 GB free"]);
});
