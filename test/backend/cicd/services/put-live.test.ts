import { describe, expect, it } from "vitest";
import type { DeploymentRecord, NewDeployment } from "../../../../backend/cicd/core/deployment.ts";
import { DeploymentFailure } from "../../../../backend/cicd/core/failure.ts";
import type { ApplyInput, Plan } from "../../../../backend/cicd/services/plan-release.ts";
import { createPutLive, type PutLivePorts } from "../../../../backend/cicd/services/put-live.ts";
import type { DeploymentPhase } from "../../../../common/schema/deployment.ts";
import type { MachineSteps } from "../../../../backend/cicd/services/machine-steps.ts";
import { containing } from "../../../support/containing.ts";
import { stepsHere } from "../../../support/machine-steps.ts";
import {
    beginRun,
    connect,
    deploymentAt,
    liveDeployment,
    openWorkshop,
    release,
    type Workshop,
} from "../../../support/workshop.ts";

const image = { service: "web", image: "shop-web:1", imageId: "sha256:1", built: true } as const;
const sick = new DeploymentFailure("unhealthy", "web exited with code 1.");

interface Played extends Workshop {
    /** What was done, such as `apply <deployment>`. */
    readonly steps: string[];
    readonly inputs: ApplyInput[];
    /** Steps that fail, in the words of `steps`. */
    readonly failing: Map<string, Error>;
    /** Called at every step. */
    onStep: (step: string) => void | Promise<void>;
}

async function play(): Promise<Played> {
    return {
        ...(await openWorkshop()),
        steps: [],
        inputs: [],
        failing: new Map<string, Error>(),
        onStep: () => undefined,
    };
}

function portsOf(played: Played): PutLivePorts {
    async function step(name: string): Promise<void> {
        played.steps.push(name);
        await played.onStep(name);
        const failure = played.failing.get(name);
        if (failure !== undefined) {
            throw failure;
        }
    }
    const machine: MachineSteps = {
        ...stepsHere,
        async plan(_run, input) {
            await step(`plan ${input.release.deploymentId}`);
            played.inputs.push(input);
            return planOf(played, input);
        },
        apply: (_run, input) => step(`apply ${input.release.deploymentId}`),
        verify: (_run, plan) => step(`verify ${plan.release.deploymentId}`),
        stopStack: () => step("stop"),
        async snapshot() {
            await step("snapshot");
            return undefined;
        },
    };
    return {
        ...played,
        machines: async () => [machine],
        rebuildMissing: async (_run, whole) => whole,
        prune: () => step("prune"),
    };
}

function planOf(played: Played, input: ApplyInput): Plan {
    const files = { written: [], removed: [], replaced: [], left: [], obstacles: [] };
    return {
        stackDirectory: played.stackDirectory,
        services: { services: [], removed: [], removeFirst: [], stopFirst: [], conflicts: [] },
        broughtAlong: new Set(),
        imageTags: [],
        tied: new Set(),
        files,
        filesInput: { stackDirectory: "", source: "", files: [], override: "", previous: [], replacedDirectory: "" },
        wanted: [],
        release: { ...input.release, images: [image] },
    };
}

interface Given extends Partial<NewDeployment> {
    readonly phase?: DeploymentPhase;
    readonly signal?: AbortSignal;
    readonly rollbackOnFailure?: boolean;
    /** Whether it had already gone from building to deploying; false where not told. */
    readonly resumed?: boolean;
}

/** Puts the release of one deployment live, and answers its row afterwards. */
async function putLive(played: Played, given: Given = {}): Promise<DeploymentRecord> {
    const { signal, rollbackOnFailure = true, resumed = false, ...fields } = given;
    const connection = await connect(played, { rollbackOnFailure });
    const commitSha = "c".repeat(40);
    const record = await deploymentAt(played, resumed ? "deploying" : "building", { commitSha, ...fields });
    await played.releases.save(release({ deploymentId: record.id, commitSha }), played.stackDirectory);
    return goOn(played, record, { signal, connection });
}

async function goOn(
    played: Played,
    record: DeploymentRecord,
    { signal, connection }: { signal: AbortSignal | undefined; connection: Awaited<ReturnType<typeof connect>> },
): Promise<DeploymentRecord> {
    const run = await beginRun(played, record, signal === undefined ? {} : { signal });
    const own = await played.releases.find(record.id);
    try {
        await createPutLive(portsOf(played))(run, own ?? release({ deploymentId: record.id }), connection);
    } finally {
        played.failing.clear();
    }
    return (await played.deployments.find(record.id)) ?? record;
}

/** Lets steps of whichever deployment is not this one's fail. */
function failOwn(played: Played, verb: string, not: DeploymentRecord | undefined, failure: Error = sick): void {
    played.onStep = (step) => {
        if (step.startsWith(verb) && step !== `${verb} ${not?.id}`) {
            throw failure;
        }
    };
}

function shortSteps(played: Played, live: DeploymentRecord | undefined, own: DeploymentRecord): string[] {
    return played.steps.map((step) => step.replace(own.id, "new").replace(live?.id ?? "-", "old"));
}

describe("a release that works", () => {
    it("becomes live, with its images, and old releases are cleared away", async () => {
        const played = await play();
        const live = await liveDeployment(played);

        const ended = await putLive(played);

        expect(ended).toMatchObject({ status: "successful", phase: "done", images: [image] });
        expect(ended.completedAt).toBeDefined();
        expect(ended.phases.map(({ phase }) => phase)).toEqual(["previewing", "applying", "verifying"]);
        expect(shortSteps(played, live, ended)).toEqual(["plan new", "apply new", "verify new", "prune"]);
        expect(played.inputs[0]?.previous?.deploymentId).toBe(live.id);
        expect((await played.deployments.findLive("shop"))?.id).toBe(ended.id);
    });

    it("stays successful when clearing away fails", async () => {
        const played = await play();
        played.failing.set("prune", new Error("image is in use"));

        expect(await putLive(played)).toMatchObject({ status: "successful", phase: "done" });
        expect(played.errors).toHaveLength(1);
    });

    it("takes a snapshot of what runs where nothing was deployed before", async () => {
        const played = await play();

        const ended = await putLive(played);

        expect(shortSteps(played, undefined, ended)).toEqual([
            "snapshot",
            "plan new",
            "apply new",
            "verify new",
            "prune",
        ]);
    });

    it("is announced at every change, the end last", async () => {
        const played = await play();
        await liveDeployment(played);

        await putLive(played);

        expect(played.announced.map(({ phase }) => phase)).toEqual(["previewing", "applying", "verifying", "done"]);
    });
});

describe("a failure before anything is touched", () => {
    it("is told to the caller, and nothing is restored", async () => {
        const played = await play();
        const live = await liveDeployment(played);
        failOwn(played, "plan", live, new DeploymentFailure("image_missing", "web: gone"));

        await expect(putLive(played)).rejects.toMatchObject({ errorCode: "image_missing" });

        expect(played.steps).toHaveLength(1);
        expect(await played.deployments.listActive("shop")).toMatchObject([{ phase: "previewing" }]);
    });

    it("in the database is one too: no rollback is begun", async () => {
        const played = await play();
        await liveDeployment(played);
        const connection = await connect(played);
        const record = await deploymentAt(played, "building", { phase: "building" });
        const run = await beginRun(
            { ...played, deployments: { ...played.deployments, transition: () => Promise.reject(new Error("away")) } },
            record,
        );

        const put = createPutLive(portsOf(played))(run, release({ deploymentId: record.id }), connection);

        await expect(put).rejects.toMatchObject({ errorCode: "internal" });
        expect(await played.deployments.findRollbackOf(record.id)).toBeUndefined();
    });
});

describe("a failure after something was touched", () => {
    it.each(["apply", "verify"])("while it is to %s rolls back by a deployment of its own", async (verb) => {
        const played = await play();
        const live = await liveDeployment(played, { commitMessage: "Good", commitAuthor: "Ada", branch: "release" });
        failOwn(played, verb, live);

        const ended = await putLive(played, { triggeredBy: "api", triggeredByUser: "bot" });

        expect(ended).toMatchObject({
            status: "rolled_back",
            phase: "done",
            errorCode: "unhealthy",
            error: sick.message,
        });
        expect(await played.deployments.findRollbackOf(ended.id)).toMatchObject({
            status: "successful",
            phase: "done",
            rollbackOf: ended.id,
            previousDeploymentId: live.id,
            commitSha: live.commitSha,
            commitMessage: "Good",
            commitAuthor: "Ada",
            branch: "release",
            triggeredBy: "api",
            triggeredByUser: "bot",
        });
        const again = ["plan old", "apply old", "verify old"];
        expect(shortSteps(played, live, ended).slice(-3)).toEqual(again);
        expect(played.inputs.at(-1)?.previous?.deploymentId).toBe(ended.id);
    });

    it("keeps the status deploying while the rollback runs", async () => {
        const played = await play();
        const live = await liveDeployment(played);
        const seen: string[] = [];
        played.onStep = async (step) => {
            if (step.startsWith("verify") && !step.endsWith(live.id)) {
                throw sick;
            }
            if (step === `apply ${live.id}`) {
                const active = await played.deployments.listActive("shop");
                seen.push(...active.map(({ status, phase }) => `${status} ${phase}`));
            }
        };

        await putLive(played);

        expect(seen).toEqual(["deploying rolling_back", "deploying applying"]);
    });

    it("that nothing can be rolled back from is loud, and is not tried again", async () => {
        const played = await play();
        const live = await liveDeployment(played);
        played.onStep = (step) => {
            if (step.startsWith("verify")) {
                throw sick;
            }
        };

        const ended = await putLive(played);

        expect(ended).toMatchObject({ status: "failed", errorCode: "rollback_failed" });
        expect(ended.error).toMatch(/web exited with code 1.*The rollback to bbbbbbb failed too.*Roll back/s);
        expect(await played.deployments.findRollbackOf(ended.id)).toMatchObject({
            status: "failed",
            errorCode: "unhealthy",
        });
        expect(played.steps.filter((step) => step === `apply ${live.id}`)).toHaveLength(1);
        expect(await played.deployments.listActive("shop")).toEqual([]);
        expect((await played.deployments.findLive("shop"))?.id).toBe(live.id);
    });

    it("leaves everything as it is where rolling back is switched off", async () => {
        const played = await play();
        const live = await liveDeployment(played);
        failOwn(played, "verify", live);

        const ended = await putLive(played, { rollbackOnFailure: false });

        expect(ended).toMatchObject({ status: "failed", errorCode: "unhealthy" });
        expect(shortSteps(played, live, ended)).toEqual(["plan new", "apply new", "verify new"]);
        expect(await played.deployments.findRollbackOf(ended.id)).toBeUndefined();
    });

    it("stops the new containers where there is nothing to go back to", async () => {
        const played = await play();
        failOwn(played, "verify", undefined);

        const ended = await putLive(played);

        expect(ended).toMatchObject({ status: "failed", errorCode: "unhealthy" });
        expect(played.steps.at(-1)).toBe("stop");
        expect(played.logs.texts(ended.id)).toContainEqual(containing("no earlier release"));
    });

    it("does not stop a stack whose earlier release was lost", async () => {
        const played = await play();
        const live = await liveDeployment(played);
        await played.releases.remove(live.id);
        failOwn(played, "verify", undefined);

        const ended = await putLive(played);

        expect(ended).toMatchObject({ status: "failed", errorCode: "unhealthy" });
        expect(played.steps).not.toContain("stop");
    });

    it("of a rollback by hand goes back to what was live", async () => {
        const played = await play();
        const first = await liveDeployment(played);
        const live = await liveDeployment(played, { commitSha: "d".repeat(40) });
        let failed = false;
        played.onStep = (step) => {
            if (step.startsWith("verify") && !failed) {
                failed = true;
                throw sick;
            }
        };
        const connection = await connect(played);
        const record = await deploymentAt(played, "deploying", {
            previousDeploymentId: first.id,
            phase: "previewing",
            triggeredBy: "manual",
        });
        const run = await beginRun(played, record);
        const old = await played.releases.find(first.id);
        await createPutLive(portsOf(played))(run, old ?? release({ deploymentId: first.id }), connection);

        expect(await played.deployments.find(record.id)).toMatchObject({ status: "rolled_back" });
        expect(await played.deployments.findRollbackOf(record.id)).toMatchObject({ previousDeploymentId: live.id });
    });

    it("hides secrets in what it says", async () => {
        const played = await play();
        const live = await liveDeployment(played);
        failOwn(played, "verify", live, new DeploymentFailure("unhealthy", "hunter2 is wrong"));
        const connection = await connect(played);
        const record = await deploymentAt(played, "building", {});
        await played.releases.save(release({ deploymentId: record.id }), played.stackDirectory);
        const run = await beginRun(played, record, { secret: "hunter2" });

        await createPutLive(portsOf(played))(run, release({ deploymentId: record.id }), connection);

        const ended = await played.deployments.find(record.id);
        expect(ended).toMatchObject({ error: "*** is wrong", status: "rolled_back" });
        expect(played.logs.texts(record.id).join("\n")).not.toContain("hunter2");
    });
});

describe("a cancel while applying", () => {
    const cancelled = new DeploymentFailure("cancelled", "Cancelled by anna.");

    it("restores the old release, without a deployment of its own, also where rollback is switched off", async () => {
        const played = await play();
        const live = await liveDeployment(played);
        const asked = new AbortController();
        played.onStep = (step) => {
            if (step.startsWith("apply") && !step.endsWith(live.id)) {
                asked.abort(cancelled);
            }
        };

        const ended = await putLive(played, { signal: asked.signal, rollbackOnFailure: false });

        expect(ended).toMatchObject({ status: "cancelled", errorCode: "cancelled", error: "Cancelled by anna." });
        expect(shortSteps(played, live, ended)).toEqual([
            "plan new",
            "apply new",
            "plan old",
            "apply old",
            "verify old",
        ]);
        expect(await played.deployments.findRollbackOf(ended.id)).toBeUndefined();
    });

    it("stops the containers where nothing ran before", async () => {
        const played = await play();
        const asked = new AbortController();
        played.onStep = (step) => (step.startsWith("verify") ? asked.abort(cancelled) : undefined);

        const ended = await putLive(played, { signal: asked.signal });

        expect(ended).toMatchObject({ status: "cancelled", errorCode: "cancelled" });
        expect(played.steps.at(-1)).toBe("stop");
    });

    it("is loud where restoring fails", async () => {
        const played = await play();
        const live = await liveDeployment(played);
        const asked = new AbortController();
        played.onStep = (step) => {
            if (step === `apply ${live.id}`) {
                throw sick;
            }
            if (step.startsWith("apply")) {
                asked.abort(cancelled);
            }
        };

        const ended = await putLive(played, { signal: asked.signal });

        expect(ended).toMatchObject({ status: "failed", errorCode: "rollback_failed" });
        expect(ended.error).toMatch(/^Cancelled by anna\. .*failed too/);
    });

    it("comes too late while the rollback runs: that is finished", async () => {
        const played = await play();
        const live = await liveDeployment(played);
        const asked = new AbortController();
        played.onStep = (step) => {
            if (step === `apply ${live.id}`) {
                asked.abort(cancelled);
                return;
            }
            if (step.startsWith("verify") && !step.endsWith(live.id)) {
                throw sick;
            }
        };

        expect(await putLive(played, { signal: asked.signal })).toMatchObject({ status: "rolled_back" });
    });
});

it("being superseded in the moment before applying began ends it as that, with the old release restored", async () => {
    const played = await play();
    const live = await liveDeployment(played);
    const asked = new AbortController();
    played.onStep = (step) => {
        if (step.startsWith("apply") && !step.endsWith(live.id)) {
            asked.abort(new DeploymentFailure("superseded", "Superseded by ddddddd."));
        }
    };

    const ended = await putLive(played, { signal: asked.signal });

    expect(ended).toMatchObject({ status: "cancelled", errorCode: "superseded" });
    expect(played.steps.at(-1)).toBe(`verify ${live.id}`);
});

describe("a shutdown", () => {
    it.each(["apply", "verify"])("at %s leaves the row to be continued", async (verb) => {
        const played = await play();
        const live = await liveDeployment(played);
        const asked = new AbortController();
        played.onStep = (step) => {
            if (step.startsWith(verb)) {
                asked.abort(new DeploymentFailure("interrupted", "The server is shutting down."));
            }
        };

        await expect(putLive(played, { signal: asked.signal })).rejects.toMatchObject({ errorCode: "interrupted" });

        expect(played.steps).not.toContain(`plan ${live.id}`);
        expect(await played.deployments.listActive("shop")).toMatchObject([{ status: "deploying" }]);
    });
});

describe("going on after a crash", () => {
    it.each(["previewing", "applying", "verifying"] as const)("while %s applies the release again", async (phase) => {
        const played = await play();
        const live = await liveDeployment(played);

        const ended = await putLive(played, { resumed: true, phase });

        expect(ended.status).toBe("successful");
        expect(shortSteps(played, live, ended)).toEqual(["plan new", "apply new", "verify new", "prune"]);
    });

    it("of a first deployment takes no snapshot of what it may have half applied itself", async () => {
        const played = await play();
        failOwn(played, "verify", undefined);

        const ended = await putLive(played, { resumed: true, phase: "applying" });

        expect(played.steps).not.toContain("snapshot");
        expect(ended).toMatchObject({ status: "failed", errorCode: "unhealthy" });
        expect(played.steps.at(-1)).toBe("stop");
    });

    it("that cut the snapshot in half takes it again", async () => {
        const played = await play();
        await deploymentAt(played, "successful", { commitSha: "" });

        await putLive(played, { resumed: true, phase: "previewing" });

        expect(played.steps[0]).toBe("snapshot");
    });

    async function crashedWhileRollingBack(played: Played, live: DeploymentRecord) {
        const connection = await connect(played);
        const record = await deploymentAt(played, "deploying", { phase: "rolling_back", commitSha: "c".repeat(40) });
        await played.deployments.update(record.id, "deploying", { error: sick.message, errorCode: "unhealthy" });
        await played.releases.save(release({ deploymentId: record.id }), played.stackDirectory);
        const again = await played.deployments.find(record.id);
        const rollback = { rollbackOf: record.id, previousDeploymentId: live.id };
        return { connection, record: again ?? record, rollback };
    }

    it.each([
        ["was not begun", undefined, ["plan old", "apply old", "verify old"], "rolled_back", "unhealthy"],
        ["waited", "pending", ["plan old", "apply old", "verify old"], "rolled_back", "unhealthy"],
        ["ran", "deploying", ["plan old", "apply old", "verify old"], "rolled_back", "unhealthy"],
        ["had ended well", "successful", [], "rolled_back", "unhealthy"],
        ["had failed", "failed", [], "failed", "rollback_failed"],
    ] as const)("while the rollback %s", async (_, status, steps, end, errorCode) => {
        const played = await play();
        const live = await liveDeployment(played);
        const { connection, record, rollback } = await crashedWhileRollingBack(played, live);
        if (status !== undefined) {
            await deploymentAt(played, status, rollback);
        }

        const ended = await goOn(played, record, { signal: undefined, connection });

        expect(ended).toMatchObject({ status: end, errorCode });
        expect(ended.error).toContain(sick.message);
        expect(shortSteps(played, live, ended)).toEqual(steps);
        const rows = await played.deployments.list("shop", 50);
        expect(rows.filter((row) => row.rollbackOf === record.id)).toHaveLength(1);
        expect(await played.deployments.listActive("shop")).toEqual([]);
    });

    it("while restoring after a cancel restores again, and ends cancelled", async () => {
        const played = await play();
        const live = await liveDeployment(played);
        const { connection, record } = await crashedWhileRollingBack(played, live);
        const row = await played.deployments.update(record.id, "deploying", {
            errorCode: "cancelled",
            error: "Cancelled.",
        });

        const ended = await goOn(played, row ?? record, { signal: undefined, connection });

        expect(ended).toMatchObject({ status: "cancelled", errorCode: "cancelled" });
        expect(shortSteps(played, live, ended)).toEqual(["plan old", "apply old", "verify old"]);
    });

    it("finishes a rollback also where rolling back was switched off meanwhile", async () => {
        const played = await play();
        const live = await liveDeployment(played);
        const { record } = await crashedWhileRollingBack(played, live);
        const connection = await connect(played, { rollbackOnFailure: false });

        expect(await goOn(played, record, { signal: undefined, connection })).toMatchObject({ status: "rolled_back" });
    });
});

describe("a stack that its user stopped", () => {
    it.each(["webhook", "scheduled"] as const)(
        "stays stopped when a %s deploys, and that is said",
        async (triggeredBy) => {
            const played = await play();
            const live = await liveDeployment(played);
            await played.stackStates.setStopped("shop", true);

            const ended = await putLive(played, { triggeredBy });

            expect(ended).toMatchObject({ status: "successful", note: containing("not started") });
            expect(shortSteps(played, live, ended)).toEqual(["plan new", "apply new", "prune"]);
            expect(played.inputs[0]?.start).toBe(false);
            expect(await played.stackStates.isStopped("shop")).toBe(true);
        },
    );

    it.each(["manual", "api"] as const)("is started again by a deployment that is %s", async (triggeredBy) => {
        const played = await play();
        await liveDeployment(played);
        await played.stackStates.setStopped("shop", true);

        const ended = await putLive(played, { triggeredBy });

        expect(ended.note).toBeUndefined();
        expect(played.inputs[0]?.start).toBe(true);
        expect(await played.stackStates.isStopped("shop")).toBe(false);
    });

    it("is not started by the rollback of what failed", async () => {
        const played = await play();
        const live = await liveDeployment(played);
        await played.stackStates.setStopped("shop", true);
        failOwn(played, "apply", live, new DeploymentFailure("disk_full", "The disk is full."));

        const ended = await putLive(played, { triggeredBy: "webhook" });

        expect(ended).toMatchObject({ status: "rolled_back", errorCode: "disk_full" });
        expect(shortSteps(played, live, ended)).toEqual(["plan new", "apply new", "plan old", "apply old"]);
        expect(played.inputs.at(-1)?.start).toBe(false);
    });
});
