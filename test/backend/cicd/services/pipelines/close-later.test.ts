import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { diskFiles } from "../../../../../backend/cicd/adapters/disk/files.ts";
import type { JobExecutor } from "../../../../../backend/cicd/core/job-executor.ts";
import { closeLeftRuns } from "../../../../../backend/cicd/services/pipelines/close-left-runs.ts";
import { createCloseLater } from "../../../../../backend/cicd/services/pipelines/close-later.ts";
import { AppError } from "../../../../../common/errors.ts";
import { createRushingClock } from "../../../../support/rushing-clock.ts";
import { openPipelineStage } from "../../../../support/pipeline-stage.ts";

const away = new AppError("unavailable", "The engine does not answer");

/** An engine that is away, with something of a run that was cancelled meanwhile. */
async function open() {
    const stage = await openPipelineStage({ "pipeline.yml": "unit: { image: x, script: x }\n" });
    const record = await stage.create();
    await stage.pipelines.update(record.id, { status: "cancelled" });
    const workspace = join(stage.workspacesDirectory, `shop-abc-${record.id}`);
    await diskFiles.makeDirectory(workspace);
    let isAway = true;
    let left: readonly string[] = [record.id];
    const answer = async <T>(given: () => T): Promise<T> => {
        if (isAway) {
            throw away;
        }
        return given();
    };
    const executor: Pick<JobExecutor, "close" | "listRuns"> = {
        listRuns: () => answer(() => left),
        close: (id) => answer(() => void (left = left.filter((one) => one !== id))),
    };
    const clock = createRushingClock();
    const closeLater = createCloseLater({
        clock,
        onError: stage.onError,
        closeLeft: () => closeLeftRuns({ ...stage, executor: closeLater.watched(executor) }),
    });
    return {
        ...{ record, workspace, clock, closeLater, watched: closeLater.watched(executor) },
        left: () => left,
        comeBack: () => void (isAway = false),
    };
}

describe("what could not be removed while the engine was away", () => {
    it("is removed when it is back, with its folder", async () => {
        const { record, workspace, clock, watched, left, comeBack } = await open();
        clock.onTick = (passed) => (passed >= 60_000 ? comeBack() : undefined);

        await expect(watched.close(record.id, workspace)).rejects.toBe(away);

        await expect.poll(left).toEqual([]);
        expect(clock.passed()).toBe(105_000);
        await expect.poll(() => diskFiles.inspect(workspace, ".")).toBeUndefined();
    });

    it("is looked for no longer once the server stops", async () => {
        const { record, closeLater, watched, left, comeBack } = await open();
        closeLater.stop();
        await expect(watched.close(record.id)).rejects.toBe(away);
        comeBack();

        await Promise.resolve();
        expect(left()).toEqual([record.id]);
    });
});
