import type { DockerClient } from "../../../platform/docker/client.ts";
import { runProcess } from "../../../platform/process/run.ts";
import { AppError } from "../../../../common/errors.ts";
import type { ContainerWatch } from "../../core/container-watch.ts";
import { toStackContainer } from "./stack-container.ts";

const networkListSeconds = 15;

/** The containers of compose projects, through the engine's API; networks through the docker command. */
export function dockerContainerWatch(
    docker: DockerClient,
    environment: Readonly<Record<string, string>>,
    directory: string,
): ContainerWatch {
    async function ping(): Promise<void> {
        await docker.version();
    }

    return {
        ping,
        async list() {
            const found = await docker.containers.list(["com.docker.compose.project"]);
            return found.map(toStackContainer);
        },
        async listNetworks() {
            const { exitCode, stdout, stderrTail } = await runProcess(
                { argv: ["docker", "network", "ls", "--format", "{{.Name}}"], directory, environment },
                { signal: new AbortController().signal, timeoutSeconds: networkListSeconds, captureBytes: 4_000_000 },
            );
            if (exitCode !== 0) {
                throw new AppError("unavailable", `Networks cannot be listed: ${stderrTail}`);
            }
            return stdout.split("\n").filter(Boolean).sort();
        },
        watch({ signal, onChange, onAway }) {
            void docker.watch({
                signal,
                onEvent: onChange,
                onOpen: onChange,
                onAway: () => void ping().then(onChange, onAway),
            });
        },
    };
}
