import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Deployment } from "../../common/schema/deployment.ts";
import { containerOf, removeStack } from "../support/docker.ts";
import { createRest, type Rest } from "../support/rest.ts";
import { freePort, startServer, type TestServer } from "../support/server.ts";
import { answerOn, smallService } from "../support/small-app.ts";
import { createWorkRepository, type WorkRepository } from "../support/work-repository.ts";

const stack = `swap-${process.pid}`;

describe("services that hand their host ports to each other", () => {
    let server: TestServer;
    let rest: Rest;
    let repository: WorkRepository;
    let first: number;
    let second: number;

    beforeAll(async () => {
        server = await startServer();
        rest = createRest(server);
        repository = await createWorkRepository();
        [first, second] = [await freePort(), await freePort()];
        await repository.commit(app(first, second), "start");
        await rest.connect(stack, { url: repository.url, branch: "main" });
        expect(await deploy()).toMatchObject({ status: "successful" });
    });

    afterAll(async () => {
        await server.stop();
        await removeStack(stack);
        await repository.remove();
    });

    function app(portOfOne: number, portOfTwo: number, more = ""): Record<string, string> {
        const one = smallService("one", { port: portOfOne, version: "one" });
        const two = smallService("two", { port: portOfTwo, version: "two", more });
        const side = smallService("side", { port: 0, version: "side" }).replace(/^ *ports:.*\n/m, "");
        return { "compose.yaml": `services:\n${one}${two}${side}` };
    }

    async function deploy(): Promise<Deployment> {
        return rest.ended((await rest.deploy(stack)).id);
    }

    async function answers(): Promise<readonly string[]> {
        return [await answerOn(first), await answerOn(second)];
    }

    it("swap them in one push, and leave the others running", async () => {
        const side = await containerOf(stack, "side");
        await repository.commit(app(second, first), "swap");

        const ended = await deploy();

        expect(ended).toMatchObject({ status: "successful" });
        expect(await answers()).toEqual(["two", "one"]);
        expect(await containerOf(stack, "side")).toBe(side);
        expect(await rest.log(ended.id)).toContain("Stopping container");
    });

    it("get them back where the swap is rolled back", async () => {
        const sick = "    environment: {A: b}\n";
        const files = app(first, second, sick);
        await repository.commit(
            {
                "compose.yaml": files["compose.yaml"]!.replace(
                    "echo two >",
                    "echo no > /tmp/x; sleep 1000; echo two >",
                ),
            },
            "swap back, but sick",
        );

        const ended = await deploy();

        expect(ended).toMatchObject({ status: "rolled_back", errorCode: "unhealthy" });
        expect(await answers()).toEqual(["two", "one"]);
    });
});
