import type { Ref } from "vue";
import type { SocketClient } from "../socket/client.ts";
import { createFollowedLog, type FollowedLog, type LogSource } from "./followed-log.ts";
import { useSession } from "./useSession.ts";
import { useSocket } from "./useSocket.ts";

type Wire = Pick<SocketClient, "call" | "on">;

/** Follows the log of a job, or of a run that has no deployment, as long as the calling component lives. */
export function useJobLog(id: string): FollowedLog {
    return createJobLog(useSocket(), id, useSession().epoch);
}

/** The log of one job (or run), live. `epoch` changes with each login on a new connection. */
export function createJobLog(wire: Wire, id: string, epoch: Readonly<Ref<number>>): FollowedLog {
    const source: LogSource = {
        subscribe: (range) => wire.call("subscribeJobLog", id, range),
        unsubscribe: () => wire.call("unsubscribeJobLog", id),
        onLines: (handler) =>
            wire.on("jobLogUpdate", (update) => {
                if (update.jobId === id) {
                    handler(update.lines);
                }
            }),
    };
    return createFollowedLog(source, epoch);
}
