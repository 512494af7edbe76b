import { expect, it } from "vitest";
import { dockerProjectContainers } from "../../../../../backend/host/adapters/docker/project-containers.ts";
import { ContainerDetails, ContainerListItem } from "../../../../../backend/platform/docker/answers.ts";

const inList = (id: string, image = "nginx:1") =>
    ContainerListItem.parse({
        Id: id,
        Names: [`/demo-web-${id}`],
        Image: image,
        ImageID: "sha256:1",
        State: "running",
        Labels: { "com.docker.compose.service": "web", "com.docker.compose.container-number": id },
        Ports: [],
    });

const details = (id: string, Status: string, image?: string) =>
    ContainerDetails.parse({
        Id: id,
        Name: `/demo-web-${id}`,
        Image: "sha256:1",
        State: { Status, StartedAt: "" },
        Config: { Labels: {}, ...(image !== undefined && { Image: image }) },
        NetworkSettings: {},
        HostConfig: {},
    });

function find(listed: readonly ContainerListItem[], inspected: Readonly<Record<string, ContainerDetails>>) {
    const containers = {
        list: () => Promise.resolve(listed),
        inspect: (id: string) => Promise.resolve(inspected[id]),
    };
    return dockerProjectContainers({ containers: containers as never })("demo");
}

it("believes a container itself, not the list, which is written after a stop was answered", async () => {
    expect(await find([inList("1")], { "1": details("1", "exited") })).toEqual([
        {
            id: "1",
            name: "demo-web-1",
            service: "web",
            replica: 1,
            state: "exited",
            image: "nginx:1",
            imageId: "sha256:1",
            oneOff: false,
        },
    ]);
});

it("leaves out one that went meanwhile", async () => {
    const found = await find([inList("1"), inList("2")], { "2": details("2", "running") });
    expect(found.map(({ id }) => id)).toEqual(["2"]);
});

it("names the image that a container was made from, also when the name is another image's by now", async () => {
    const found = await find([inList("1", "sha256:0123456789ab")], { "1": details("1", "running", "nginx:1") });
    expect(found[0]?.image).toBe("nginx:1");
});
