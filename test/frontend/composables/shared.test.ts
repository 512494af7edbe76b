import { describe, expect, it } from "vitest";
import type { Deployment } from "../../../common/schema/deployment.ts";
import { createConfirm } from "../../../frontend/src/composables/useConfirm.ts";
import { mergeDeployment } from "../../../frontend/src/composables/useDeployments.ts";
import { toStates } from "../../../frontend/src/composables/useServiceStatus.ts";
import { createRerun } from "../../../frontend/src/composables/rerun.ts";
import { deployment, minutesAgo } from "../support/page-fixtures.ts";

const question = { title: "Sure?", body: "", action: "Yes" };

describe("confirm", () => {
    it("resolves with the answer and takes the question away", async () => {
        const confirm = createConfirm();

        const answer = confirm.confirm(question);
        expect(confirm.question.value).toEqual(question);
        confirm.answer(true);

        expect(await answer).toBe(true);
        expect(confirm.question.value).toBeUndefined();
    });

    it("answers an open question with no when another is asked", async () => {
        const confirm = createConfirm();

        const first = confirm.confirm(question);
        void confirm.confirm({ ...question, title: "Really?" });

        expect(await first).toBe(false);
        expect(confirm.question.value?.title).toBe("Really?");
    });
});

describe("mergeDeployment", () => {
    it("replaces by id, sorts newest first, and leaves one live", () => {
        const old = deployment("a", { live: true, createdAt: minutesAgo(10) });
        const running = deployment("b", { status: "building", createdAt: minutesAgo(1) });

        const merged = mergeDeployment([running, old], { ...running, status: "successful", live: true });

        expect(merged.map(({ id, status, live }) => [id, status, live])).toEqual([
            ["b", "successful", true],
            ["a", "successful", false],
        ]);
    });

    it("lets what was live before be gone back to, and what is live now not", () => {
        const first = deployment("a", { live: true, canRollBack: false });
        const second = deployment("b", { live: true, canRollBack: false });
        const back = deployment("c", { live: true, canRollBack: false, previousDeploymentId: "a" });
        const goals = (list: Deployment[]) => list.filter(({ canRollBack }) => canRollBack).map(({ id }) => id);

        const updated = mergeDeployment([first], second);
        expect(goals(updated)).toEqual(["a"]);
        expect(goals(mergeDeployment(updated, back))).toEqual(["b"]);
        expect(goals(mergeDeployment(mergeDeployment(updated, back), { ...second, id: "d" })).sort()).toEqual([
            "a",
            "b",
        ]);
    });
});

describe("service states", () => {
    it("takes both shapes that Dockge answers with", () => {
        expect(toStates({ web: "running", db: [{ status: "exited", name: "db-1" }] })).toEqual({
            web: ["running"],
            db: ["exited"],
        });
    });
});

describe("rerun", () => {
    it("runs once more when it was asked for meanwhile, not twice", async () => {
        const ends: (() => void)[] = [];
        const rerun = createRerun(() => new Promise((resolve) => ends.push(resolve)));

        const running = rerun.start();
        void rerun.start();
        void rerun.start();
        ends[0]?.();
        await Promise.resolve();
        await Promise.resolve();
        ends[1]?.();
        await running;

        expect(ends).toHaveLength(2);
        expect(rerun.running()).toBe(false);
    });
});
