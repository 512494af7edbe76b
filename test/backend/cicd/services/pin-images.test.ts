import { describe, expect, it } from "vitest";
import type { NewBuildConfig } from "../../../../backend/cicd/core/build-config.ts";
import type { Release } from "../../../../backend/cicd/core/release.ts";
import { pinImages, type PinInput } from "../../../../backend/cicd/services/pin-images.ts";
import type { DeployedImage, RefreshImage } from "../../../../common/schema/deployment.ts";
import { loadMemoryProject, type MemoryFiles } from "../../../support/compose-files.ts";
import { containing } from "../../../support/containing.ts";
import { beginRun, connect, deploymentAt, openWorkshop, release } from "../../../support/workshop.ts";

const digestOf = (digit: number): string => `sha256:${String(digit).repeat(64)}`;
const one = "services: {web: {image: 'reg.example/app:1'}}";

interface Given {
    readonly config?: Partial<NewBuildConfig>;
    readonly previous?: readonly Partial<DeployedImage>[] | Release;
    readonly pushed?: readonly RefreshImage[];
    readonly images?: PinInput["images"];
    readonly registry?: PinInput["connection"]["registry"];
}

async function open() {
    const workshop = await openWorkshop();
    const { engine, logs } = workshop;

    async function pin(compose: string | MemoryFiles, given: Given = {}, variables: Record<string, string> = {}) {
        const { config } = await connect(workshop, { pinImages: true, ...given.config });
        const record = await deploymentAt(workshop, "building", { refreshImages: given.pushed });
        const run = await beginRun(workshop, record);
        const files = typeof compose === "string" ? { "compose.yaml": compose } : compose;
        const images = given.previous instanceof Array ? given.previous : undefined;
        const ran = images?.map((image) => ({
            service: "web",
            image: "",
            imageId: "sha256:i",
            built: false,
            ...image,
        }));
        const previous =
            given.previous instanceof Array ? release({ deploymentId: "d0", images: ran ?? [] }) : given.previous;
        const pinned = await pinImages(engine, run, {
            project: await loadMemoryProject(files, variables),
            connection: { config, registry: given.registry },
            images: given.images ?? new Map(),
            previous,
        });
        return { pinned: Object.fromEntries(pinned), said: logs.texts(record.id) };
    }
    return { ...workshop, pin };
}

describe("third-party images", () => {
    it("are pinned to what their registry has when they are deployed first, one question for each name", async () => {
        const { pin, engine } = await open();
        engine.remoteDigests.set("reg.example/app:1", digestOf(1));
        engine.remoteDigests.set("nginx", digestOf(2));

        const { pinned, said } = await pin(
            "services: {web: {image: 'reg.example/app:${TAG}'}, job: {image: 'reg.example/app:1'}, front: {image: nginx}}",
            {},
            { TAG: "1" },
        );

        expect(pinned).toEqual({
            web: `reg.example/app:1@${digestOf(1)}`,
            job: `reg.example/app:1@${digestOf(1)}`,
            front: `nginx@${digestOf(2)}`,
        });
        expect(said.join("\n")).toContain(`reg.example/app:1 is pinned to ${digestOf(1)}`);
    });

    it("are pinned to what lies here where pullPolicy would run that", async () => {
        const { pin, engine } = await open();
        engine.addImage("reg.example/app:1", "sha256:i", [
            `other.example/app@${digestOf(8)}`,
            `reg.example/app@${digestOf(1)}`,
        ]);
        engine.remoteDigests.set("reg.example/app:1", digestOf(2));

        expect((await pin(one)).pinned).toEqual({ web: `reg.example/app:1@${digestOf(1)}` });
        expect((await pin(one, { config: { pullPolicy: "never" } })).pinned).toEqual({
            web: `reg.example/app:1@${digestOf(1)}`,
        });
        expect((await pin(one, { config: { pullPolicy: "always" } })).pinned).toEqual({
            web: `reg.example/app:1@${digestOf(2)}`,
        });
    });

    it.each([
        ["ran unpinned", { image: "reg.example/app:1", digest: `reg.example/app@${digestOf(1)}` }],
        ["were pinned", { image: `reg.example/app:1@${digestOf(1)}`, digest: `reg.example/app@${digestOf(7)}` }],
        [
            "ran as another service",
            { service: "old", image: "reg.example/app:1", digest: `reg.example/app@${digestOf(1)}` },
        ],
    ])("that %s keep their digest, whatever the tag means by now", async (_, ran) => {
        const { pin, engine } = await open();
        engine.remoteDigests.set("reg.example/app:1", digestOf(2));

        const { pinned, said } = await pin(one, { previous: [ran], config: { pullPolicy: "always" } });

        expect(pinned).toEqual({ web: `reg.example/app:1@${digestOf(1)}` });
        expect(said.join("\n")).toContain(`reg.example/app:1 stays pinned to ${digestOf(1)}`);
    });

    it("that ran on another machine only keep the digest that they have there", async () => {
        const { pin } = await open();
        const image = {
            service: "web",
            image: "reg.example/app:1",
            imageId: "i",
            digest: `reg.example/app@${digestOf(3)}`,
            built: false,
        };
        const there = { images: [image], serviceHashes: {} };

        const { pinned } = await pin(one, { previous: release({ deploymentId: "d0", machines: { t1: there } }) });

        expect(pinned).toEqual({ web: `reg.example/app:1@${digestOf(3)}` });
    });

    it.each([
        ["tag", "reg.example/app:0"],
        ["name", "reg.example/other:1"],
    ])("of another %s are pinned anew", async (_, image) => {
        const { pin, engine } = await open();
        engine.remoteDigests.set("reg.example/app:1", digestOf(2));

        const { pinned } = await pin(one, { previous: [{ image, digest: `reg.example/app@${digestOf(1)}` }] });

        expect(pinned).toEqual({ web: `reg.example/app:1@${digestOf(2)}` });
    });

    it("that were pushed move to the newest digest, else to the one that was told", async () => {
        const { pin, engine } = await open();
        const given = {
            previous: [{ image: `reg.example/app:1@${digestOf(1)}` }],
            pushed: [{ image: "reg.example/app:1", digest: digestOf(2) }],
        };

        expect((await pin(one, given)).pinned).toEqual({ web: `reg.example/app:1@${digestOf(2)}` });
        engine.remoteDigests.set("reg.example/app:1", digestOf(3));
        expect((await pin(one, given)).pinned).toEqual({ web: `reg.example/app:1@${digestOf(3)}` });
    });

    it("of the stack's registry are asked for with its login", async () => {
        const { pin, engine } = await open();
        const logins: unknown[] = [];
        engine.findRemoteDigest = async (name, { login }) => {
            logins.push([name, login?.username]);
            return digestOf(1);
        };
        const registry = {
            id: "r1",
            name: "reg",
            url: "reg.example",
            username: "ada",
            password: "p",
            insecure: false,
            allowPrivateHost: false,
            createdAt: "",
            updatedAt: "",
        };

        await pin("services: {web: {image: 'reg.example/app:1'}, front: {image: nginx}}", { registry });

        expect(logins).toEqual([
            ["reg.example/app:1", "ada"],
            ["nginx", undefined],
        ]);
    });

    it("that have no digest stay as they are, and the log says so", async () => {
        const { pin, engine } = await open();
        engine.addImage("made-here:1", "sha256:i");

        const { pinned, said } = await pin("services: {web: {image: 'made-here:1'}, db: {image: 'gone.example/x:1'}}");

        expect(pinned).toEqual({});
        expect(said).toContainEqual(containing("Note: made-here:1 is not pinned"));
        expect(said).toContainEqual(containing("Note: gone.example/x:1 is not pinned"));
    });

    it("are left alone where they were built, are pinned by their user, or nobody asked for it", async () => {
        const { pin, engine } = await open();
        engine.remoteDigests.set("reg.example/app:1", digestOf(1));
        const own = `services: {web: {image: 'reg.example/app:1@${digestOf(5)}'}}`;

        expect((await pin(own)).pinned).toEqual({});
        expect((await pin(one, { images: new Map([["web", "shop-web:c"]]) })).pinned).toEqual({});
        expect((await pin(one, { config: { pinImages: false } })).pinned).toEqual({});
        expect((await pin("services: {web: {image: 'reg.example/app:${UNKNOWN}'}}")).pinned).toEqual({});
    });

    it("have the name that an included file gives them with its own variables", async () => {
        const { pin, engine } = await open();
        engine.remoteDigests.set("reg.example/app:2", digestOf(2));

        const { pinned } = await pin({
            "compose.yaml": "include: [sub/compose.yaml]\nservices: {web: {build: .}}",
            "sub/compose.yaml": "services: {db: {image: 'reg.example/app:${TAG:-1}'}}",
            "sub/.env": "TAG=2\n",
        });

        expect(pinned).toEqual({ db: `reg.example/app:2@${digestOf(2)}` });
    });
});
