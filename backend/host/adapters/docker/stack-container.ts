import type { ContainerListItem } from "../../../platform/docker/answers.ts";
import type { StackContainer } from "../../core/stack.ts";

/** What of a listed container a stack's status needs; health and exit code stand in the engine's status sentence. */
export function toStackContainer({ Labels, State, Status }: ContainerListItem): StackContainer {
    return {
        project: Labels["com.docker.compose.project"] ?? "",
        service: Labels["com.docker.compose.service"] ?? "",
        state: State,
        health: healthIn(Status),
        exitCode: exitCodeIn(Status),
        oneOff: Labels["com.docker.compose.oneoff"] === "True",
    };
}

/** "Up 3 seconds (healthy)", "Up 1 second (health: starting)". */
function healthIn(status: string): string | undefined {
    return /\((?:health: )?(healthy|unhealthy|starting)\)/.exec(status)?.[1];
}

/** "Exited (137) 2 minutes ago". */
function exitCodeIn(status: string): number | undefined {
    const code = /^Exited \((\d+)\)/.exec(status)?.[1];
    return code === undefined ? undefined : Number(code);
}
