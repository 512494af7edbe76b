import type { ContainerDetails, ContainerListItem } from "../../../platform/docker/answers.ts";
import type { DockerClient } from "../../../platform/docker/client.ts";
import type { FindProjectContainers, ProjectContainer } from "../../core/project-containers.ts";

/**
 * The containers of one compose project, by their labels. Each is inspected: the engine's list is written after a stop
 * is answered, so that on a slow disk it still calls a container running that has ended.
 */
export function dockerProjectContainers({ containers }: Pick<DockerClient, "containers">): FindProjectContainers {
    return async (project) => {
        const listed = await containers.list([`com.docker.compose.project=${project}`]);
        const found = await Promise.all(listed.map(({ Id }) => containers.inspect(Id)));
        return listed.flatMap((item, at) => {
            const now = found[at];
            return now === undefined ? [] : [toProjectContainer(item, now)];
        });
    };
}

function toProjectContainer(
    { Id, Names, Labels, Image, ImageID }: ContainerListItem,
    now: ContainerDetails,
): ProjectContainer {
    return {
        id: Id,
        name: Names[0]?.replace(/^\//, "") ?? Id,
        service: Labels["com.docker.compose.service"] ?? "",
        replica: Number(Labels["com.docker.compose.container-number"]) || 1,
        state: now.State.Status,
        // The list tells only the id of an image whose name belongs to another one by now.
        image: now.Config.Image ?? Image,
        imageId: ImageID,
        oneOff: Labels["com.docker.compose.oneoff"] === "True",
    };
}
