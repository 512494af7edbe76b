import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ImageInfo } from "../../../../backend/cicd/core/engine.ts";
import { type EngineImages, type ImageRecords, leftImages } from "../../../../backend/cicd/core/left-images.ts";

const [one, two, three] = ["1".repeat(40), "2".repeat(40), "3".repeat(40)] as const;

function image(id: string, tags: readonly string[], fields: Partial<ImageInfo> = {}): ImageInfo {
    return { id, tags, digests: [], sizeBytes: 10, ...fields };
}

function known(fields: Partial<Record<keyof ImageRecords, readonly string[]>> = {}): ImageRecords {
    const set = (name: keyof ImageRecords) => new Set(fields[name] ?? []);
    return {
        builtNames: set("builtNames"),
        builtIds: set("builtIds"),
        repositories: new Set(fields.repositories ?? ["shop-web"]),
        commits: new Set(fields.commits ?? [one, two, three]),
        activeCommits: set("activeCommits"),
        keptNames: set("keptNames"),
        keptIds: set("keptIds"),
    };
}

const engine = (images: readonly ImageInfo[], containers: EngineImages["containers"] = []): EngineImages => ({
    images,
    containers,
});

describe("an image that builds have left", () => {
    it("goes where a failed build made it", () => {
        const there = engine([image("a", [`shop-web:${one}`], { sharedBytes: 4 })]);
        expect(leftImages(there, known())).toEqual([{ name: `shop-web:${one}`, id: "a", bytes: 6, reason: undefined }]);
    });

    it("loses the second name that a rebuild gave it, and stays under the one that is kept", () => {
        const there = engine(
            [image("a", [`shop-web:${one}`, `shop-web:${two}`])],
            [{ imageId: "a", image: `shop-web:${one}` }],
        );
        const records = known({ keptNames: [`shop-web:${one}`], keptIds: ["a"] });
        expect(leftImages(there, records)).toEqual([{ name: `shop-web:${two}`, id: "a", bytes: 0, reason: undefined }]);
    });

    it("goes by its id where it has lost its name", () => {
        expect(leftImages(engine([image("a", [])]), known({ builtIds: ["a"] }))).toMatchObject([
            { name: "a", bytes: 10 },
        ]);
    });

    it.each([
        ["a container was made with it", known(), [{ imageId: "a", image: `shop-web:${one}` }]],
        ["a container runs this image", known(), [{ imageId: "a", image: "a" }]],
        ["a kept release runs this image, which has no other name", known({ keptIds: ["a"] }), []],
        ["a deployment of this commit is under way", known({ activeCommits: [one] }), []],
    ])("stays, because %s", (reason, records, containers) => {
        const found = leftImages(engine([image("a", [`shop-web:${one}`])], containers), records);
        expect(found).toEqual([{ name: `shop-web:${one}`, id: "a", bytes: 0, reason }]);
    });

    it.each([
        ["of somebody else's repository", [`theirs:${one}`]],
        ["with another tag than a commit of ours", ["shop-web:latest"]],
        ["of a commit that no deployment had", [`shop-web:${"9".repeat(40)}`]],
        ["of a registry's repository of the same name", [`registry.example:5000/shop-web:${one}`]],
        ["without a name", []],
    ])("is none of ours: %s", (_what, tags) => {
        expect(leftImages(engine([image("a", tags)]), known())).toEqual([]);
    });

    it("keeps what somebody else has named, too: only our name goes", () => {
        const there = engine([image("a", [`shop-web:${one}`, "mine:1"])]);
        expect(leftImages(there, known())).toEqual([{ name: `shop-web:${one}`, id: "a", bytes: 0, reason: undefined }]);
    });
});

const names = ["shop-web", "shop-db", "theirs"].flatMap((name) =>
    [one, two, three, "latest"].map((tag) => `${name}:${tag}`),
);
const ids = ["a", "b", "c", "d"];
const someNames = fc.uniqueArray(fc.constantFrom(...names));
const someIds = fc.uniqueArray(fc.constantFrom(...ids));

const world = fc.record({
    // A name belongs to one image at a time.
    tags: fc.array(fc.constantFrom("", ...ids), { minLength: names.length, maxLength: names.length }),
    containers: fc.array(fc.record({ imageId: fc.constantFrom(...ids), image: fc.constantFrom("", ...names) })),
    records: fc.record({
        builtNames: someNames.map((all) => all.filter((name) => name.startsWith("shop"))),
        builtIds: someIds,
        repositories: fc.constantFrom(["shop-web"], ["shop-web", "shop-db"]),
        commits: fc.subarray([one, two, three]),
        activeCommits: fc.subarray([one, two, three]),
        keptNames: someNames,
        keptIds: someIds,
    }),
});

describe("whatever there is", () => {
    it("never takes away what runs, what a kept release needs, what is being built, or what is not ours", () => {
        fc.assert(
            fc.property(world, ({ tags, containers, records }) => {
                const images = ids.map((id) =>
                    image(
                        id,
                        names.filter((_name, index) => tags[index] === id),
                    ),
                );
                const going = leftImages(engine(images, containers), known(records)).filter(
                    ({ reason }) => reason === undefined,
                );
                const gone = new Set(going.map(({ name }) => name));
                const after = images
                    .map((one) => ({ ...one, tags: one.tags.filter((tag) => !gone.has(tag)) }))
                    .filter(
                        (one) =>
                            !gone.has(one.id) &&
                            !(one.tags.length === 0 && images.find(({ id }) => id === one.id)?.tags.length !== 0),
                    );
                const left = new Set(after.map(({ id }) => id));
                const lost = images.filter(({ id }) => !left.has(id)).map(({ id }) => id);
                for (const id of lost) {
                    expect(containers.map(({ imageId }) => imageId)).not.toContain(id);
                    expect(records.keptIds).not.toContain(id);
                }
                for (const name of gone) {
                    expect(records.keptNames).not.toContain(name);
                    expect(containers.map((container) => container.image)).not.toContain(name);
                    expect(records.activeCommits).not.toContain(name.split(":")[1]);
                    expect(name.startsWith("theirs")).toBe(false);
                    expect(name.endsWith(":latest") && !records.builtNames.includes(name)).toBe(false);
                    expect(ids.includes(name) && !records.builtIds.includes(name)).toBe(false);
                }
            }),
        );
    });

    it("takes nothing away a second time", () => {
        fc.assert(
            fc.property(world, ({ tags, containers, records }) => {
                const images = ids.map((id) =>
                    image(
                        id,
                        names.filter((_name, index) => tags[index] === id),
                    ),
                );
                const gone = new Set(
                    leftImages(engine(images, containers), known(records))
                        .filter(({ reason }) => reason === undefined)
                        .map(({ name }) => name),
                );
                const after = images
                    .filter(
                        ({ id, tags: own }) => !gone.has(id) && !(own.length > 0 && own.every((tag) => gone.has(tag))),
                    )
                    .map((one) => ({ ...one, tags: one.tags.filter((tag) => !gone.has(tag)) }));
                const again = leftImages(engine(after, containers), known(records));
                expect(again.filter(({ reason }) => reason === undefined)).toEqual([]);
            }),
        );
    });
});
