import { flushPromises } from "@vue/test-utils";
import { beforeAll, describe, expect, it } from "vitest";
import type { CleanUpReport, DiskUse } from "../../../common/schema/disk.ts";
import type { Question } from "../../../frontend/src/composables/useConfirm.ts";
import { registerIcons } from "../../../frontend/src/icons.ts";
import DiskBanner from "../../../frontend/src/panels/disk/DiskBanner.vue";
import DiskPanel from "../../../frontend/src/panels/disk/DiskPanel.vue";
import { confirming } from "../support/confirming.ts";
import { button } from "../support/find-field.ts";
import { mountConnected } from "../support/mount-connected.ts";
import { minutesAgo } from "../support/page-fixtures.ts";

const report: CleanUpReport = {
    startedAt: minutesAgo(5),
    completedAt: minutesAgo(5),
    by: "ann",
    freedBytes: 1_500_000,
    removedCount: 3,
    removed: [
        { part: "images", name: "shop-web:1", stack: "shop", machine: "attic", bytes: 1_000_000 },
        { part: "logs", name: "d1", stack: "shop", bytes: 500_000 },
    ],
    leftCount: 1,
    left: [{ part: "images", name: "shop-web:2", stack: "shop", reason: "a container runs this image" }],
};

const disk: DiskUse = {
    measuredAt: minutesAgo(0),
    parts: [
        { part: "logs", bytes: 1_000_000, count: 12 },
        { part: "images", bytes: 3_000_000, count: 4 },
        { part: "build_cache", note: "The engine is away." },
    ],
    machines: [
        {
            id: "local",
            name: "this machine",
            spaces: [{ place: "data", path: "/data", freeBytes: 1e9, totalBytes: 100e9, low: true }],
        },
        { id: "t1", name: "attic", spaces: [], error: "attic does not answer" },
    ],
    warnings: ["the data directory is nearly full"],
    cleaning: false,
    lastCleanUp: report,
};

beforeAll(registerIcons);

async function open(fields: Partial<DiskUse> = {}, yes = true) {
    const asked: Question[] = [];
    const answers = { getDiskUse: { disk: { ...disk, ...fields } }, cleanUp: { report } };
    const mounted = await mountConnected(confirming(DiskPanel, asked, yes), { answers });
    return { ...mounted, asked };
}

describe("the disk", () => {
    it("shows how full every machine is, and who cannot be asked", async () => {
        const { wrapper } = await open();
        const text = wrapper.text();
        expect(text).toContain("the data directory is nearly full");
        expect(text).toMatch(/This machine\s*Data: \/data\s*1\.0 GB of 100 GB free/);
        expect(text).toMatch(/attic\s*attic does not answer/);
        const [meter] = wrapper.findAll("[role=meter]");
        expect(meter?.attributes("aria-valuenow")).toBe("99");
        expect(wrapper.find(".disk-fill.low").exists()).toBe(true);
    });

    it("shows what takes it, the largest first, and what cannot be told", async () => {
        const { wrapper } = await open();
        expect(wrapper.text()).toMatch(/Images of releases \(4\)\s*3\.0 MB\s*Logs \(12\)\s*1\.0 MB/);
        expect(wrapper.text()).toMatch(/Build cache:\s*The engine is away\./);
        expect(wrapper.text()).toContain("CICD_BUILD_CACHE_GIB sets a bound");
        expect((await open({ buildCacheLimitBytes: 2e9 })).wrapper.text()).toContain("kept below 2.0 GB");
    });

    it("tells what the last cleaning removed, and what it left and why", async () => {
        const { wrapper } = await open();
        expect(wrapper.text()).toContain("by ann: 3 things removed, 1.5 MB freed");
        for (const label of ["What was removed (3)", "What was left, and why (1)"]) {
            await button(wrapper, label).trigger("click");
        }
        expect(wrapper.text()).toMatch(/shop-web:1 \(attic\), 1\.0 MB.*… and 1 more/s);
        expect(wrapper.text()).toContain("shop-web:2 – a container runs this image");
        expect((await open({ lastCleanUp: undefined })).wrapper.text()).toContain("Not cleaned up yet.");
    });

    it("is cleaned up after a question that says what goes", async () => {
        const { wrapper, transport, asked } = await open();
        await button(wrapper, "Clean up").trigger("click");
        await flushPromises();
        expect(asked[0]?.body).toMatch(/releases beyond.*What runs.*stay/s);
        expect(transport.sentAs("cleanUp")).toHaveLength(1);
        expect(transport.sentAs("getDiskUse")).toHaveLength(2);
    });

    it("is left alone where the answer is no, or a cleaning runs already", async () => {
        const { wrapper, transport } = await open({}, false);
        await button(wrapper, "Clean up").trigger("click");
        await flushPromises();
        expect(transport.sentAs("cleanUp")).toHaveLength(0);
        const busy = await open({ cleaning: true });
        expect(button(busy.wrapper, "Clean up").attributes("aria-disabled")).toBeDefined();
    });
});

describe("the banner", () => {
    it("warns of what is nearly full, and is not there otherwise", async () => {
        const { wrapper } = await mountConnected(DiskBanner, {
            answers: { getDiskWarnings: { warnings: ["only 1 GB"] } },
        });
        expect(wrapper.text()).toMatch(/only 1 GB\s*Show what takes it/);
        const none = await mountConnected(DiskBanner, { answers: { getDiskWarnings: { warnings: [] } } });
        expect(none.wrapper.text()).toBe("");
    });
});
