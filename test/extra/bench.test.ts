import { spawn } from "node:child_process";
import { describe, expect, it } from "vitest";
import { processorMilliseconds, processTree, residentMegabytes } from "../../extra/bench/process-memory.ts";
import { median, percentile, spread } from "../../extra/bench/statistics.ts";
import { markdownTable } from "../../extra/bench/table.ts";

const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

describe("the figures of the benchmark", () => {
    it.each([
        [[3, 1, 2], 2],
        [[4, 1, 3, 2], 2.5],
        [[7], 7],
    ])("the median of %j is %d", (values, middle) => {
        expect(median(values)).toBe(middle);
    });

    it("has no median of nothing", () => {
        expect(() => median([])).toThrow("no values");
    });

    it("tells the median with its extremes", () => {
        expect(spread([10.4, 30, 20])).toBe("20 (10–30)");
    });

    it.each([
        [0.5, 50],
        [0.99, 99],
        [1, 100],
        [0, 1],
    ])("finds the value that a share of %d does not exceed", (share, value) => {
        expect(percentile(hundred, share)).toBe(value);
    });

    it("counts the processor time of a process", () => {
        const before = processorMilliseconds(process.pid);
        const end = performance.now() + 100;
        while (performance.now() < end) {
            hundred.reduce((sum, each) => sum + each, 0);
        }
        expect(processorMilliseconds(process.pid)).toBeGreaterThan(before);
    });

    it("counts the memory of a process and of those that it started", () => {
        const child = spawn("sleep", ["60"]);
        const pids = processTree(process.pid);
        expect(pids).toContain(child.pid);
        expect(residentMegabytes(pids)).toBeGreaterThan(residentMegabytes([child.pid ?? 0]));
        child.kill();
    });

    it("prints a table whose columns stand under each other", () => {
        const rows = [{ figure: "long figure", measured: "1 ms", baseline: "-", aim: "≤ 2 ms" }];
        expect(markdownTable(rows)).toBe(
            [
                "| figure      | measured | baseline | aim    |",
                "| ----------- | -------- | -------- | ------ |",
                "| long figure | 1 ms     | -        | ≤ 2 ms |",
            ].join("\n"),
        );
    });
});
