import type { LogStore } from "../core/log-stream.ts";
import type { DiskSpaces } from "./disk-spaces.ts";

/** The same logs, which say at their beginning where a disk is nearly full. */
export function noteLowSpace(logs: LogStore, spaces: Pick<DiskSpaces, "warnings">): LogStore {
    return {
        ...logs,
        async open(deploymentId) {
            const writer = await logs.open(deploymentId);
            for (const warning of spaces.warnings()) {
                writer.write("system", "queued", `Note: ${warning}`);
            }
            return writer;
        },
    };
}
