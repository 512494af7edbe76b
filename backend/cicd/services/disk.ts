import type { LogStore } from "../core/log-stream.ts";
import { type CleanUpsPorts, createCleanUps } from "./clean-ups.ts";
import { createDiskServices, type DiskPorts, type DiskServices } from "./disk-services.ts";
import { createDiskSpaces, type DiskSpacesPorts } from "./disk-spaces.ts";
import { createHousekeeping, type HousekeepingPorts } from "./housekeeping.ts";
import { noteLowSpace } from "./note-low-space.ts";

type Directories =
    | "directory"
    | "logsDirectory"
    | "jobLogsDirectory"
    | "artifactsDirectory"
    | "replacedDirectory"
    | "workspacesDirectory";

export type KeepDiskPorts = Omit<CleanUpsPorts, Directories | "onDone"> &
    DiskSpacesPorts &
    Omit<DiskPorts, "spaces" | "cleanUps"> &
    Omit<HousekeepingPorts, "spaces" | "cleanUps"> & { readonly logs: LogStore };

export interface DiskKeeper {
    readonly services: DiskServices;
    /** The logs of deployments, which begin with what is nearly full. */
    readonly logs: LogStore;
    start(): void;
    /** Ends what runs between two things, and waits for it. */
    stop(): Promise<void>;
}

/** Everything that watches and cleans the disk, put together. `directory` is the plugin's own. */
export function keepDisk(ports: KeepDiskPorts, directory: string): DiskKeeper {
    const spaces = createDiskSpaces(ports);
    const cleanUps = createCleanUps({
        ...ports,
        directory,
        logsDirectory: `${directory}/logs`,
        jobLogsDirectory: `${directory}/logs/jobs`,
        artifactsDirectory: `${directory}/artifacts`,
        replacedDirectory: `${directory}/replaced`,
        workspacesDirectory: `${directory}/workspaces`,
        onDone: () => services.forget(),
    });
    const services = createDiskServices({ ...ports, spaces, cleanUps });
    const housekeeping = createHousekeeping({ ...ports, spaces, cleanUps });
    return {
        services,
        logs: noteLowSpace(ports.logs, spaces),
        start: () => housekeeping.start(),
        async stop() {
            await Promise.all([cleanUps.stop(), housekeeping.stop()]);
        },
    };
}
