import { describe, expect, it } from "vitest";
import { asFailure, DeploymentFailure, endsCancelled } from "../../../../backend/cicd/core/failure.ts";
import { AppError } from "../../../../common/errors.ts";
import { deploymentErrorCodes } from "../../../../common/schema/deployment.ts";

const withCode = (code: string): Error => Object.assign(new Error(`${code}: /secret/path`), { code });

describe("anything thrown, as the end of a deployment", () => {
    it.each([
        ["a full disk", withCode("ENOSPC"), "disk_full"],
        ["a full quota", withCode("EDQUOT"), "disk_full"],
        ["another error of the system", withCode("EACCES"), "internal"],
        ["a bug", new TypeError("x is undefined"), "internal"],
        ["no error at all", "a text", "internal"],
        ["nothing", undefined, "internal"],
        ["an expected error that names its code", app("invalid", "commit_missing"), "commit_missing"],
        ["a full disk under the database", app("unavailable", "disk_full"), "disk_full"],
        ["an engine that is away", app("unavailable", "engine_unavailable"), "engine_unavailable"],
        ["something that is away", app("unavailable"), "remote_unavailable"],
        ["an expected error without a code", app("conflict"), "internal"],
        ["an expected error with an unknown code", app("invalid", "nonsense"), "internal"],
    ])("%s", (_, error, errorCode) => {
        expect(asFailure(error).errorCode).toBe(errorCode);
    });

    it("says nothing of an unknown error's inside, but keeps it for the server's log", () => {
        const error = withCode("EACCES");

        expect(asFailure(error).message).not.toContain("secret");
        expect(asFailure(error).cause).toBe(error);
    });

    it("keeps what it is already, and the words of expected errors", () => {
        const failure = new DeploymentFailure("unhealthy", "web exited.");

        expect(asFailure(failure)).toBe(failure);
        expect(asFailure(app("invalid", "branch_missing")).message).toBe("its own words");
    });
});

it("five codes end a deployment as cancelled, all others as failed", () => {
    const cancelled = deploymentErrorCodes.filter((code) => endsCancelled(new DeploymentFailure(code, "")));

    expect(cancelled).toEqual(["no_change", "superseded", "outdated", "cancelled", "pinned"]);
});

function app(code: "invalid" | "unavailable" | "conflict", errorCode?: string): AppError {
    return new AppError(code, "its own words", errorCode === undefined ? {} : { details: { errorCode } });
}
