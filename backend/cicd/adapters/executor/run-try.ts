import { AppError } from "../../../../common/errors.ts";
import type { JobCall, JobOutcome, JobTask } from "../../core/job-executor.ts";
import { findStarted } from "./create-once.ts";
import { followTry } from "./follow-try.ts";
import { tryName } from "./names.ts";
import { type Ending, outcomeOf } from "./outcome.ts";
import { ownFiles } from "./own-files.ts";
import { isAway, refusalOf } from "./refusal.ts";
import { removeTry } from "./remove-try.ts";
import type { Site } from "./site.ts";
import { startTry } from "./start-try.ts";

/** See JobExecutor.run. */
export async function runTry(site: Site, task: JobTask, call: JobCall): Promise<JobOutcome> {
    const outcome = await attempt(site, task, call);
    if (outcome.result !== "left") {
        await call.onEnd?.(outcome);
        await cleanUp(site, task);
    }
    return outcome;
}

async function attempt(site: Site, task: JobTask, call: JobCall): Promise<JobOutcome> {
    const signal = AbortSignal.any([call.cancel, call.leave]);
    try {
        const id = (await findStarted(site.ports, tryName(task))) ?? (await startTry(site, task, call, signal));
        const ending = await followTry(site.ports, id, task, call);
        if (ending === undefined) {
            return { result: "left" };
        }
        await bringBack(site, id, task, ending, signal);
        return outcomeOf(ending, task, now());
    } catch (error) {
        return troubled(error, call);
    }
}

async function bringBack(site: Site, id: string, task: JobTask, ending: Ending, signal: AbortSignal): Promise<void> {
    if (ending.state === undefined || ending.stopped === "cancelled") {
        return;
    }
    await site.carrier.out(id, task, signal);
}

/** What ended a try before its container ran, or while it was followed. */
function troubled(error: unknown, call: JobCall): JobOutcome {
    if (isAway(error)) {
        // Whether it runs is not known.
        throw error;
    }
    if (call.cancel.aborted) {
        return { result: "cancelled", completedAt: now() };
    }
    if (call.leave.aborted) {
        return { result: "left" };
    }
    return { result: "failed", reason: "system", message: refusalOf(error), completedAt: now() };
}

/** What cannot be removed now goes when the run is closed. */
async function cleanUp({ ports }: Site, task: JobTask): Promise<void> {
    const { runId, image, workspace } = task;
    try {
        await removeTry(ports, task);
        await ownFiles(ports, { runId, by: tryName(task), image, workspace });
    } catch (error) {
        if (!(error instanceof AppError)) {
            throw error;
        }
    }
}

function now(): string {
    return new Date().toISOString();
}
