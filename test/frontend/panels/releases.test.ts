import { flushPromises } from "@vue/test-utils";
import { beforeAll, describe, expect, it } from "vitest";
import { ReleasePair, type ReleaseComparison, type ReleaseSummary } from "../../../common/schema/release.ts";
import type { PinnedRelease } from "../../../common/schema/stack.ts";
import { registerIcons } from "../../../frontend/src/icons.ts";
import { firstPair } from "../../../frontend/src/model/release-choice.ts";
import CompareReleases from "../../../frontend/src/panels/release/CompareReleases.vue";
import PinBanner from "../../../frontend/src/panels/stack/PinBanner.vue";
import { mountConnected } from "../support/mount-connected.ts";
import { deployment, minutesAgo, repository } from "../support/page-fixtures.ts";

const commitSha = "9f2c1e7ab34d5566778899aabbccddeeff001122";
const pinned: PinnedRelease = { deploymentId: "d1", commitSha, by: "anna", at: minutesAgo(5) };
const details = {
    name: "shop",
    status: 3,
    tags: [],
    isManagedByDockge: true,
    composeFileName: "compose.yaml",
    endpoint: "",
    composeYAML: "",
    composeENV: "",
    primaryHostname: "",
};

beforeAll(registerIcons);

function release(deploymentId: string, minutes: number, rest: Partial<ReleaseSummary> = {}): ReleaseSummary {
    return {
        deploymentId,
        commitSha: deploymentId.padEnd(40, "0"),
        commitMessage: `Message of ${deploymentId}\n\nmore`,
        createdAt: minutesAgo(minutes),
        deployedAt: minutesAgo(minutes),
        live: false,
        images: [],
        sizeBytes: 600,
        ...rest,
    };
}

const kept = [
    release("aaaaaaa", 5),
    release("bbbbbbb", 60, { deployedAt: minutesAgo(1), live: true }),
    release("ccccccc", 90),
];

function comparison({ from, to }: { from: string; to: string }): ReleaseComparison {
    const head = (deploymentId: string) => ({ deploymentId, commitSha, createdAt: minutesAgo(1) });
    const web = { image: "shop-web:1", imageId: "sha256:1234567890abcdef" };
    return {
        from: head(from),
        to: head(to),
        commits: {
            added: [{ sha: commitSha, subject: "Make it blue", author: "Ada", time: minutesAgo(9) }],
            removed: [],
            more: true,
        },
        files: [
            { path: "settings.conf", kind: "changed", diff: "@@ -1,1 +1,1 @@\n-level=1\n+level=2" },
            { path: "logo.png", kind: "added", note: "binary, or too large to be shown" },
        ],
        moreFiles: 2,
        images: [
            { service: "web", from: web, to: { image: "shop-web:2", imageId: "sha256:fedcba0987654321" } },
            { service: "api", from: web, to: { ...web, image: "shop-api:2" } },
            { service: "new", to: web },
        ],
        variables: { added: ["NEW"], removed: ["GONE"], changed: ["LEVEL"] },
        override: { diff: "@@ -1,1 +1,1 @@\n-a\n+b" },
    };
}

async function open(releases: readonly ReleaseSummary[] = kept, given: Partial<ReleaseComparison> = {}) {
    const shown = { ...comparison({ from: "aaaaaaa", to: "bbbbbbb" }), ...given };
    const mounted = await mountConnected(CompareReleases, {
        props: { stackName: "shop", repository },
        answers: { getReleases: { releases, nextCursor: null }, compareReleases: { comparison: shown } },
    });
    const asked = () => mounted.transport.sentAs("compareReleases").map(({ args }) => ReleasePair.parse(args[1]));
    return { ...mounted, asked };
}

describe("what changed between releases", () => {
    it("is told of the live one and the one that ran before it", async () => {
        expect(firstPair(kept)).toEqual({ from: "aaaaaaa", to: "bbbbbbb" });
        expect(firstPair(kept.slice(0, 1))).toBeUndefined();
    });

    it("begins with one that went live rather than with a newer one that was rejected", () => {
        const rejected = release("ddddddd", 2, { deployedAt: undefined });

        expect(firstPair([rejected, ...kept])).toEqual({ from: "aaaaaaa", to: "bbbbbbb" });
        expect(firstPair([rejected, ...kept.slice(1, 2)])).toEqual({ from: "ddddddd", to: "bbbbbbb" });
    });

    it("begins with what ran before the repository was connected, where that is all there was", () => {
        const initial = release("initial", 90, { commitSha: "", deployedAt: undefined });
        const rejected = release("ddddddd", 2, { deployedAt: undefined });

        expect(firstPair([rejected, ...kept.slice(1, 2), initial])).toEqual({ from: "initial", to: "bbbbbbb" });
    });

    it("names commits, images, variables and files, and shows differences", async () => {
        const { wrapper, asked } = await open();

        expect(asked()).toEqual([{ from: "aaaaaaa", to: "bbbbbbb" }]);
        const text = wrapper.text();
        expect(text).toMatch(/Make it blue.*Ada.*There are more commits/s);
        expect(text).toMatch(/web.*shop-web:1.*1234567890ab.*shop-web:2.*fedcba098765/s);
        expect(text).toMatch(/api.*the same image under another name/s);
        expect(text).toMatch(/new.*no such service/s);
        expect(text).toMatch(/NEW.*added.*GONE.*removed.*LEVEL.*changed/s);
        expect(text).toMatch(/logo\.png.*added.*binary.*2 more files differ.*3 releases are kept, with 1\.8 kB/s);
        expect(wrapper.findAll("option").map((option) => option.text())).toContain(
            "bbbbbbb (live) · Message of bbbbbbb · 1 minute ago",
        );

        await wrapper.find("article button").trigger("click");

        expect(wrapper.find(".diff-view").text()).toContain("level=2");
    });

    it("is asked for the two that are chosen", async () => {
        const { wrapper, asked } = await open();

        await wrapper.findAll("select")[0]?.setValue("ccccccc");
        await flushPromises();
        await wrapper.findAll("select")[1]?.setValue("ccccccc");
        await flushPromises();

        expect(asked().at(-1)).toEqual({ from: "ccccccc", to: "bbbbbbb" });
        expect(wrapper.text()).toContain("Choose two different releases.");
    });

    it("follows the stack, until somebody chooses", async () => {
        const { transport, asked, wrapper } = await open();
        const back = kept.map((one) =>
            one.deploymentId === "aaaaaaa"
                ? { ...one, live: true, deployedAt: minutesAgo(0) }
                : { ...one, live: false },
        );
        const ended = deployment("d9", { status: "successful", phase: "done" });
        transport.answerAll("getReleases", () => ({ ok: true, releases: back, nextCursor: null }));

        transport.push("deploymentStatusUpdate", { deployment: ended });
        await flushPromises();
        expect(asked().at(-1)).toEqual({ from: "bbbbbbb", to: "aaaaaaa" });

        await wrapper.findAll("select")[0]?.setValue("ccccccc");
        transport.answerAll("getReleases", () => ({ ok: true, releases: kept, nextCursor: null }));
        transport.push("deploymentStatusUpdate", { deployment: ended });
        await flushPromises();
        expect(asked().at(-1)).toEqual({ from: "ccccccc", to: "aaaaaaa" });
    });

    it("says so where nothing differs, or the commits are not known", async () => {
        const same = { files: [], images: [], variables: { added: [], removed: [], changed: [] }, override: undefined };
        const { wrapper } = await open(kept, { ...same, commits: undefined });

        expect(wrapper.text()).toContain("Nothing else differs");
        expect(wrapper.text()).toContain("not known here");
    });

    it("is not there for a single release", async () => {
        expect((await open(kept.slice(0, 1))).wrapper.find("section").exists()).toBe(false);
    });
});

describe("a pinned stack", () => {
    async function openPin(stack: object = { ...details, pinned }) {
        return mountConnected(PinBanner, {
            props: { stackName: "shop", stack, repository },
            answers: { unpinStack: {}, triggerBuild: { deployment: deployment("d9") } },
        });
    }

    it("says who pinned it to what, and is unpinned by a button that offers the newest commit then", async () => {
        const { wrapper, transport, router } = await openPin();

        expect(wrapper.text()).toMatch(/Pinned to.*9f2c1e7.*anna rolled this stack back.*5 minutes ago/s);
        await wrapper.find("button").trigger("click");
        await flushPromises();

        expect(wrapper.text()).toContain("what was pushed meanwhile was not");
        await wrapper.find("button").trigger("click");
        await flushPromises();
        expect(transport.sentAs("triggerBuild")).toHaveLength(1);
        expect(router.currentRoute.value.name).toBe("deployment");
    });

    it("follows what happens elsewhere", async () => {
        const { wrapper, transport } = await openPin(details);
        expect(wrapper.text()).toBe("");

        transport.push("stackPinUpdate", { stackName: "other", pinned });
        await flushPromises();
        expect(wrapper.text()).toBe("");
        transport.push("stackPinUpdate", { stackName: "shop", pinned: { ...pinned, commitSha: "" } });
        await flushPromises();
        expect(wrapper.text()).toContain("what ran before the repository was connected");
        transport.push("stackPinUpdate", { stackName: "shop", pinned: null });
        await flushPromises();
        expect(wrapper.text()).toBe("");
    });
});
