import { createServer, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { connectDocker } from "../../../../backend/platform/docker/client.ts";
import { temporaryDirectory } from "../../../support/temporary-directory.ts";

/** An engine that answers every request in one way, and what it was asked. */
async function engineThat(answer: object) {
    const asked: Pick<IncomingMessage, "method" | "url">[] = [];
    const server = createServer(({ method, url }, response) => {
        asked.push({ method, url });
        response.setHeader("content-type", "application/json").end(JSON.stringify(answer));
    });
    const socket = join(await temporaryDirectory(), "docker.sock");
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    onTestFinished(() => {
        server.closeAllConnections();
        server.close();
    });
    return { docker: connectDocker({ host: `unix://${socket}` }), asked };
}

it("asks for what the build cache takes, and for nothing else", async () => {
    const caches = [{ Size: 100 }, { Size: 20, Shared: true }, { Size: 3, Shared: false }];
    const { docker, asked } = await engineThat({ BuildCache: caches });
    expect(await docker.buildCache.bytes()).toBe(103);
    expect(asked).toEqual([{ method: "GET", url: "/system/df?type=build-cache" }]);
});

it.each([
    [{ BuildCacheUsage: { TotalSize: 7 } }, 7],
    [{ BuildCache: null }, undefined],
])("understands %j", async (answer, bytes) => {
    const { docker } = await engineThat(answer);
    expect(await docker.buildCache.bytes()).toBe(bytes);
});

it("bounds it with the bound's old and new names, and only what was not used for a day", async () => {
    const { docker, asked } = await engineThat({ SpaceReclaimed: 42 });
    expect(await docker.buildCache.bound(1000)).toBe(42);
    const [request] = asked;
    const { pathname, searchParams } = new URL(request?.url ?? "", "http://engine");
    expect([request?.method, pathname]).toEqual(["POST", "/build/prune"]);
    expect(Object.fromEntries(searchParams)).toEqual({
        "keep-storage": "1000",
        "reserved-space": "1000",
        "max-used-space": "1000",
        filters: '{"until":{"24h":true}}',
    });
});
