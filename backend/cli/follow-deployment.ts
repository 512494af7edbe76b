import { z } from "zod";
import { AppError } from "../../common/errors.ts";
import { DeploymentErrorCode, DeploymentStatus } from "../../common/schema/deployment.ts";
import { LogLine } from "../../common/schema/log-line.ts";
import type { ApiClient } from "./api-client.ts";
import { exitCodes, type CliPorts, type ExitCode } from "./cli-ports.ts";
import { readEvents } from "./event-stream.ts";

const End = z.object({
    status: DeploymentStatus,
    error: z.string().optional(),
    errorCode: DeploymentErrorCode.optional(),
});
type End = z.infer<typeof End>;

const retryEveryMs = 1000;
const mostRetries = 60;

/**
 * Prints a deployment's log until it ends; a connection that breaks (a restart of the server) is made anew and goes on
 * after the last line. Answers 0 where it was successful or had nothing to do, else 1.
 */
export async function followDeployment(client: ApiClient, id: string, ports: CliPorts): Promise<ExitCode> {
    const position = { lastEventId: "0" };
    for (let failures = 0; ; failures += 1) {
        const end = await followOnce(client, id, ports, position).catch((error: unknown) => {
            const isRefusal = error instanceof AppError && error.code !== "unavailable";
            if (isRefusal || failures >= mostRetries) {
                throw error;
            }
            return undefined;
        });
        if (end !== undefined) {
            return conclude(end, ports);
        }
        await ports.sleep(retryEveryMs);
    }
}

async function followOnce(
    client: ApiClient,
    id: string,
    ports: CliPorts,
    position: { lastEventId: string },
): Promise<End | undefined> {
    const body = await client.stream(`/deployments/${encodeURIComponent(id)}/logs`, position.lastEventId);
    for await (const event of readEvents(body)) {
        const data: unknown = JSON.parse(event.data);
        if (event.event === "end") {
            return End.parse(data);
        }
        ports.print(LogLine.parse(data).text);
        position.lastEventId = event.id ?? position.lastEventId;
    }
    return undefined;
}

function conclude({ status, error, errorCode }: End, ports: CliPorts): ExitCode {
    ports.printError(error === undefined ? status : `${status}: ${error}`);
    return status === "successful" || errorCode === "no_change" ? exitCodes.ok : exitCodes.failed;
}
