import { describe, expect, it } from "vitest";
import { type GivenToJob, taskOf } from "../../../../backend/cicd/pipeline/job-task.ts";
import { mustPlan } from "../../../support/pipeline-text.ts";

const given: GivenToJob = {
    ...{ runId: "run", jobId: "job", attempt: 2, workspace: "/data/workspace", pullPolicy: "missing" },
    loginFor: () => undefined,
    timeoutSeconds: 600,
    variables: {},
    reserved: {},
    engineSocketAllowed: false,
};

async function plannedJob(text: string) {
    const [job] = (await mustPlan(`stages: [test]\nunit:\n  image: node:20\n  script: npm test\n${text}`)).jobs;
    if (job === undefined) {
        throw new Error("the plan has no job");
    }
    return job;
}

describe("the task of a job", () => {
    it("says what the file leaves open", async () => {
        const task = taskOf(await plannedJob(""), given);

        expect(task).toMatchObject({
            ...{ runId: "run", jobId: "job", attempt: 2, name: "unit", image: "node:20", workspace: "/data/workspace" },
            ...{ environment: {}, services: [], timeoutSeconds: 600, engineSocket: false },
            limits: { processes: 4096 },
        });
        expect(task.script).toContain("npm test");
    });

    it("says what the file says", async () => {
        const job = await plannedJob(
            "  working_directory: app\n  user: 1000\n  entrypoint: [tini, --]\n  resources: { cpu: 500m, memory: 1g }",
        );

        expect(taskOf(job, given)).toMatchObject({
            ...{ workingDirectory: "app", user: "1000", entrypoint: ["tini", "--"] },
            limits: { cpus: 0.5, memoryBytes: 1024 ** 3 },
        });
    });

    it.each([
        ["  timeout: 10s", 10],
        ["  timeout: 1h", 600],
    ])("bounds the time of a job (%s)", async (text, seconds) => {
        expect(taskOf(await plannedJob(text), given).timeoutSeconds).toBe(seconds);
    });

    it("lets variables of the job win over those of the stack, and the server's over all", async () => {
        const job = await plannedJob("  variables: { A: job, CI: no }");
        const { environment } = taskOf(job, {
            ...given,
            variables: { A: "stack", B: "stack", CI: "maybe" },
            reserved: { CI: "true" },
        });

        expect(environment).toEqual({ A: "job", B: "stack", CI: "true" });
    });

    it("puts the stack's variables into those of the job and of its services", async () => {
        const job = await plannedJob(
            [
                "  variables: { URL: 'db://app:$PASSWORD@db', PRICE: 5$$PASSWORD, OTHER: $NONE }",
                "  services: { db: { image: postgres:16, variables: { POSTGRES_PASSWORD: $PASSWORD, RAW: $$PASSWORD } } }",
            ].join("\n"),
        );
        const { environment, services } = taskOf(job, { ...given, variables: { PASSWORD: "a$b" } });

        expect(environment).toEqual({
            PASSWORD: "a$b",
            URL: "db://app:a$b@db",
            PRICE: "5$PASSWORD",
            OTHER: "$NONE",
        });
        expect(services).toMatchObject([{ name: "db", environment: { POSTGRES_PASSWORD: "a$b", RAW: "$PASSWORD" } }]);
    });

    it("says which job makes too long a text", async () => {
        const job = await plannedJob("  variables: { A: $LONG$LONG }");

        expect(() => taskOf(job, { ...given, variables: { LONG: "x".repeat(40_000) } })).toThrow(
            "variables: those of the job unit make a text longer than 65,536 characters; put less into each other",
        );
    });

    it("gives the engine's socket only where an admin allows it", async () => {
        const job = await plannedJob("  docker: true");

        expect(taskOf(job, { ...given, engineSocketAllowed: true }).engineSocket).toBe(true);
        expect(taskOf(await plannedJob(""), { ...given, engineSocketAllowed: true }).engineSocket).toBe(false);
        expect(() => taskOf(job, given)).toThrow(/the job unit asks for the engine's socket, .*; leave docker out/);
    });
});
