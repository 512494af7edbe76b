import { describe, expect, it } from "vitest";
import type { Elsewhere } from "../../../../backend/host/core/elsewhere.ts";
import type { StackContainer } from "../../../../backend/host/core/stack.ts";
import { noExtension } from "../../../../backend/host/core/stack-extension.ts";
import type { StackFiles } from "../../../../backend/host/core/stack-files.ts";
import type { TerminalPrograms } from "../../../../backend/host/core/terminal.ts";
import { createStackLock } from "../../../../backend/host/services/stack-lock.ts";
import { createStackOperations } from "../../../../backend/host/services/stack-operations.ts";
import { createTerminals } from "../../../../backend/host/services/terminals.ts";
import { AppError } from "../../../../common/errors.ts";
import { containing, matching } from "../../../support/containing.ts";
import { elsewhereOn, otherMachine } from "../../../support/fake-elsewhere.ts";

interface Given {
    readonly elsewhere?: Elsewhere;
    /** The compose file in the folder here. */
    readonly composeFileName?: string;
    readonly containers?: readonly StackContainer[];
    readonly status?: number;
    readonly trouble?: string;
    readonly unmanaged?: boolean;
}

const left = { project: "web", service: "web", state: "running", oneOff: false };

/** The buttons of the stack `web`; what they did here, and whom they told, is written down. */
function createButtons({ elsewhere, composeFileName, containers = [], status = 3, trouble, unmanaged = false }: Given) {
    const done: string[] = [];
    const told: string[] = [];
    const terminals = createTerminals();
    const programs: TerminalPrograms = {
        start({ argv }, { onExit }) {
            done.push(argv.join(" "));
            queueMicrotask(() => onExit(0));
            return { resize: () => undefined, end: () => undefined };
        },
    };
    const files: StackFiles = {
        scan: async () => [],
        find: async (name) => ({ name, composeFileName }),
        directory: async (name) => `/stacks/${name}`,
        create: async () => undefined,
        read: async () => ({ composeYAML: "", composeENV: "" }),
        write: async () => void done.push("write both"),
        writeEnvironment: async (_folder, text) => void done.push(`write .env ${text}`),
        remove: async () => void done.push("remove the folder"),
        environmentFiles: async () => [],
        readOverride: async () => undefined,
        writeOverride: async () => undefined,
    };
    const operations = createStackOperations({
        files,
        terminals,
        programs,
        watch: {
            ping: async () => undefined,
            list: async () => [],
            listNetworks: async () => [],
            watch: () => undefined,
        },
        extension: () =>
            elsewhere === undefined ? noExtension : { ...noExtension, elsewhere: () => new Map([["web", elsewhere]]) },
        stopping: new AbortController().signal,
        lock: createStackLock(),
        status: () => status,
        isUnmanaged: async () => unmanaged,
        containersOf: () => containers,
        notify: async (_stack, action) => void told.push(action),
        findTrouble: async () => trouble,
        refresh: () => undefined,
    });
    const shown = () => terminals.open("progress", "web").join({ write: () => undefined, exit: () => undefined });
    return { operations, done, told, shown };
}

const edit = { name: "web", composeYAML: "services: {}\n", composeENV: "A=1\n", isAdd: false };

describe("the buttons of a stack on another machine", () => {
    it.each([
        ["start", ["up -d --remove-orphans"], ["started"]],
        ["stop", ["stop"], ["stopped"]],
        ["restart", ["restart"], ["started"]],
        ["down", ["down"], ["stopped"]],
        ["update", ["pull", "up -d --remove-orphans"], []],
        ["delete", ["down --remove-orphans"], ["deleted"]],
    ] as const)("%s it there", async (button, commands, actions) => {
        const attic = otherMachine("attic");
        const { operations, told, done, shown } = createButtons({ elsewhere: elsewhereOn([attic]) });
        await operations[button]("web");

        expect(attic.commands).toEqual(commands);
        expect(told).toEqual(actions);
        expect(done).toEqual(button === "delete" ? ["remove the folder"] : []);
        expect(shown()).toContain(`$ docker compose ${commands[0]} (on attic)\r\ndone by attic\r\n`);
    });

    it("do not mind what stands in the way here", async () => {
        const attic = otherMachine("attic");
        const { operations } = createButtons({ elsewhere: elsewhereOn([attic]), trouble: "not from here" });
        await operations.stop("web");
        expect(attic.commands).toEqual(["stop"]);
    });

    it("go to each of several machines, this one first, and only pull what does not run", async () => {
        const machines = [otherMachine("attic"), otherMachine("cellar")];
        const elsewhere = elsewhereOn(machines, { alsoHere: true });
        const { operations, done } = createButtons({ elsewhere, composeFileName: "compose.yaml", status: 4 });
        await operations.update("web");

        expect(done).toEqual(["docker compose pull"]);
        expect(machines.map(({ commands }) => commands)).toEqual([["pull"], ["pull"]]);
    });

    it("go on with the next machine when one fails, and then say so and tell nobody", async () => {
        const failure = new AppError("unavailable", "attic is away.");
        const machines = [otherMachine("attic", { failure }), otherMachine("cellar", { exitCode: 1 })];
        const { operations, told, shown } = createButtons({ elsewhere: elsewhereOn(machines) });

        await expect(operations.stop("web")).rejects.toBe(failure);
        expect(machines[1]?.commands).toEqual(["stop"]);
        expect(shown()).toContain("attic is away.\r\n");
        expect(told).toEqual([]);
    });

    it("end what was left here when the stack moved, but do not start it", async () => {
        const attic = otherMachine("attic");
        const given = { elsewhere: elsewhereOn([attic]), composeFileName: "compose.yaml", containers: [left] };
        const { operations, done } = createButtons(given);
        await operations.start("web");
        await operations.restart("web");
        expect(done).toEqual([]);
        await operations.down("web");
        expect(done).toEqual(["docker compose down"]);
    });

    it("delete nothing while a machine is away", async () => {
        const machines = [otherMachine("attic"), otherMachine("cellar", { away: "cellar is away." })];
        const { operations, done, told } = createButtons({ elsewhere: elsewhereOn(machines) });

        await expect(operations.delete("web")).rejects.toMatchObject({
            code: "unavailable",
            message: matching(/^cellar is away\. Nothing of web was deleted/),
        });
        expect([...done, ...told, ...(machines[0]?.commands ?? [])]).toEqual([]);
    });
});

describe("the files of a stack on another machine", () => {
    it.each([
        ["as it is live", "services: {}\n"],
        ["not at all", ""],
    ])("are saved as far as .env, with the compose file %s", async (_how, composeYAML) => {
        const { operations, done } = createButtons({ elsewhere: elsewhereOn([otherMachine("attic")]) });
        await operations.save({ ...edit, composeYAML });
        expect(done).toEqual(["write .env A=1\n"]);
    });

    it("are not saved with another compose file, and not deployed from here", async () => {
        const { operations, done } = createButtons({ elsewhere: elsewhereOn([otherMachine("attic")]) });

        await expect(operations.save({ ...edit, composeYAML: "services: { web: {} }\n" })).rejects.toMatchObject({
            code: "conflict",
            message: containing("runs on attic"),
        });
        await expect(operations.deploy(edit)).rejects.toMatchObject({ code: "conflict" });
        expect(done).toEqual([]);
    });

    it("are saved both where it runs here too", async () => {
        const elsewhere = elsewhereOn([otherMachine("attic")], { alsoHere: true });
        const { operations, done } = createButtons({ elsewhere, composeFileName: "compose.yaml" });
        await operations.save(edit);
        expect(done).toEqual(["write both"]);
    });
});

describe("a project without a folder", () => {
    it.each([
        ["start", "docker compose -p web start"],
        ["stop", "docker compose -p web stop"],
        ["restart", "docker compose -p web restart"],
    ] as const)("can be asked to %s by its name alone, and nobody is told", async (button, command) => {
        const { operations, done, told } = createButtons({ unmanaged: true });
        await operations[button]("web");
        expect(done).toEqual([command]);
        expect(told).toEqual([]);
    });

    it.each(["update", "down", "delete"] as const)("says why it cannot do %s", async (button) => {
        const { operations, done } = createButtons({ unmanaged: true });
        await expect(operations[button]("web")).rejects.toThrow("web runs, but has no folder");
        expect(done).toEqual([]);
    });
});

describe("deleting", () => {
    const plain = { keepFiles: false, removeVolumes: false, force: false };

    it.each([
        [{ keepFiles: true }, ["docker compose down --remove-orphans"], ["stopped"]],
        [{ removeVolumes: true }, ["docker compose down --remove-orphans --volumes", "remove the folder"], ["deleted"]],
    ])("with %j", async (options, expected, actions) => {
        const { operations, done, told } = createButtons({ composeFileName: "compose.yaml" });
        await operations.delete("web", { ...plain, ...options });
        expect(done).toEqual(expected);
        expect(told).toEqual(actions);
    });

    it("by force removes the folder although a machine is away", async () => {
        const failure = new AppError("unavailable", "attic is away.");
        const attic = otherMachine("attic", { away: "attic is away.", failure });
        const { operations, done, told, shown } = createButtons({ elsewhere: elsewhereOn([attic]) });
        await operations.delete("web", { ...plain, force: true });
        expect(done).toEqual(["remove the folder"]);
        expect(told).toEqual(["deleted"]);
        expect(shown()).toContain("Its folder is removed all the same.");
    });
});
