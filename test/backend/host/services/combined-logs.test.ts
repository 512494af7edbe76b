import { noExtension } from "../../../../backend/host/core/stack-extension.ts";
import { expect, it } from "vitest";
import { AppError } from "../../../../common/errors.ts";
import type { Elsewhere } from "../../../../backend/host/core/elsewhere.ts";
import type { StackContainer } from "../../../../backend/host/core/stack.ts";
import type { StackFiles } from "../../../../backend/host/core/stack-files.ts";
import type { TerminalPrograms, TerminalViewer } from "../../../../backend/host/core/terminal.ts";
import { createCombinedLogs } from "../../../../backend/host/services/combined-logs.ts";
import { createTerminals } from "../../../../backend/host/services/terminals.ts";
import { elsewhereOn, otherMachine } from "../../../support/fake-elsewhere.ts";

const running: StackContainer = { project: "web", service: "web", state: "running", oneOff: false };
const viewer: TerminalViewer = { write: () => undefined, exit: () => undefined };

const files: StackFiles = {
    scan: async () => [],
    find: async (name) => ({ name, composeFileName: "compose.yaml" }),
    directory: async (name) => `/stacks/${name}`,
    create: async () => undefined,
    read: async () => ({ composeYAML: "", composeENV: "" }),
    write: async () => undefined,
    writeEnvironment: async () => undefined,
    remove: async () => undefined,
    environmentFiles: async () => [],
    readOverride: async () => undefined,
    writeOverride: async () => undefined,
};

function createLogs(start?: TerminalPrograms["start"], elsewhere?: Elsewhere) {
    const started: string[] = [];
    const warnings: string[] = [];
    const exits: ((code: number) => void)[] = [];
    const containers: StackContainer[] = [running];
    const silent = (): void => undefined;
    const terminals = createTerminals();
    const programs: TerminalPrograms = {
        start:
            start ??
            (({ argv, directory }, { onExit }) => {
                started.push(`${directory}: ${argv.join(" ")}`);
                exits.push(onExit);
                return { resize: silent, end: silent };
            }),
    };
    const logs = createCombinedLogs({
        files,
        terminals,
        programs,
        extension: () =>
            elsewhere === undefined ? noExtension : { ...noExtension, elsewhere: () => new Map([["web", elsewhere]]) },
        stopping: new AbortController().signal,
        containersOf: () => containers,
        log: { debug: silent, info: silent, error: silent, warn: (_fields, message) => void warnings.push(message) },
    });
    return { logs, terminals, started, exits, containers, warnings };
}

/** Lets what was begun without waiting go on. */
function turn(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
}

it("follows the logs once for all who look", async () => {
    const { logs, started } = createLogs();
    logs.join("web", viewer);
    logs.join("web", { ...viewer });
    await turn();
    logs.revive();
    await turn();
    expect(started).toEqual(["/stacks/web: docker compose logs -f --tail 100"]);
});

it("follows again when everything had stopped and something runs", async () => {
    const { logs, started, exits, containers } = createLogs();
    logs.join("web", viewer);
    await turn();
    exits[0]?.(0);
    containers.splice(0, 1, { ...running, state: "exited" });
    logs.revive();
    await turn();
    expect(started).toHaveLength(1);
    containers.splice(0, 1, running);
    logs.revive();
    await turn();
    expect(started).toHaveLength(2);
});

it("starts nothing where there are no containers, or nobody looks any more", async () => {
    const { logs, terminals, started, containers } = createLogs();
    logs.join("web", viewer);
    terminals.leave("combined", "web", viewer);
    await turn();
    containers.length = 0;
    logs.join("web", viewer);
    await turn();
    expect(started).toEqual([]);
});

it("survives a missing docker command", async () => {
    const { logs, warnings } = createLogs(() => {
        throw new AppError("unavailable", "The docker command was not found.");
    });
    logs.join("web", viewer);
    await turn();
    expect(warnings).toEqual(["logs cannot be followed"]);
});

it("follows a stack on another machine there, and nothing here", async () => {
    const attic = otherMachine("attic", { states: ["running"] });
    const { logs, terminals, started } = createLogs(undefined, elsewhereOn([attic]));
    logs.join("web", viewer);
    await turn();
    attic.say("web-1  | hello");

    expect(started).toEqual([]);
    expect(terminals.open("combined", "web").join({ ...viewer })).toContain("web-1  | hello\r\n");
    terminals.leaveAll(viewer);
    terminals.stop();
    expect(attic.followed()).toEqual({ begun: 1, ended: 1 });
});

it("tells the machines of a stack apart, and follows again only where nothing is followed", async () => {
    const attic = otherMachine("attic", { states: ["running"] });
    const cellar = otherMachine("cellar", { away: "cellar is away." });
    const { logs, terminals, started, exits } = createLogs(undefined, elsewhereOn([attic, cellar], { alsoHere: true }));
    logs.join("web", viewer);
    await turn();
    attic.say("web-1  | hello");
    expect(terminals.open("combined", "web").join({ ...viewer })).toContain("attic/web-1  | hello\r\n");
    exits[0]?.(0);
    await turn();
    logs.revive();
    await turn();

    expect(started).toHaveLength(2);
    expect(attic.followed().begun).toBe(1);
    expect(cellar.followed().begun).toBe(0);
    expect(terminals.open("combined", "web").join({ ...viewer })).toContain("attic/web-1  | hello\r\n");
});
