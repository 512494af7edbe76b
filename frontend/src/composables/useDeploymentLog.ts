import type { Ref } from "vue";
import type { SocketClient } from "../socket/client.ts";
import { createFollowedLog, type FollowedLog, type LogSource } from "./followed-log.ts";
import { useSession } from "./useSession.ts";
import { useSocket } from "./useSocket.ts";

type Wire = Pick<SocketClient, "call" | "on">;

/** Follows a deployment's log as long as the calling component lives. */
export function useDeploymentLog(deploymentId: string): FollowedLog {
    return createDeploymentLog(useSocket(), deploymentId, useSession().epoch);
}

/** The log of one deployment, live. `epoch` changes with each login on a new connection. */
export function createDeploymentLog(wire: Wire, deploymentId: string, epoch: Readonly<Ref<number>>): FollowedLog {
    const source: LogSource = {
        subscribe: (range) => wire.call("subscribeBuildLog", deploymentId, range),
        unsubscribe: () => wire.call("unsubscribeBuildLog", deploymentId),
        onLines: (handler) =>
            wire.on("buildLogUpdate", (update) => {
                if (update.deploymentId === deploymentId) {
                    handler(update.lines);
                }
            }),
    };
    return createFollowedLog(source, epoch);
}
