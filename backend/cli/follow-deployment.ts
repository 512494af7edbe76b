import { z } from "zod";
import { AppError, errorCode as codeOf } from "../../common/errors.ts";
import { DeploymentErrorCode, DeploymentStatus } from "../../common/schema/deployment.ts";
import { PipelineStatus } from "../../common/schema/pipeline-run.ts";
import { LogLine } from "../../common/schema/log-line.ts";
import type { ApiClient } from "./api-client.ts";
import { exitCodes, type CliPorts, type ExitCode } from "./cli-ports.ts";
import { readEvents } from "./event-stream.ts";

const End = z.object({
    status: z.union([DeploymentStatus, PipelineStatus]),
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
export function followDeployment(client: ApiClient, id: string, ports: CliPorts): Promise<ExitCode> {
    return followLog(client, `/deployments/${encodeURIComponent(id)}/logs`, ports);
}

/** The same for an id of a deployment, or else of a pipeline. */
export async function followEither(client: ApiClient, id: string, ports: CliPorts): Promise<ExitCode> {
    try {
        return await followDeployment(client, id, ports);
    } catch (error) {
        if (codeOf(error) !== "not_found") {
            throw error;
        }
        return followLog(client, `/pipelines/${encodeURIComponent(id)}/logs`, ports);
    }
}

async function followLog(client: ApiClient, path: string, ports: CliPorts): Promise<ExitCode> {
    const position = { lastEventId: "0" };
    for (let failures = 0; ; failures += 1) {
        const end = await followOnce(client, path, ports, position).catch((error: unknown) => {
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
    path: string,
    ports: CliPorts,
    position: { lastEventId: string },
): Promise<End | undefined> {
    const body = await client.stream(path, position.lastEventId);
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
    const isGood = ["successful", "success", "skipped"].includes(status) || errorCode === "no_change";
    return isGood ? exitCodes.ok : exitCodes.failed;
}
