import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { diskFiles } from "../../../../backend/cicd/adapters/disk/files.ts";
import { ownLabels } from "../../../../backend/cicd/core/engine.ts";
import { recover } from "../../../../backend/cicd/services/recover.ts";
import { containerState } from "../../../support/containers.ts";
import { newPipeline } from "../../../support/pipelines.ts";
import { deploymentAt, openWorkshop } from "../../../support/workshop.ts";

async function open() {
    const workshop = await openWorkshop();
    const workspacesDirectory = join(workshop.directory, "workspaces");
    const calls: string[] = [];
    const worker = {
        wake: () => void calls.push("wake"),
        resume: async () => calls.push("resume"),
        stop: async () => undefined,
    };
    const start = () => recover({ ...workshop, files: diskFiles, worker, workspacesDirectory });
    return { ...workshop, start, calls, workspacesDirectory };
}

describe("a start", () => {
    it("goes on with what was left running, then looks at the queue", async () => {
        const { start, calls, errors } = await open();

        expect(await start()).toBe(1);

        expect(calls).toEqual(["resume", "wake"]);
        expect(errors).toEqual([]);
    });

    it("removes the workspaces of deployments and pipelines that have ended, and of none that goes on", async () => {
        const { start, workspacesDirectory, ...workshop } = await open();
        const active = await deploymentAt(workshop, "building");
        const ended = await deploymentAt(workshop, "failed");
        const [running, over] = [
            await workshop.pipelines.create(newPipeline()),
            await workshop.pipelines.create(newPipeline()),
        ];
        await workshop.pipelines.update(over.id, { status: "failed" });
        for (const { id } of [active, ended, running, over]) {
            await diskFiles.write(workspacesDirectory, `shop-abc-${id}/worktree/file`, "");
        }

        await start();

        const left = await diskFiles.names(workspacesDirectory);
        expect(left.toSorted()).toEqual([`shop-abc-${active.id}`, `shop-abc-${running.id}`].toSorted());
    });

    it("removes build containers of its own deployments, and no others", async () => {
        const { start, engine, ...workshop } = await open();
        const { id } = await deploymentAt(workshop, "building");
        engine.add(
            containerState({ id: "ours", labels: { [ownLabels.deployment]: id } }),
            containerState({ id: "another server's", labels: { [ownLabels.deployment]: "unknown" } }),
            containerState({ id: "the stack's" }),
        );

        await start();

        expect(engine.done).toEqual(["remove ours"]);
    });

    it("works without an engine", async () => {
        const { start, engine, calls, errors } = await open();
        engine.isAway = true;

        await start();

        expect(calls).toEqual(["resume", "wake"]);
        expect(errors).toEqual([]);
    });

    it("tells what it could not clear away, and goes on", async () => {
        const { start, engine, calls, errors, ...workshop } = await open();
        const { id } = await deploymentAt(workshop, "building");
        engine.add(containerState({ labels: { [ownLabels.deployment]: id } }));
        engine.removeContainer = () => Promise.reject(new Error("busy"));

        await start();

        expect(errors).toEqual([new Error("busy")]);
        expect(calls).toEqual(["resume", "wake"]);
    });
});
