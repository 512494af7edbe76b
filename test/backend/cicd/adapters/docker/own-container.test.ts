import { describe, expect, it } from "vitest";
import { containerIds, createFindOwnContainer } from "../../../../../backend/cicd/adapters/docker/own-container.ts";
import { ContainerDetails } from "../../../../../backend/platform/docker/answers.ts";

const id = "03d31d2e6a93cc4191132e95275370abb80bb6415288380ffa81b71fa4344aef";
const nothing = { controlGroups: "", mounts: "", hostname: "laptop" };
const inContainer = { ...nothing, controlGroups: `9:name=systemd:/docker/${id}\n` };

function details(change: object = {}): ContainerDetails {
    return ContainerDetails.parse({
        Id: id,
        Name: "/dockge",
        Image: "sha256:1",
        State: { Status: "running", StartedAt: "" },
        Config: { Labels: { "com.docker.compose.project": "dockge" } },
        HostConfig: { NetworkMode: "dockge_default" },
        Mounts: [
            { Type: "bind", Source: "/host_mnt/srv/data", Destination: "/app/data/" },
            { Type: "tmpfs", Source: "", Destination: "/tmp" },
        ],
        NetworkSettings: { Networks: { dockge_default: { Gateway: "172.18.0.1" }, other: { Gateway: "" } } },
        ...change,
    });
}

function engineWith(known: Readonly<Record<string, ContainerDetails>>) {
    const asked: string[] = [];
    const inspect = async (name: string): Promise<ContainerDetails | undefined> => {
        asked.push(name);
        return known[name];
    };
    return { asked, containers: { inspect } };
}

describe("the ids that a process' container may have", () => {
    it.each([
        [
            "control groups of version 1",
            { ...nothing, controlGroups: `5:cpu:/docker/${id}\n4:pids:/docker/${id}\n` },
            [id],
        ],
        ["systemd's scopes", { ...nothing, controlGroups: `0::/system.slice/docker-${id}.scope\n` }, [id]],
        [
            "the files that the engine mounts",
            {
                ...nothing,
                controlGroups: "0::/\n",
                mounts: `94 76 254:0 /docker/containers/${id}/hostname /etc/hostname rw - ext4 /dev/vda rw\n`,
            },
            [id],
        ],
        ["a hostname that the engine made", { ...nothing, hostname: id.slice(0, 12) }, [id.slice(0, 12)]],
        [
            "a host that sees its containers' file systems",
            { ...nothing, mounts: `1 2 0:1 / /var/lib/docker/overlay2/${id}/merged rw - overlay overlay rw\n` },
            [],
        ],
        ["a host", nothing, []],
    ])("are read from %s", (_where, traces, expected) => {
        expect(containerIds(traces)).toEqual(expected);
    });
});

describe("the server's own container", () => {
    it("is what the engine says of it, asked once", async () => {
        const docker = engineWith({ [id]: details() });
        const find = createFindOwnContainer(docker, async () => inContainer);

        expect(await find()).toEqual({
            id,
            imageId: "sha256:1",
            stack: "dockge",
            hasHostNetwork: false,
            gateways: ["172.18.0.1"],
            mounts: [{ source: "/srv/data", target: "/app/data" }],
        });
        await find();
        expect(docker.asked).toEqual([id]);
    });

    it("has no stack where compose did not make it", async () => {
        const docker = engineWith({ [id]: details({ Config: {}, HostConfig: { NetworkMode: "host" }, Mounts: null }) });

        const own = await createFindOwnContainer(docker, async () => inContainer)();

        expect(own).toMatchObject({ stack: undefined, hasHostNetwork: true, mounts: [] });
    });

    it("is none where the engine knows no such container, such as beside an engine elsewhere", async () => {
        expect(await createFindOwnContainer(engineWith({}), async () => inContainer)()).toBeUndefined();
    });

    it("is not another one whose name looks like the machine's", async () => {
        const hostname = "abcdefabcdef";
        const docker = engineWith({ [hostname]: details() });

        expect(await createFindOwnContainer(docker, async () => ({ ...nothing, hostname }))()).toBeUndefined();
    });

    it("is not asked for on a host", async () => {
        const docker = engineWith({});

        expect(await createFindOwnContainer(docker, async () => nothing)()).toBeUndefined();
        expect(docker.asked).toEqual([]);
    });

    it("is looked for again after the engine was away", async () => {
        let isAway = true;
        const docker = engineWith({ [id]: details() });
        const inspect = async (name: string) =>
            isAway ? Promise.reject(new Error("away")) : docker.containers.inspect(name);
        const find = createFindOwnContainer({ containers: { inspect } }, async () => inContainer);

        await expect(find()).rejects.toThrow("away");
        isAway = false;

        expect((await find())?.id).toBe(id);
    });
});
