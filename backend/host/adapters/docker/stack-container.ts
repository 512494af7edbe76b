import type { ContainerListItem } from "../../../platform/docker/answers.ts";
import { exitCodeIn, healthIn } from "../../../platform/docker/status-sentence.ts";
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
