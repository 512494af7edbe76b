import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PipelineDuration, secondsOf } from "../../../common/schema/pipeline-duration.ts";
import { bytesOf, cpusOf, PipelineResources } from "../../../common/schema/pipeline-resources.ts";

describe("durations of a pipeline", () => {
    it.each([
        [90, 90],
        ["90s", 90],
        ["10m", 600],
        ["1h 30m", 5400],
        ["1h30m", 5400],
        ["2 days", 172_800],
        ["1 week", 604_800],
        ["3 hours 20 minutes", 12_000],
    ])("%j is %d seconds", (text, seconds) => {
        expect(secondsOf(PipelineDuration.parse(text))).toBe(seconds);
    });

    it.each(["", "10", "soon", "-1m", "1.5h", "0s", 0, -1, 1.5, "1m1m1m1m1m1m1m", " 1m"])("%j is none", (text) => {
        expect(PipelineDuration.safeParse(text).success).toBe(false);
    });

    it("are read in no time, whatever stands there", () => {
        fc.assert(
            fc.property(
                fc.array(fc.constantFrom("1", "m", " ", "mins", "999999999", "h"), { maxLength: 200 }),
                (parts) => {
                    PipelineDuration.safeParse(parts.join(""));
                },
            ),
        );
    });
});

describe("resources of a pipeline", () => {
    it.each([
        ["512m", 536_870_912],
        ["2g", 2_147_483_648],
        ["1.5GB", 1_610_612_736],
        ["64 MiB", 67_108_864],
        [8_000_000, 8_000_000],
    ])("the memory %j is %d bytes", (memory, bytes) => {
        expect(bytesOf(PipelineResources.parse({ memory }).memory ?? 0)).toBe(bytes);
    });

    it.each([
        [2, 2],
        ["0.5", 0.5],
        ["500m", 0.5],
    ])("%j are %d processors", (cpu, wanted) => {
        expect(cpusOf(PipelineResources.parse({ cpu }).cpu ?? 0)).toBe(wanted);
    });

    it.each([
        { memory: "1m" },
        { memory: "much" },
        { memory: -1 },
        { cpu: 0 },
        { cpu: "all" },
        { cpu: 5000 },
        { disk: 1 },
    ])("%j is refused", (resources) => {
        expect(PipelineResources.safeParse(resources).success).toBe(false);
    });
});
