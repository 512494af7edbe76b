import { describe, expect, it } from "vitest";
import { probeFromHost } from "../../../../../backend/cicd/adapters/docker/probe-from-host.ts";
import type { OwnContainer } from "../../../../../backend/cicd/core/own-container.ts";
import type { JobSpec } from "../../../../../backend/platform/docker/job.ts";

const own: OwnContainer = {
    id: "1",
    imageId: "sha256:1",
    hasHostNetwork: false,
    gateways: ["172.18.0.1"],
    mounts: [],
};
const signal = new AbortController().signal;

/** A world in which some addresses answer this process, and a helper prints what the host sees. */
function setUp(container: OwnContainer | undefined, answers: Readonly<Record<string, number>>, printed: string[] = []) {
    const asked: string[] = [];
    const jobs: JobSpec[] = [];
    const removed: string[] = [];
    const probe = probeFromHost(
        {
            jobs: {
                create: async (spec) => `job${jobs.push(spec)}`,
                follow: async (_id, onLine) => {
                    printed.forEach((line) => onLine("stdout", line));
                    return { ended: Promise.resolve() };
                },
                start: async () => undefined,
            },
            containers: { remove: async (id) => void removed.push(id) },
        },
        async () => container,
        {
            status: async (url) => {
                asked.push(url);
                return answers[url];
            },
        },
    );
    return { probe, asked, jobs, removed };
}

describe("asking a web address as the host would", () => {
    it.each([
        ["outside of a container", undefined],
        ["in a container with the host's network", { ...own, hasHostNetwork: true }],
    ])("%s asks it itself", async (_where, container) => {
        const { probe, jobs } = setUp(container, { "http://127.0.0.1:80/x": 204 });

        expect(await probe.status("http://127.0.0.1:80/x", 5, signal)).toBe(204);
        expect(await probe.status("http://127.0.0.1:81/x", 5, signal)).toBeUndefined();
        expect(jobs).toEqual([]);
    });

    it.each(["127.0.0.1", "localhost", "[::1]"])("in a container asks the gateway in the place of %s", async (host) => {
        const { probe, asked, jobs } = setUp(own, { "http://172.18.0.1:8080/x": 200 });

        expect(await probe.status(`http://${host}:8080/x`, 5, signal)).toBe(200);
        expect(asked).toEqual(["http://172.18.0.1:8080/x"]);
        expect(jobs).toEqual([]);
    });

    it("lets a container in the host's network ask what the gateway does not answer, and removes it", async () => {
        const { probe, jobs, removed } = setUp(own, {}, ["301"]);

        expect(await probe.status("http://127.0.0.1:8080/x", 5, signal)).toBe(301);
        expect(jobs).toMatchObject([{ image: "sha256:1", inHostNetwork: true, removesItself: true }]);
        expect(jobs[0]?.argv.slice(-2)).toEqual(["http://127.0.0.1:8080/x", "5000"]);
        expect(removed).toEqual(["job1"]);
    });

    it("does so without a gateway, too, and for containers of other networks", async () => {
        const without = setUp({ ...own, gateways: [] }, {}, ["200"]);
        const other = setUp(own, {}, ["200"]);

        expect(await without.probe.status("http://127.0.0.1:8080/x", 5, signal)).toBe(200);
        expect(without.asked).toEqual([]);
        expect(await other.probe.status("http://172.19.0.2:8080/x", 5, signal)).toBe(200);
        expect(other.asked).toEqual(["http://172.19.0.2:8080/x"]);
    });

    it("answers nothing where nobody answers the host either", async () => {
        const { probe, removed } = setUp(own, {}, []);

        expect(await probe.status("http://127.0.0.1:8080/x", 5, signal)).toBeUndefined();
        expect(removed).toEqual(["job1"]);
    });
});
