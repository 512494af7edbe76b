import { z } from "zod";
import { AppError } from "../../../../common/errors.ts";
import { runProcess } from "../../../platform/process/run.ts";
import { composeConfigCommand } from "../../core/compose-command.ts";
import type { ComposeService, ReadComposeServices } from "../../core/compose-model.ts";
import type { StackExtension } from "../../core/stack-extension.ts";
import type { StackFiles } from "../../core/stack-files.ts";

export interface ComposeServicesPorts {
    readonly files: Pick<StackFiles, "directory" | "environmentFiles">;
    readonly extension: () => Pick<StackExtension, "environment">;
    /** What every program sees. */
    readonly environment: Readonly<Record<string, string>>;
    readonly stopping: AbortSignal;
}

const configSeconds = 30;

const Service = z.object({
    image: z.string().optional(),
    build: z.unknown().optional(),
    pull_policy: z.string().optional(),
});
const Project = z.object({ services: z.record(z.string(), Service).default({}) });

/** Asks `docker compose config`, which knows includes, overrides, variables and profiles. */
export function dockerComposeServices(ports: ComposeServicesPorts): ReadComposeServices {
    return async (stack) => {
        const directory = await ports.files.directory(stack);
        const argv = composeConfigCommand(await ports.files.environmentFiles(stack));
        const environment = { ...ports.environment, ...(await ports.extension().environment(stack)) };
        const { exitCode, stdout, stderrTail } = await runProcess(
            { argv, directory, environment },
            { signal: ports.stopping, timeoutSeconds: configSeconds, captureBytes: 20_000_000 },
        );
        if (exitCode !== 0) {
            throw new AppError("invalid", `${stack}: its compose file cannot be read: ${stderrTail}`);
        }
        return Object.entries(Project.parse(JSON.parse(stdout)).services).map(toService);
    };
}

function toService([name, { image, build, pull_policy }]: [string, z.infer<typeof Service>]): ComposeService {
    const isBuilt = (build ?? undefined) !== undefined || ["build", "never"].includes(pull_policy ?? "");
    return { name, image, isBuilt };
}
