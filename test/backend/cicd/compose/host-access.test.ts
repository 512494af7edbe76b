import { describe, expect, it } from "vitest";
import { hostAccess } from "../../../../backend/cicd/compose/host-access.ts";
import { loadMemoryProject } from "../../../support/compose-files.ts";

async function access(compose: object): Promise<readonly string[]> {
    const { included, folder } = await loadMemoryProject({ "compose.yaml": JSON.stringify(compose) }, { ROOT: "/mnt" });
    return included.flatMap((file) => hostAccess({ file, folder }));
}

const web = (fields: object): object => ({ services: { web: { image: "a", ...fields } } });
const beside = (fields: object): object => ({ services: { web: { image: "a" } }, ...fields });
const volume = (driver_opts: object): object => beside({ volumes: { v: { driver_opts } } });
const everything = "it can do everything on this machine";

describe("what a stack takes of the machine", () => {
    it.each([
        ["mounts /srv of this machine", { volumes: ["/srv:/x:ro"] }],
        ["mounts ~/x of this machine", { volumes: ["~/x:/x"] }],
        ["mounts /mnt/x of this machine", { volumes: ["${ROOT}/x:/x"] }],
        ["mounts /srv of this machine", { volumes: [{ type: "bind", source: "/srv", target: "/x" }] }],
        [
            "mounts \\\\.\\pipe\\x of this machine",
            { volumes: [{ type: "npipe", source: "\\\\.\\pipe\\x", target: "y" }] },
        ],
        [`mounts the Docker socket /run/docker.sock: ${everything}`, { volumes: ["/run/docker.sock:/s"] }],
        [`mounts the Docker socket /x/podman/podman.sock: ${everything}`, { volumes: ["/x/podman/podman.sock:/s"] }],
        [`is privileged: ${everything}`, { privileged: true }],
        [`is privileged: ${everything}`, { privileged: "${NONE:-yes}" }],
        [`uses the Docker socket: ${everything}`, { use_api_socket: true }],
        [
            `has a privileged post_start: ${everything}`,
            { post_start: [{ command: "x" }, { command: "y", privileged: true }] },
        ],
        [`has a privileged pre_stop: ${everything}`, { pre_stop: [{ command: "y", privileged: "on" }] }],
        ["is kept when this machine runs out of memory", { oom_kill_disable: true }],
        ["uses network_mode: host", { network_mode: "host" }],
        ["uses network_mode: container:x", { network_mode: "container:x" }],
        ["uses pid: host", { pid: "host" }],
        ["uses ipc: host", { ipc: "host" }],
        ["uses uts: host", { uts: "host" }],
        ["uses userns_mode: host", { userns_mode: "host" }],
        ["uses cgroup: host", { cgroup: "host" }],
        ["uses cgroup_parent: /x", { cgroup_parent: "/x" }],
        ["uses the volumes of another container: container:x:ro", { volumes_from: ["container:x:ro", "db"] }],
        ["has devices: /dev/dri:/dev/dri", { devices: ["/dev/dri:/dev/dri"] }],
        ["has devices: /dev/dri", { devices: [{ source: "/dev/dri", target: "/dev/dri" }] }],
        ["has devices: vendor.com/gpu=all", { devices: ["vendor.com/gpu=all"] }],
        ["has device_cgroup_rules: a *:* rwm", { device_cgroup_rules: ["a *:* rwm"] }],
        [
            "limits its use of devices: /dev/sda",
            {
                blkio_config: {
                    weight: 300,
                    weight_device: [{ path: "/dev/sda", weight: 400 }],
                    device_read_bps: [{ path: "/dev/sda", rate: "12mb" }],
                },
            },
        ],
        ["has cap_add: ALL, SYS_ADMIN", { cap_add: ["ALL", "SYS_ADMIN"] }],
        ["has security_opt: seccomp=unconfined", { security_opt: ["no-new-privileges:true", "seccomp=unconfined"] }],
        ["has security_opt: systempaths=unconfined", { security_opt: ["systempaths=unconfined"] }],
        ["has security_opt: label:disable", { security_opt: ["label:disable"] }],
        ["has security_opt: no-new-privileges:false", { security_opt: ["no-new-privileges:false"] }],
        ["sets sysctls: net.ipv4.ip_forward=1", { sysctls: { "net.ipv4.ip_forward": 1 } }],
        ["sets sysctls: net.ipv4.ip_forward=1", { sysctls: ["net.ipv4.ip_forward=1"] }],
        ["runs with the runtime nvidia", { runtime: "nvidia" }],
        ["uses gpus: all", { gpus: "all" }],
        ["uses gpus: some", { gpus: [{ driver: "nvidia", count: 1 }] }],
        [
            "reserves devices: gpu",
            { deploy: { resources: { reservations: { devices: [{ capabilities: ["gpu"] }] } } } },
        ],
        ["uses the credentials x of this machine", { credential_spec: { registry: "x" } }],
        ["is built in the network of this machine", { build: { context: ".", network: "host" } }],
        ["is built by a privileged build", { build: { context: ".", privileged: true } }],
        ["is built with security.insecure", { build: { context: ".", entitlements: ["security.insecure"] } }],
        ["also names its image other:latest", { build: { context: ".", tags: ["other:latest"] } }],
        [
            "sends its log with syslog-address: unixgram:///dev/log of this machine",
            { logging: { driver: "syslog", options: { "syslog-address": "unixgram:///dev/log" } } },
        ],
        [
            "sends its log with syslog-tls-ca-cert: /etc/x of this machine",
            { logging: { driver: "syslog", options: { "syslog-tls-ca-cert": "/etc/x" } } },
        ],
        ["leaves privileged to the value that HOME has on this machine", { privileged: "${HOME:+true}" }],
        ["leaves pid to the value that DOCKER_HOST has on this machine", { pid: "${DOCKER_HOST:+host}" }],
    ])("is told: web %s", async (sentence, fields) => {
        expect(await access(web(fields))).toEqual([`web ${sentence}`]);
    });

    it.each([
        ["The volume v mounts /srv of this machine", volume({ type: "none", o: "bind", device: "/srv" })],
        ["The volume v mounts ${HOME}/x of this machine", volume({ type: "none", o: "bind", device: "${HOME}/x" })],
        ["The volume v mounts /dev/sda1 of this machine (ext4)", volume({ type: "ext4", device: "/dev/sda1" })],
        [
            "The volume v mounts overlay of this machine (overlay, lowerdir=/,upperdir=/u)",
            volume({ type: "overlay", device: "overlay", o: "lowerdir=/,upperdir=/u" }),
        ],
        ["The volume v mounts ../x of this machine", volume({ type: "none", device: "../x" })],
        ["The network n is the network of this machine", beside({ networks: { n: { external: true, name: "host" } } })],
        ["The network host is the network of this machine", beside({ networks: { host: { external: true } } })],
        ["The network n is the network of this machine", beside({ networks: { n: { external: { name: "host" } } } })],
        [
            "The network n (macvlan) uses a card of this machine",
            beside({ networks: { n: { driver: "macvlan", driver_opts: { parent: "eth0" } } } }),
        ],
        ["The models m are run by Docker's model runner on this machine", beside({ models: { m: { model: "x" } } })],
    ])("is told: %s", async (sentence, compose) => {
        expect(await access(compose)).toEqual([sentence]);
    });

    it("says nothing of what an ordinary stack has", async () => {
        const fields = {
            volumes: ["./data:/data", "named:/x", "/anonymous", "${PWD}/y:/y", { type: "tmpfs", target: "/t" }],
            security_opt: ["no-new-privileges:true"],
            cap_drop: ["ALL"],
            privileged: false,
            runtime: "runc",
            network_mode: "service:db",
            pid: "service:db",
            ipc: "private",
            environment: { HOME: "${HOME}", DOCKER_HOST: "${DOCKER_HOST:-x}" },
            logging: { driver: "json-file", options: { "max-size": "10m" } },
            ports: ["80:80"],
            post_start: [{ command: "x" }],
        };
        const volumes = { named: null, t: { driver_opts: { type: "tmpfs", device: "tmpfs" } } };

        expect(await access({ ...web(fields), volumes, networks: { proxy: { external: true } } })).toEqual([]);
    });
});
