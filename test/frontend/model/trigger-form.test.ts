import { describe, expect, it } from "vitest";
import { inputOf } from "../../../frontend/src/model/build-form.ts";
import { serverErrors } from "../../../frontend/src/model/field-errors.ts";
import {
    momentIn,
    ruleProblem,
    tidyForm,
    timeZones,
    triggerErrors,
    triggerForm,
    triggerInput,
} from "../../../frontend/src/model/trigger-form.ts";
import { buildConfig, repository } from "../support/page-fixtures.ts";

const build = inputOf(buildConfig);
const form = triggerForm(build, repository);

describe("the form of automatic deployments", () => {
    it("sends only the part that was changed, with everything else as it was", () => {
        expect(triggerInput(form, build, repository)).toEqual({ build: undefined, repository: undefined });

        const tagged = triggerInput({ ...form, autoDeployTags: ["v.+"] }, build, repository);
        expect(tagged.repository).toBeUndefined();
        expect(tagged.build).toMatchObject({ autoDeployTags: ["v.+"], composePath: "deploy/compose.yaml" });

        const polled = triggerInput({ ...form, autoSync: true, pollMinutes: 1.5 }, build, repository);
        expect(polled.build).toBeUndefined();
        expect(polled.repository).toMatchObject({ autoSync: true, pollIntervalSeconds: 90, url: repository.url });
        expect(polled.repository).not.toHaveProperty("credentials");
    });

    it("keeps stored secrets, whose values it does not know", () => {
        const { environmentVariables } = triggerInput({ ...form, schedule: "@daily" }, build, repository).build ?? {};

        expect(environmentVariables).toContainEqual({ name: "DATABASE_PASSWORD", secret: true });
    });

    it.each([
        [0.5, undefined],
        [1440, undefined],
        [0.4, "bad"],
        [0, "bad"],
        [1441, "bad"],
        ["", "bad"],
    ] as const)("takes %s minutes, or says what is wrong: %s", (pollMinutes, problem) => {
        const input = triggerInput({ ...form, pollMinutes }, build, repository);
        expect(triggerErrors(input, "bad")["pollIntervalSeconds"]).toBe(problem);
    });

    it("rounds to what the server can store", () => {
        const tidy = tidyForm({ ...form, schedule: " @daily ", pollMinutes: 1.01 });
        expect(tidy.schedule).toBe("@daily");
        expect(triggerForm(build, { ...repository, pollIntervalSeconds: 61 }).pollMinutes).toBe(tidy.pollMinutes);
    });

    it.each([
        ["v[0-9.]+", undefined],
        ["release/.{1,3}", undefined],
        ["v[0-9", "not a valid regular expression"],
        ["*", "not a valid regular expression"],
    ])("knows of the rule %s: %s", (rule, problem) => {
        expect(ruleProblem(rule)).toBe(problem);
    });

    it("tells a moment by the schedule's clock", () => {
        const moment = "2031-07-06T02:00:00.000Z";
        expect(momentIn(moment, "Europe/Berlin", "en")).toMatch(/Sunday.*July 6.*2031.*04:00 AM GMT\+2/);
        expect(momentIn(moment, "UTC", "en")).toMatch(/02:00 AM UTC/);
        expect(momentIn(moment, "Mars/Olympus", "en")).toContain("2031");
    });

    it("offers UTC first, and a zone that only the server knows", () => {
        expect(timeZones("")[0]).toBe("UTC");
        expect(timeZones("")).toContain("Europe/Berlin");
        expect(timeZones("Mars/Olympus").at(-1)).toBe("Mars/Olympus");
        expect(new Set(timeZones("UTC")).size).toBe(timeZones("UTC").length);
    });
});

describe("what the server says about a field", () => {
    const fields = ["schedule", "autoDeployTags", "credentials"];

    it.each([
        ['schedule: "x" is no cron expression', { schedule: '"x" is no cron expression' }],
        ["autoDeployTags.2: takes endless time", { autoDeployTags: "Takes endless time" }],
        ["credentials.privateKey: is not a whole key", { credentials: "Is not a whole key" }],
        ["url: there is nothing", {}],
        ["The engine is away.", {}],
    ])("%s", (message, errors) => {
        expect(serverErrors(message, fields)).toEqual(errors);
    });
});
