import { setTimeout as sleep } from "node:timers/promises";
import { stackStatus } from "../../common/schema/stack.ts";
import { docker } from "../../test/support/docker.ts";
import type { TestServer } from "../../test/support/server.ts";
import { until } from "../../test/support/until.ts";
import type { EngineEvent, EngineEvents } from "./engine-events.ts";
import { nameOf, type ManyStacks } from "./many-stacks.ts";
import { connectListClient, type ListPush, type StackListClient } from "./stack-list-client.ts";
import { median, spread } from "./statistics.ts";
import type { Row } from "./table.ts";

const statusRounds = 20;
const folderRounds = 10;
/** What is told at once comes as one push: the next change begins after it. */
const pauseMs = 300;

/** What the parts of the measurement share. */
export interface ScaleScene {
    readonly many: ManyStacks;
    readonly server: TestServer;
    readonly events: EngineEvents;
    readonly say: (text: string) => void;
    readonly ended: () => boolean;
}

/** One as our page is, which takes differences, and one as stock Dockge's is; both are told at the same time. */
interface Clients {
    readonly own: StackListClient;
    readonly stock: StackListClient;
}

/** A change, and what came of it. In milliseconds since 1970. */
interface Told {
    readonly at: number;
    readonly own: ListPush;
    readonly stock: ListPush;
    /** When the docker client told of it; of a folder nobody does. */
    readonly heardAt?: number;
}

/** What is done to containers and folders by others: how soon the page hears of it, and how much is sent for it. */
export async function measureChanges(scene: ScaleScene): Promise<readonly Row[]> {
    const own = await connectListClient(scene.server, true);
    const stock = await connectListClient(scene.server, false);
    try {
        const clients = { own, stock };
        const statuses = await repeat(scene, statusRounds, (n) => changeStatus(scene, clients, n));
        const folders = await repeat(scene, folderRounds, (n) => makeFolder(scene, clients, n));
        return rowsOf(statuses, folders);
    } finally {
        own.close();
        stock.close();
    }
}

async function repeat(
    { say, ended }: ScaleScene,
    rounds: number,
    act: (n: number) => Promise<Told>,
): Promise<readonly Told[]> {
    const all: Told[] = [];
    for (let n = 0; n < rounds && !ended(); n += 1) {
        const told = await act(n);
        const [own, stock] = [told.own.at - told.at, told.stock.at - told.at];
        say(`change ${String(n + 1)}: page ${own.toFixed(0)} ms, page of stock Dockge ${stock.toFixed(0)} ms`);
        all.push(told);
        await sleep(pauseMs);
    }
    return all;
}

/** Somebody kills a container, and in the next round starts it again. */
async function changeStatus({ many, events }: ScaleScene, clients: Clients, n: number): Promise<Told> {
    const [name = "", id = ""] = [...many.running][Math.floor(n / 2)] ?? [];
    const [verb, action, status] =
        n % 2 === 0
            ? (["kill", "die", stackStatus.exited] as const)
            : (["start", "start", stackStatus.running] as const);
    const from = events.all().length;
    const pushes = awaitPushes(clients, ({ statuses }) => statuses.get(name) === status);
    await docker(verb, id);
    const { at, heardAt } = await awaitEvent(events, from, (one) => one.containerId === id && one.action === action);
    return { at, heardAt, ...(await pushes) };
}

async function makeFolder({ many }: ScaleScene, clients: Clients, n: number): Promise<Told> {
    const name = nameOf(1000 + n);
    const pushes = awaitPushes(clients, ({ statuses }) => statuses.has(name));
    await many.add(name);
    return { at: Date.now(), ...(await pushes) };
}

async function awaitPushes(clients: Clients, fits: (push: ListPush) => boolean): Promise<Pick<Told, "own" | "stock">> {
    const next = (client: StackListClient): Promise<ListPush> => client.next(client.pushes().length, fits);
    const [own, stock] = await Promise.all([next(clients.own), next(clients.stock)]);
    return { own, stock };
}

async function awaitEvent(
    events: EngineEvents,
    from: number,
    fits: (event: EngineEvent) => boolean,
): Promise<EngineEvent> {
    const find = (): EngineEvent | undefined => events.all().slice(from).find(fits);
    await until(() => find() !== undefined);
    const found = find();
    if (found === undefined) {
        throw new Error("The engine tells of nothing");
    }
    return found;
}

function rowsOf(statuses: readonly Told[], folders: readonly Told[]): readonly Row[] {
    const whole = bytesOf(statuses, "stock");
    const share = (bytesOf(statuses, "own") / whole) * 100;
    return [
        {
            figure: "container stopped or started by others → page",
            measured: `${delays(statuses, "own")} ms`,
            baseline: `docker events tells of it: ${spread(statuses.map(({ at, heardAt = at }) => heardAt - at))} ms`,
            aim: "≤ 500 ms",
        },
        {
            figure: "the same → page of stock Dockge (whole list)",
            measured: `${delays(statuses, "stock")} ms`,
            baseline: "stock Dockge looks every 10 s",
            aim: "≤ 500 ms",
        },
        {
            figure: "folder made by others → page",
            measured: `${delays(folders, "own")} ms`,
            baseline: `→ page of stock Dockge: ${delays(folders, "stock")} ms`,
            aim: "≤ 2000 ms",
        },
        {
            figure: "bytes sent to a page for such a change",
            measured: `${bytesOf(statuses, "own").toFixed(0)}, ${share.toFixed(1)} %`,
            baseline: `whole list, as stock Dockge: ${whole.toFixed(0)}`,
            aim: "-",
        },
    ];
}

function delays(list: readonly Told[], who: "own" | "stock"): string {
    return spread(list.map((told) => told[who].at - told.at));
}

function bytesOf(list: readonly Told[], who: "own" | "stock"): number {
    return median(list.map((told) => told[who].bytes));
}
