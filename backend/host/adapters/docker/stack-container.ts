import type { ContainerListItem } from "../../../platform/docker/answers.ts";
import { exitCodeIn, healthIn } from "../../../platform/docker/status-sentence.ts";
import type { StackContainer } from "../../core/stack.ts";

/** What of a listed container a stack's status needs; health and exit code stand in the engine's status sentence. */
export function toStackContainer({ Labels, State, Status, Names, Image }: ContainerListItem): StackContainer {
    const replica = Number(Labels["com.docker.compose.container-number"]);
    return {
        project: Labels["com.docker.compose.project"] ?? "",
        service: Labels["com.docker.compose.service"] ?? "",
        state: State,
        health: healthIn(Status),
        exitCode: exitCodeIn(Status),
        oneOff: Labels["com.docker.compose.oneoff"] === "True",
        name: Names[0]?.replace(/^\//, ""),
        image: Image,
        replica: Number.isInteger(replica) && replica > 0 ? replica : undefined,
    };
}
