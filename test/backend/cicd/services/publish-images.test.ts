import { describe, expect, it } from "vitest";
import type { DeployedImage } from "../../../../common/schema/deployment.ts";
import type { RegistryRecord } from "../../../../backend/cicd/core/registry.ts";
import { workspaceAt } from "../../../../backend/cicd/core/workspace.ts";
import { diskFiles } from "../../../../backend/cicd/adapters/disk/files.ts";
import { publishImages, type PublishInput } from "../../../../backend/cicd/services/publish-images.ts";
import { createRushingClock } from "../../../support/rushing-clock.ts";
import { beginRun, deploymentAt, openWorkshop, release } from "../../../support/workshop.ts";
import { matching } from "../../../support/containing.ts";

const registry: RegistryRecord = {
    id: "r1",
    name: "Own",
    url: "registry.example/team",
    username: "robot",
    password: "s3cret",
    insecure: false,
    allowPrivateHost: false,
    createdAt: "",
    updatedAt: "",
};
const sha = (digit: string) => `sha256:${digit.repeat(64)}`;
const web: DeployedImage = { service: "web", image: "registry.example/team/shop-web:new", imageId: "i1", built: true };
const repository = "registry.example/team/shop-web";

async function open() {
    const workshop = await openWorkshop();
    const ports = { ...workshop, files: diskFiles, clock: createRushingClock() };
    const run = await beginRun(workshop, await deploymentAt(workshop, "building"));
    const { target } = workshop;
    target.answer = ({ argv }, { onLine }) => {
        if (argv[1] === "push") {
            onLine?.("stdout", `new: digest: ${sha("1")} size: 947`);
        }
        return {};
    };
    function publish(given: Partial<PublishInput> = {}) {
        const input = { registry, workspace: workspaceAt(workshop.directory), images: [web], previous: undefined };
        const rest = { isPushed: false, signal: run.signal, timeoutSeconds: 60 };
        const built = new Map([["web", web.image]]);
        return publishImages(ports, run, { ...input, ...rest, built, ...given });
    }
    const pushed = () => target.commands.filter(({ argv }) => argv[1] === "push").map(({ argv }) => argv.at(-1));
    return { ...workshop, run, publish, pushed };
}

describe("publishing images", () => {
    it("pushes each with the private login, and notes its digest", async () => {
        const { publish, run, target } = await open();

        expect(await publish()).toEqual([{ ...web, digest: `${repository}@${sha("1")}` }]);

        expect(run.record.phase).toBe("publishing");
        expect(target.commands.map(({ argv }) => argv[1])).toEqual(["login", "push"]);
        expect(target.commands[1]?.environment).toHaveProperty("DOCKER_CONFIG");
        expect(JSON.stringify(target.commands[1])).not.toContain("s3cret");
    });

    it("pushes an image that two services share once", async () => {
        const { publish, pushed } = await open();
        const worker = { ...web, service: "worker" };
        const built = new Map([
            ["web", web.image],
            ["worker", web.image],
        ]);

        const published = await publish({ images: [web, worker], built });

        expect(pushed()).toEqual([web.image]);
        expect(published.map(({ digest }) => digest)).toEqual([
            `${repository}@${sha("1")}`,
            `${repository}@${sha("1")}`,
        ]);
    });

    it("pushes nothing that runs already and lies in the registry", async () => {
        const { publish, engine, target } = await open();
        const ran = { ...web, digest: `${repository}@${sha("2")}` };
        engine.remoteDigests.set(web.image, sha("2"));

        expect(await publish({ previous: release({ deploymentId: "d1", images: [ran] }) })).toEqual([ran]);
        expect(target.commands).toEqual([]);
    });

    it("pushes again what the registry has lost, or has changed", async () => {
        const { publish, engine, pushed } = await open();
        const previous = release({ deploymentId: "d1", images: [{ ...web, digest: `${repository}@${sha("2")}` }] });

        await publish({ previous });
        engine.remoteDigests.set(web.image, sha("3"));
        await publish({ previous });

        expect(pushed()).toEqual([web.image, web.image]);
    });

    it("pushes an unchanged image of the time before the registry under its new name; what runs keeps its own", async () => {
        const { publish, pushed } = await open();
        const kept = { ...web, image: "shop-web:old" };

        expect(await publish({ images: [kept] })).toEqual([{ ...kept, digest: `${repository}@${sha("1")}` }]);
        expect(pushed()).toEqual([web.image]);
    });

    it("takes the digest of what the build has pushed by itself", async () => {
        const { publish, engine, target } = await open();
        engine.addImage(web.image, "i1", [`${repository}@${sha("4")}`]);

        expect(await publish({ isPushed: true })).toEqual([{ ...web, digest: `${repository}@${sha("4")}` }]);
        expect(target.commands).toEqual([]);
    });

    it.each([
        ["denied: requested access to the resource is denied", 1, /this user may not do that there \(denied/],
        ["no space left on device", 1, /there is no space left/],
        ["dial tcp: connect: connection refused", 3, /it cannot be reached/],
    ])("fails with the registry's words: %s (%i times)", async (stderrTail, times, message) => {
        const { publish, target, pushed } = await open();
        target.answer = ({ argv }) => (argv[1] === "push" ? { exitCode: 1, stderrTail } : {});

        await expect(publish()).rejects.toMatchObject({
            message: matching(message),
            details: { errorCode: "push_failed" },
        });
        expect(pushed()).toHaveLength(times);
    });
});
