import { expect, it } from "vitest";
import { toStackContainer } from "../../../../../backend/host/adapters/docker/stack-container.ts";

it.each([
    ["running", "Up 3 seconds", {}],
    ["running", "Up 3 seconds (healthy)", { health: "healthy" }],
    ["running", "Up 2 minutes (unhealthy)", { health: "unhealthy" }],
    ["running", "Up 1 second (health: starting)", { health: "starting" }],
    ["paused", "Up 2 hours (Paused)", {}],
    ["exited", "Exited (0) 2 minutes ago", { exitCode: 0 }],
    ["exited", "Exited (137) About an hour ago", { exitCode: 137 }],
    ["restarting", "Restarting (1) 5 seconds ago", {}],
])("reads %s, %s", (State, Status, expected) => {
    const Labels = { "com.docker.compose.project": "demo", "com.docker.compose.service": "web" };
    const rest = { Id: "1", Names: ["/demo-web-1"], Image: "nginx:1", ImageID: "", Ports: [] };
    expect(toStackContainer({ ...rest, Labels, State, Status })).toEqual({
        project: "demo",
        service: "web",
        state: State,
        health: undefined,
        exitCode: undefined,
        oneOff: false,
        name: "demo-web-1",
        image: "nginx:1",
        replica: undefined,
        ...expected,
    });
});

it("tells which replica of its service a container is", () => {
    const Labels = { "com.docker.compose.project": "demo", "com.docker.compose.container-number": "2" };
    const rest = { Id: "1", Names: [], Image: "", ImageID: "", Ports: [], State: "running", Status: "" };
    expect(toStackContainer({ ...rest, Labels })).toMatchObject({ replica: 2, name: undefined });
});
