import { startServer } from "../../test/support/server.ts";
import { listenToEngine } from "./engine-events.ts";
import { idleCost, rest, type IdleCost } from "./idle-cost.ts";
import { manyStacks } from "./many-stacks.ts";
import { processTree, residentMegabytes } from "./process-memory.ts";
import { measureChanges, type ScaleScene } from "./scale-changes.ts";
import { connectListClient, type StackListClient } from "./stack-list-client.ts";
import type { Row } from "./table.ts";

const count = 500;
const runningCount = 50;
const pages = 10;
/** What the start and the logins have left in memory is collected by then, as part of neither rest. */
const settleSeconds = 20;
const idleSeconds = 30;
/** As often as the page of a stack asks for the states of its services. */
const servicesMs = 5000;

/** 500 stacks, 50 of which run one container each: how soon changes are told, and what the server takes while it rests. */
export async function measureScale(say: (text: string) => void, ended: () => boolean): Promise<readonly Row[]> {
    say(`making ${String(count)} stacks, starting ${String(runningCount)} containers …`);
    const many = await manyStacks(count, runningCount);
    try {
        const server = await startServer({ DOCKGE_STACKS_DIR: many.folder });
        const events = listenToEngine();
        try {
            return await measure({ many, server, events, say, ended });
        } finally {
            events.close();
            await server.stop();
        }
    } finally {
        await many.close();
    }
}

async function measure(scene: ScaleScene): Promise<readonly Row[]> {
    const { server, say, ended } = scene;
    await rest(settleSeconds, ended);
    const alone = await measureIdle(scene, "nobody logged in");
    const clients = await connectPages(scene);
    const asking = setInterval(() => askForServices(scene, clients), servicesMs);
    try {
        await rest(settleSeconds, ended);
        const watched = await measureIdle(scene, `${String(pages)} pages open`);
        const pids = processTree(server.processId());
        const memory = `${residentMegabytes(pids).toFixed(0)} MB in ${String(pids.length)} processes`;
        say(`memory: ${memory}`);
        const changes = await measureChanges(scene);
        return [
            ...changes,
            idleRow(`processor, idle, ${String(count)} stacks, nobody logged in`, alone, "≤ 0.5 %"),
            idleRow(`the same, ${String(pages)} pages of running stacks open`, watched, "≤ 2 %"),
            {
                figure: `memory of all processes, ${String(count)} stacks, ${String(pages)} pages open`,
                measured: memory,
                baseline: "stock Dockge 1.5.0 with 50 stacks: 184 MB",
                aim: "≤ 150 MB",
            },
        ];
    } finally {
        clearInterval(asking);
        clients.forEach((client) => client.close());
    }
}

function connectPages({ server }: ScaleScene): Promise<readonly StackListClient[]> {
    return Promise.all(Array.from({ length: pages }, () => connectListClient(server, true)));
}

/** Each shows another running stack. */
function askForServices({ many }: ScaleScene, clients: readonly StackListClient[]): void {
    const names = [...many.running.keys()];
    clients.forEach((client, index) => {
        client.call("serviceStatusList", names[index]).catch(() => undefined);
    });
}

async function measureIdle({ server, events, say, ended }: ScaleScene, who: string): Promise<IdleCost> {
    say(`leaving the server alone, ${who} …`);
    const cost = await idleCost({ processId: server.processId(), seconds: idleSeconds, events, ended });
    say(`${who}: ${wordsOf(cost)}`);
    return cost;
}

function idleRow(figure: string, cost: IdleCost, aim: string): Row {
    return { figure, measured: wordsOf(cost), baseline: "-", aim };
}

function wordsOf({ percent, seconds, engineEvents }: IdleCost): string {
    return `${percent.toFixed(2)} % of a core in ${seconds.toFixed(0)} s, ${String(engineEvents)} engine events`;
}
