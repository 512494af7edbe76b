import { findEngine } from "../engine/find-engine.ts";
import { ensureBuilt } from "../scripts/ensure-built.mjs";
import { holdSignals } from "../scripts/signals.mjs";

/** Whether Ctrl-C (or another ending signal) has come. */
export interface Ending {
    readonly asked: () => boolean;
}

/**
 * Does something with a built server and an engine in this process's environment: the one that `docker info` reaches,
 * else the project's test bed. Ctrl-C ends nothing by itself; `action` looks at `ending`. Afterwards what was brought
 * up is taken down. Throws where no engine can be had, with the reason.
 */
export async function onEngine(say: (text: string) => void, action: (ending: Ending) => Promise<void>): Promise<void> {
    const signals = holdSignals();
    const engine = await findEngine(say);
    try {
        if (engine.kind === "none") {
            throw new Error(`This needs a Docker engine. ${engine.reason}`);
        }
        say(`Engine: ${engine.description}.`);
        Object.assign(process.env, engine.environment);
        await ensureBuilt();
        await action({ asked: () => signals.received() !== undefined });
    } finally {
        signals.letGo();
        if (engine.kind !== "none") {
            await engine.release();
        }
    }
}
