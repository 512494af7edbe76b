import type { ContainerListItem } from "../../../platform/docker/answers.ts";
import type { DockerClient } from "../../../platform/docker/client.ts";
import type { FindProjectContainers, ProjectContainer } from "../../core/project-containers.ts";

/** The containers of one compose project, by their labels. */
export function dockerProjectContainers({ containers }: Pick<DockerClient, "containers">): FindProjectContainers {
    return async (project) => {
        const found = await containers.list([`com.docker.compose.project=${project}`]);
        return Promise.all(found.map(async (item) => toProjectContainer(item, await imageName(containers, item))));
    };
}

function toProjectContainer({ Id, Names, Labels, State, ImageID }: ContainerListItem, image: string): ProjectContainer {
    return {
        id: Id,
        name: Names[0]?.replace(/^\//, "") ?? Id,
        service: Labels["com.docker.compose.service"] ?? "",
        replica: Number(Labels["com.docker.compose.container-number"]) || 1,
        state: State,
        image,
        imageId: ImageID,
        oneOff: Labels["com.docker.compose.oneoff"] === "True",
    };
}

/** The list tells only the id of an image whose name belongs to another one by now. */
async function imageName(
    containers: DockerClient["containers"],
    { Id, Image }: Pick<ContainerListItem, "Id" | "Image">,
): Promise<string> {
    const isId = /^(sha256:)?[0-9a-f]{12,64}$/.test(Image);
    return isId ? ((await containers.inspect(Id))?.Config.Image ?? Image) : Image;
}
