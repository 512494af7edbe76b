import { type App, startApp } from "./app.ts";
import type { Config } from "./config.ts";
import { createLogger, type Logger } from "./platform/log/logger.ts";

const stopSeconds = 20;

/** Runs the server until SIGTERM or SIGINT. Resolves once it listens. */
export async function serve(config: Config, version: string): Promise<void> {
    const log = createLogger("info");
    const app = await startApp(config, log, version);
    log.info(
        { address: app.address, dataDirectory: config.dataDirectory, stacksDirectory: config.stacksDirectory },
        `dockge-cicd ${version} runs at ${app.address}; data: ${config.dataDirectory}; stacks: ${config.stacksDirectory}`,
    );
    if (config.stacksDirectoryNote !== undefined) {
        log.warn({}, config.stacksDirectoryNote);
    }
    if (app.resumed > 0) {
        log.info({ deployments: app.resumed }, "deployments that a restart had interrupted go on");
    }
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
        process.once(signal, () => void stop(app, log, signal));
    }
}

async function stop(app: App, log: Logger, signal: string): Promise<void> {
    log.info({ signal }, "stopping");
    // What is being applied is finished first; beyond this it is continued at the next start.
    setTimeout(() => process.exit(1), stopSeconds * 1000).unref();
    await app.stop();
    process.exit(0);
}
