import { setTimeout as sleep } from "node:timers/promises";
import { removeStack } from "../../test/support/docker.ts";
import { admin, startServer } from "../../test/support/server.ts";
import { createWorkRepository } from "../../test/support/work-repository.ts";
import { onEngine, type Ending } from "../scene/on-engine.ts";
import { heading, tell } from "./narrate.ts";
import { tellStory } from "./story.ts";

const stack = `demo-${String(process.pid)}`;

/** `npm run demo [-- --exit]`: the main job, with no outside service. */
export async function runDemo(args: readonly string[]): Promise<void> {
    await onEngine(console.log, (ending) => playDemo(ending, args.includes("--exit")));
}

async function playDemo(ending: Ending, exit: boolean): Promise<void> {
    heading("A server on throw-away folders");
    const server = await startServer({ CICD_STABILITY_SECONDS: "2" });
    const repository = await createWorkRepository();
    try {
        tell(`Page:   ${server.url}  (user ${admin.username}, password ${admin.password})`);
        tell(`Stacks: ${server.stacksDirectory}`);
        await tellStory({ server, repository, stack });
        if (!exit) {
            heading(`The page is there to look at: ${server.url}/compose/${stack}`);
            tell(`User ${admin.username}, password ${admin.password}. Ctrl-C ends it and removes everything.`);
            await untilAsked(ending);
        }
    } finally {
        await server.stop();
        await removeStack(stack);
        await repository.remove();
    }
    tell("Everything that the demo made is removed.");
}

async function untilAsked(ending: Ending): Promise<void> {
    while (!ending.asked()) {
        await sleep(200);
    }
}
