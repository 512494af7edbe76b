import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { StackSummary } from "../../common/schema/stack.ts";
import { createCleanings } from "../support/cleanings.ts";
import { connectPage } from "../support/page-socket.ts";
import { startServer, type TestServer } from "../support/server.ts";

const StackList = z.object({ stackList: z.record(z.string(), StackSummary) });

describe("what is done by hand in the stacks directory", () => {
    const cleanings = createCleanings();
    let server: TestServer;
    let shown: readonly string[] = [];

    const path = (...words: readonly string[]): string => join(server.stacksDirectory, ...words);
    const shows = (...names: readonly string[]) =>
        expect.poll(() => shown, { timeout: 2000, interval: 20 }).toEqual(names);

    beforeAll(async () => {
        server = await startServer();
        cleanings.add(() => server.stop());
        // Nobody is there yet.
        await mkdir(path("early"));
        await writeFile(path("early", "compose.yaml"), "services: {}\n");
        const page = await connectPage(server);
        cleanings.add(() => page.close());
        page.onPush((event, payload) => {
            if (event === "stackList") {
                shown = Object.values(StackList.parse(payload).stackList)
                    .filter((stack) => stack.isManagedByDockge)
                    .map(({ name, composeFileName }) => `${name}/${composeFileName}`)
                    .sort();
            }
        });
    });

    afterAll(() => cleanings.run());

    it("is shown within two seconds", async () => {
        await shows("early/compose.yaml");

        await mkdir(path("web"));
        await writeFile(path("web", "docker-compose.yml"), "services: {}\n");
        await shows("early/compose.yaml", "web/docker-compose.yml");

        await rename(path("web"), path("shop"));
        await shows("early/compose.yaml", "shop/docker-compose.yml");

        await rename(path("shop", "docker-compose.yml"), path("shop", "compose.yaml"));
        await shows("early/compose.yaml", "shop/compose.yaml");

        await rm(path("early"), { recursive: true });
        await shows("shop/compose.yaml");
    });
});
