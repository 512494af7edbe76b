import { z } from "zod";
import { AppError } from "../../../../common/errors.ts";
import type { DockerClient } from "../../../platform/docker/client.ts";
import { runProcess } from "../../../platform/process/run.ts";
import type { ContainerUsage } from "../../core/container-usage.ts";
import { toUsageSample } from "./usage-sample.ts";

const tableSeconds = 30;
const Row = z.record(z.string(), z.string());

/** Samples through the engine's API; the table through the docker command, whose words Dockge's clients know. */
export function dockerContainerUsage(
    docker: DockerClient,
    environment: Readonly<Record<string, string>>,
    stopping: AbortSignal,
): ContainerUsage {
    return {
        async sample(id) {
            const stats = await docker.containers.stats(id);
            return stats && toUsageSample(stats);
        },
        async table() {
            await docker.version();
            const { exitCode, stdout, stderrTail } = await runProcess(
                { argv: ["docker", "stats", "--format", "json", "--no-stream"], directory: "/", environment },
                { signal: stopping, timeoutSeconds: tableSeconds, captureBytes: 8_000_000 },
            );
            if (exitCode !== 0) {
                throw new AppError("unavailable", `What containers use cannot be read: ${stderrTail}`);
            }
            return stdout.split("\n").filter(Boolean).map(readRow);
        },
    };
}

function readRow(line: string): Readonly<Record<string, string>> {
    return Row.parse(JSON.parse(line));
}
