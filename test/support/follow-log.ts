import type { TestServer } from "./server.ts";

/** Follows a deployment's log until a line matches or it ends; answers the lines seen. */
export async function followLog(
    server: TestServer,
    deploymentId: string,
    isLast: (line: string) => boolean,
): Promise<readonly string[]> {
    const response = await fetch(`${server.url}/api/v1/deployments/${deploymentId}/logs`, {
        headers: { authorization: `Bearer ${server.token}`, accept: "text/event-stream" },
    });
    const seen: string[] = [];
    let rest = "";
    const decoder = new TextDecoder();
    const body: AsyncIterable<Uint8Array> = response.body ?? neverAny();
    for await (const bytes of body) {
        const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) {
            seen.push(line);
            if (line.startsWith("data:") && isLast(line)) {
                return seen;
            }
        }
    }
    throw new Error(`The log ended without the line:\n${seen.join("\n")}`);
}

async function* neverAny(): AsyncGenerator<Uint8Array, void> {
    yield* [];
}
