import { z } from "zod";
import { readEvents } from "../../backend/cli/event-stream.ts";
import { DeploymentStatus } from "../../common/schema/deployment.ts";
import { LogLine } from "../../common/schema/log-line.ts";
import type { TestServer } from "../../test/support/server.ts";

const End = z.object({ status: DeploymentStatus, error: z.string().optional() });
export type End = z.infer<typeof End>;

/** Follows a deployment's log as server-sent events until it has ended; answers how. */
export async function followLog(server: TestServer, id: string, onLine: (line: LogLine) => void): Promise<End> {
    const response = await fetch(`${server.url}/api/v1/deployments/${id}/logs`, {
        headers: { authorization: `Bearer ${server.token}`, accept: "text/event-stream" },
    });
    if (!response.ok || response.body === null) {
        throw new Error(`The log cannot be followed: ${String(response.status)} ${await response.text()}`);
    }
    for await (const { event, data } of readEvents(response.body)) {
        const content: unknown = JSON.parse(data);
        if (event === "end") {
            return End.parse(content);
        }
        onLine(LogLine.parse(content));
    }
    throw new Error("The log ended before the deployment did");
}
