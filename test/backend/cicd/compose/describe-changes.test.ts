import { describe, expect, it } from "vitest";
import { describeChanges } from "../../../../backend/cicd/compose/describe-changes.ts";
import { policyWarnings } from "../../../../backend/cicd/compose/policy.ts";
import { readServiceModel, type ServiceModel } from "../../../../backend/cicd/compose/service-model.ts";
import type { ServiceChange } from "../../../../common/schema/preview.ts";

const stackDirectory = "/opt/stacks/shop";

function model(services: Readonly<Record<string, object>>): ServiceModel {
    return readServiceModel(JSON.stringify({ name: "shop", services }));
}

/** What is told of the one service `web`. */
function changesOf(old: object | undefined, wanted: object): Omit<ServiceChange, "service" | "action" | "reasons"> {
    const changes = describeChanges([{ service: "web", action: "recreate", reasons: [] }], {
        old: old && model({ web: old }),
        wanted: model({ web: wanted }),
        stackDirectory,
    });
    const [{ service: _service, action: _action, reasons: _reasons, ...told } = expect.fail("nothing told")] = changes;
    return told;
}

const bind = (source: string, target: string, read_only?: boolean) => ({
    type: "bind",
    source,
    target,
    bind: {},
    ...(read_only && { read_only }),
});

describe("what is told of a service that changes", () => {
    it.each<[string, object, object, object]>([
        ["nothing", { image: "a" }, { image: "a" }, {}],
        ["another image", { image: "a:1" }, { image: "a:2" }, { previousImage: "a:1" }],
        [
            "names of variables, never values",
            { environment: { A: "1", B: "secret-old", GONE: "x", SAME: null } },
            { environment: { A: "1", B: "secret-new", NEW: "y", SAME: null } },
            { variables: { added: ["NEW"], removed: ["GONE"], changed: ["B"] } },
        ],
        [
            "a variable that gets its first value",
            { environment: { A: null } },
            { environment: { A: "1" } },
            { variables: { added: [], removed: [], changed: ["A"] } },
        ],
        [
            "ports",
            { ports: [{ target: 80, published: "8080", protocol: "tcp", mode: "ingress" }] },
            {
                ports: [
                    { target: 80, published: "8080", host_ip: "127.0.0.1", protocol: "tcp" },
                    { target: 53, protocol: "udp" },
                ],
            },
            { ports: { added: ["127.0.0.1:8080:80/tcp", "53/udp"], removed: ["8080:80/tcp"] } },
        ],
        [
            "a port on an IPv6 address",
            {},
            { ports: [{ target: 80, published: "80", host_ip: "::1", protocol: "tcp" }] },
            { ports: { added: ["[::1]:80:80/tcp"], removed: [] } },
        ],
        [
            "mounts, the stack's own as its compose file names them",
            { volumes: [bind(`${stackDirectory}/data`, "/data"), { type: "volume", source: "kept", target: "/kept" }] },
            {
                volumes: [
                    bind(`${stackDirectory}/data`, "/data", true),
                    bind(stackDirectory, "/all"),
                    bind(`${stackDirectory}-other/x`, "/x"),
                    { type: "volume", target: "/anonymous" },
                    { type: "tmpfs", target: "/tmp" },
                ],
            },
            {
                mounts: {
                    added: ["./data:/data:ro", ".:/all", "/anonymous", "/opt/stacks/shop-other/x:/x", "tmpfs:/tmp"],
                    removed: ["./data:/data", "kept:/kept"],
                },
            },
        ],
    ])("%s", (_what, old, wanted, expected) => {
        expect(changesOf(old, wanted)).toEqual(expected);
    });

    it("is all of it where nothing ran", () => {
        expect(changesOf(undefined, { image: "a", environment: { B: "1", A: "2" } })).toEqual({
            variables: { added: ["A", "B"], removed: [], changed: [] },
        });
    });

    it("is nothing for one that goes", () => {
        const gone: ServiceChange = { service: "old", action: "remove", reasons: ["gone from the compose file"] };

        expect(
            describeChanges([gone], { old: model({ old: { image: "a" } }), wanted: model({}), stackDirectory }),
        ).toEqual([gone]);
    });

    it("never holds a value of a variable", () => {
        const told = changesOf(
            { environment: { A: "very-secret-1" } },
            { environment: { A: "very-secret-2", B: "very-secret-3" } },
        );

        expect(JSON.stringify(told)).not.toContain("very-secret");
    });
});

describe("warnings of a rendered stack", () => {
    it.each<[string, object, readonly string[]]>([
        ["an ordinary service", { image: "a", volumes: [{ type: "volume", source: "v", target: "/v" }] }, []],
        ["its own folder", { volumes: [bind(`${stackDirectory}/data`, "/data"), bind(stackDirectory, "/all")] }, []],
        ["a folder of the machine", { volumes: [bind("/etc", "/host")] }, ["web mounts /etc of this machine"]],
        [
            "another stack's folder",
            { volumes: [bind("/opt/stacks/shop2", "/x")] },
            ["web mounts /opt/stacks/shop2 of this machine"],
        ],
        [
            "the Docker socket",
            { volumes: [bind("/var/run/docker.sock", "/s")] },
            ["web mounts the Docker socket /var/run/docker.sock: it can do everything on this machine"],
        ],
        ["a privileged one", { privileged: true }, ["web is privileged: it can do everything on this machine"]],
        ["one that is not", { privileged: false }, []],
        ["the host's network", { network_mode: "host" }, ["web uses network_mode: host"]],
        ["the host's processes", { pid: "host", ipc: "host" }, ["web uses pid: host", "web uses ipc: host"]],
        [
            "devices and rights",
            {
                devices: [{ source: "/dev/ttyUSB0", target: "/dev/ttyUSB0", permissions: "rwm" }],
                cap_add: ["NET_ADMIN"],
            },
            ["web has devices: /dev/ttyUSB0", "web has cap_add: NET_ADMIN"],
        ],
    ])("%s", (_what, service, expected) => {
        expect(policyWarnings(model({ web: service }), stackDirectory)).toEqual(expected);
    });
});
