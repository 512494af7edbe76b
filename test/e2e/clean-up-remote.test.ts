import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CleanUpReport, DiskUse } from "../../common/schema/disk.ts";
import type { Deployment } from "../../common/schema/deployment.ts";
import { createCleanings } from "../support/cleanings.ts";
import { removeStack } from "../support/docker.ts";
import { type RemoteHost, startRemoteHost } from "../support/remote-host.ts";
import { addTarget, remoteContainer, removeRemoteStack } from "../support/remote-stack.ts";
import { createRest, type Rest } from "../support/rest.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { findSshd } from "../support/ssh-server.ts";
import { createWorkRepository, type WorkRepository } from "../support/work-repository.ts";

const sshd = await findSshd();
const stack = `clean-remote-${process.pid}`;
const mine = `mine-remote-${process.pid}`;

/** One stack on a machine over SSH; each step stands on the one before. */
describe.skipIf(sshd === undefined)("cleaning up a machine over SSH", () => {
    let server: TestServer;
    let rest: Rest;
    let host: RemoteHost;
    let repository: WorkRepository;
    const made: Deployment[] = [];
    const cleanings = createCleanings();

    beforeAll(async () => {
        host = await startRemoteHost();
        cleanings.add(() => host.close());
        cleanings.add(() => removeStack(stack));
        cleanings.add(() =>
            Promise.all(made.map((row) => host.docker("rmi", "-f", nameOf(row)).catch(() => undefined))),
        );
        cleanings.add(() => removeRemoteStack(host, stack));
        cleanings.add(() => host.docker("rm", "-f", mine));
        server = await startServer();
        cleanings.add(() => server.stop());
        rest = createRest(server);
        repository = await createWorkRepository();
        cleanings.add(() => repository.remove());
        await repository.commit({ "README.md": "app\n" }, "start");
        const target = await addTarget(rest, host, { name: "second" });
        await rest.connect(stack, { url: repository.url, branch: "main" }, { targetIds: [target.id], keepReleases: 1 });
    });

    afterAll(() => cleanings.run());

    const nameOf = ({ commitSha }: Deployment): string => `${stack}-app:${commitSha}`;

    async function deployed(version: string): Promise<Deployment> {
        const service = "services:\n  app:\n    build: .\n    init: true\n    stop_grace_period: 1s\n";
        const dockerfile = `FROM cicd/busybox:1\nRUN echo ${version} ${stack} >/version\nCMD ["sleep", "1000"]\n`;
        await repository.commit({ "compose.yaml": service, Dockerfile: dockerfile }, version);
        const ended = await rest.ended((await rest.deploy(stack)).id);
        expect(ended).toMatchObject({ status: "successful" });
        made.push(ended);
        return ended;
    }

    async function clean(): Promise<CleanUpReport> {
        return CleanUpReport.parse((await rest.call("POST", "/system/clean-up")).body);
    }

    async function remoteTags(): Promise<readonly string[]> {
        const reference = `reference=${stack}-*`;
        const all = await host.docker("images", "--format", "{{.Repository}}:{{.Tag}}", "--filter", reference);
        return all.split("\n").filter((line) => line.trim() !== "");
    }

    it("leaves there what a stranger's container uses, and takes it once that is gone", async () => {
        const one = await deployed("one");
        const label = `com.docker.compose.project=${mine}`;
        await host.docker("run", "-d", "--name", mine, "--label", label, "--init", nameOf(one), "sleep", "1000");
        const two = await deployed("two");
        const running = await remoteContainer(host, stack, "app");

        const report = await clean();
        expect(new Set(await remoteTags())).toEqual(new Set([nameOf(one), nameOf(two)]));
        expect(report.left).toContainEqual(expect.objectContaining({ name: nameOf(one), machine: "second" }));

        await host.docker("rm", "-f", mine);
        const again = await clean();

        expect(await remoteTags()).toEqual([nameOf(two)]);
        expect(again.removed).toContainEqual(expect.objectContaining({ name: nameOf(one), machine: "second" }));
        expect(await remoteContainer(host, stack, "app")).toBe(running);
    });

    it("shows how full its disks are", async () => {
        const { machines } = DiskUse.parse((await rest.call("GET", "/system/disk")).body);
        const [, second] = machines;
        expect(second).toMatchObject({ name: "second" });
        expect(second?.error).toBeUndefined();
        expect(second?.spaces.map(({ place }) => place)).toEqual(["stacks", "docker"]);
        expect(second?.spaces.every(({ freeBytes, totalBytes }) => freeBytes > 0 && freeBytes < totalBytes)).toBe(true);
    });
});
