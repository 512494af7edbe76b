import { describe, expect, it } from "vitest";
import type { ContainerStats } from "../../../common/schema/container-stats.ts";
import { awaitingApproval, restoreNote } from "../../../common/schema/deployment.ts";
import { consoleTerminal, containerTerminal } from "../../../common/socket/names.ts";
import { stackNetworks } from "../../../frontend/src/model/compose-networks.ts";
import { servicesWith } from "../../../frontend/src/model/compose-services.ts";
import { createLogFilter } from "../../../frontend/src/model/container-log.ts";
import { containerPlaces } from "../../../frontend/src/model/container-places.ts";
import { deleteArguments, deleteSteps } from "../../../frontend/src/model/delete-choice.ts";
import { listedStatus, readListed, waitingLook } from "../../../frontend/src/model/deployment-status.ts";
import { readDockerStats, serviceIn } from "../../../frontend/src/model/docker-stats.ts";
import { createJobColours } from "../../../frontend/src/model/job-colour.ts";
import { portLink } from "../../../frontend/src/model/port-link.ts";
import { pruneSteps } from "../../../frontend/src/model/prune-choice.ts";
import { inPieces, isAnswer, shellKey } from "../../../frontend/src/model/shell-keys.ts";
import { addLook, type StackHistory } from "../../../frontend/src/model/stats-history.ts";
import { triggerKind } from "../../../frontend/src/model/trigger-kind.ts";
import { deployment } from "../support/page-fixtures.ts";

const stats: ContainerStats = {
    container: "shop-web-1",
    service: "web",
    cpuPercent: 1,
    memoryBytes: 10,
    memoryLimitBytes: 100,
    receivedBytes: 0,
    sentBytes: 0,
};

describe("the history of what containers use", () => {
    it("keeps five minutes", () => {
        let history: StackHistory = new Map();
        for (let second = 0; second <= 400; second += 2) {
            history = addLook(history, 1000 + second, [{ ...stats, cpuPercent: second }]);
        }
        const kept = history.get("shop-web-1");
        expect(kept?.times[0]).toBe(1100);
        expect(kept?.times.at(-1)).toBe(1400);
        expect(kept?.cpuPercent).toHaveLength(kept?.times.length ?? 0);
        expect(kept?.latest.cpuPercent).toBe(400);
    });

    it("forgets containers that are gone, and begins anew where the clock was set back", () => {
        const first = addLook(new Map(), 1000, [stats, { ...stats, container: "shop-web-2" }]);
        const second = addLook(first, 900, [stats]);
        expect([...second.keys()]).toEqual(["shop-web-1"]);
        expect(second.get("shop-web-1")?.times).toEqual([900]);
    });
});

describe("the rows of docker stats", () => {
    it("are read for the stack's own containers", () => {
        const row = { CPUPerc: "12.50%", MemUsage: "1.5MiB / 2GiB", NetIO: "1.2kB / 3MB" };
        const rows = { "shop-web-2": row, "other-web-1": row, shop_db_1: {} };
        expect(readDockerStats(rows, (name) => serviceIn("shop", name))).toEqual([
            {
                container: "shop-web-2",
                service: "web",
                cpuPercent: 12.5,
                memoryBytes: 1.5 * 2 ** 20,
                memoryLimitBytes: 2 * 2 ** 30,
                receivedBytes: 1200,
                sentBytes: 3e6,
            },
            { ...stats, container: "shop_db_1", service: "db", cpuPercent: 0, memoryBytes: 0, memoryLimitBytes: 0 },
        ]);
    });
});

describe("a service's containers", () => {
    const containers = [
        { service: "web", name: "shop-web-1", index: 0, status: "running", image: "web:1" },
        { service: "web", name: "shop-web-2", index: 1, status: "exited", image: "web:1" },
    ];

    it("are one place per replica where the server tells them", () => {
        expect(containerPlaces("web", { states: { web: ["exited"] }, containers })).toEqual([
            { name: "shop-web-1", index: 0, state: "running", image: "web:1" },
            { name: "shop-web-2", index: 1, state: "exited", image: "web:1" },
        ]);
    });

    it("have a shell in the first alone where an older server tells only names", () => {
        const known = { states: { web: ["running", "running"] }, names: { web: ["a-web-1", "a-web-2"] } };
        expect(containerPlaces("web", known).map(({ name, index }) => [name, index])).toEqual([
            ["a-web-1", 0],
            ["a-web-2", undefined],
        ]);
    });

    it("stand beside those on other machines", () => {
        const machines = [{ services: { web: "exited" } }, { name: "attic", services: { web: "running" } }];
        expect(
            containerPlaces("web", { states: {}, machines, containers }).map(({ name, machine }) => name ?? machine),
        ).toEqual(["shop-web-1", "shop-web-2", "attic"]);
    });

    it("make the services of a stack without a compose file", () => {
        expect(servicesWith([{ name: "db", built: false, ports: [] }], containers).map(({ name }) => name)).toEqual([
            "db",
            "web",
        ]);
    });
});

it.each([
    ["example.org", 8080, "http://example.org:8080"],
    ["example.org", 443, "https://example.org:443"],
    ["10.0.0.2", 8443, "https://10.0.0.2:8443"],
    ["fd00::1", 80, "http://[fd00::1]:80"],
])("links the port %s:%d", (host, port, expected) => {
    expect(portLink(host, port)).toBe(expected);
});

describe("a container's own lines", () => {
    it("are taken out of the combined logs, also when they come in pieces", () => {
        const filter = createLogFilter("shop", "web", 1);
        const shown = filter.reset("\u001b[36mweb-1  | \u001b[0mone\r\n\u001b[33mweb-2  | \u001b[0mtwo\r\nweb-2 ");
        expect(shown).toBe("\u001b[33mweb-2  | \u001b[0mtwo\r\n");
        expect(filter.add(" | three\nweb-22 | no\nshop-web-2 | four\n")).toBe("web-2  | three\nshop-web-2 | four\n");
        expect(filter.reset("")).toBe("");
    });
});

describe("the keys of a shell", () => {
    const plain = { type: "keydown", code: "KeyL", ctrlKey: true, shiftKey: true, altKey: false, metaKey: false };

    it.each([
        [{}, "leave"],
        [{ code: "KeyC" }, "copy"],
        [{ code: "KeyV" }, "paste"],
        [{ shiftKey: false }, undefined],
        [{ altKey: true }, undefined],
        [{ code: "Tab", ctrlKey: false, shiftKey: false }, undefined],
    ])("%j means %s", (fields, expected) => {
        expect(shellKey({ ...plain, ...fields })).toBe(expected);
    });

    it("sends much text in pieces that keep its signs whole", () => {
        expect(inPieces("abcdef", 4)).toEqual(["abcd", "ef"]);
        expect(inPieces("abc😀d", 4)).toEqual(["abc😀", "d"]);
        expect(inPieces("")).toEqual([]);
    });

    it("is told apart from what a terminal answers by itself", () => {
        expect(["\u001b[5;3R", "\u001b[?1;2c", "\u001b[>0;276;0c", "\u001b[0n"].every(isAnswer)).toBe(true);
        expect(
            ["R", "ls\r", "\u001b", "\u001b[A", "\u001b[3~", "\u001bOP", "\u001b[200~x\u001b[201~"].some(isAnswer),
        ).toBe(false);
    });
});

it("names terminals as Dockge does", () => {
    expect(containerTerminal("", "shop", "web", 0)).toBe("container-exec--shop-web-0");
    expect(containerTerminal("h:5001", "shop", "web", 1)).toBe("container-exec-h:5001-shop-web-1");
    expect(consoleTerminal()).toBe("console");
});

it("tells what deleting does, and sends nothing more than Dockge does unless something was chosen", () => {
    const none = { keepFiles: false, removeVolumes: false, force: false };
    expect(deleteSteps(none)).toEqual(["containers", "volumesStay", "filesGo"]);
    expect(deleteArguments(none)).toEqual([]);
    const kept = { ...none, keepFiles: true, removeVolumes: true, force: true };
    expect(deleteSteps(kept)).toEqual(["containers", "volumesGo", "filesStay", "forced"]);
    expect(deleteArguments(kept)).toEqual([kept]);
});

it("lists what pruning removes", () => {
    const none = { images: "none", containers: false, networks: false, volumes: false, buildCache: false } as const;
    expect(pruneSteps(none)).toEqual([]);
    expect(pruneSteps({ ...none, images: "unused", volumes: true })).toEqual(["unusedImages", "volumes"]);
});

it("reads which networks the services use", () => {
    const yaml = `services:
  web: { image: a, networks: [front, back] }
  db: { image: b, networks: { back: {} } }
  job: { image: c }
  host: { image: d, network_mode: host }
networks:
  front: { external: true }
  back: { name: deep }
`;
    expect(stackNetworks("shop", yaml)).toEqual([
        { name: "front", external: true, engineName: "front", services: ["web"] },
        { name: "back", external: false, engineName: "deep", services: ["web", "db"] },
        { name: "default", external: false, engineName: "shop_default", services: ["job"] },
    ]);
    expect(stackNetworks("shop", "a: [")).toEqual([]);
});

describe("how a deployment is told", () => {
    it("is another thing while it waits for a person than while it builds", () => {
        const waits = deployment("d1", { status: "building", phase: "approval" });
        expect(listedStatus(waits)).toBe(awaitingApproval);
        expect(readListed(listedStatus(waits))).toEqual({ status: "building", waiting: true });
        expect(readListed(listedStatus({ ...waits, approvedAt: waits.createdAt }))).toMatchObject({ waiting: false });
        expect(readListed("something new")).toBeUndefined();
        expect(waitingLook.icon).not.toBe("hammer");
    });

    it("tells a repair of drift from a rollback", () => {
        const back = { previousDeploymentId: "d0", triggeredBy: "manual" } as const;
        expect(triggerKind({ triggeredBy: "webhook" })).toBe("webhook");
        expect(triggerKind(back)).toBe("rollback");
        expect(triggerKind({ ...back, note: `${restoreNote}; images were built again` })).toBe("restore");
    });
});

it("gives the jobs of a log different colours, as long as there are any", () => {
    const colour = createJobColours();
    const names = ["build", "test", "lint", "package", "deploy", "announce", "e2e", "docs"];
    expect(new Set(names.map(colour)).size).toBe(8);
    expect(names.map(colour)).toEqual(names.map(colour));
    expect(colour("a ninth")).toMatch(/^ansi-fg-\d+$/);
});
