import { describe, expect, it } from "vitest";
import {
    hostPath,
    type OwnContainer,
    ownStackTrouble,
    stacksDirectoryTrouble,
} from "../../../../backend/cicd/core/own-container.ts";

function container(mounts: Readonly<Record<string, string>>, stack?: string): OwnContainer {
    return {
        id: "a",
        imageId: "b",
        stack,
        hasHostNetwork: false,
        gateways: [],
        mounts: Object.entries(mounts).map(([target, source]) => ({ source, target })),
    };
}

describe("the host's path of a path in the server's container", () => {
    it.each([
        ["/app/data", { "/app/data": "/srv/dockge" }, "/srv/dockge"],
        ["/app/data/cicd/x", { "/app/data": "/srv/dockge" }, "/srv/dockge/cicd/x"],
        ["/app/data/cicd/x", { "/app": "/a", "/app/data": "/srv/dockge" }, "/srv/dockge/cicd/x"],
        ["/app/database", { "/app/data": "/srv/dockge" }, undefined],
        ["/app/data", {}, undefined],
        ["/host/x", { "/host": "/" }, "/x"],
        ["/host", { "/host": "/" }, "/"],
        ["/x", { "/": "/srv" }, "/srv/x"],
    ])("of %s with %j is %s", (path, mounts, expected) => {
        expect(hostPath(container(mounts), path)).toBe(expected);
    });
});

describe("the stacks directory of a server in a container", () => {
    it("is fine where it has the same path on both sides", () => {
        expect(stacksDirectoryTrouble(container({ "/opt/stacks": "/opt/stacks" }), "/opt/stacks")).toBeUndefined();
        expect(stacksDirectoryTrouble(container({ "/opt": "/opt" }), "/opt/stacks")).toBeUndefined();
    });

    it("is refused with the way out where it has another", () => {
        const trouble = stacksDirectoryTrouble(container({ "/opt/stacks": "/srv/stacks" }), "/opt/stacks");

        expect(trouble).toContain("mount /srv/stacks:/srv/stacks and set DOCKGE_STACKS_DIR=/srv/stacks");
    });

    it("is refused where the host knows nothing of it", () => {
        expect(stacksDirectoryTrouble(container({}), "/opt/stacks")).toContain("/opt/stacks:/opt/stacks");
    });
});

describe("the stack that the server runs in", () => {
    it("is not to be touched, others are", () => {
        expect(ownStackTrouble(container({}, "dockge"), "dockge")).toContain("runs this server itself");
        expect(ownStackTrouble(container({}, "dockge"), "web")).toBeUndefined();
        expect(ownStackTrouble(container({}), "dockge")).toBeUndefined();
        expect(ownStackTrouble(undefined, "dockge")).toBeUndefined();
    });
});
