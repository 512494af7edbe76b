import { describe, expect, it } from "vitest";
import { runTitle } from "../../../frontend/src/model/run-title.ts";

describe("what a run is called by", () => {
    it.each([
        ["fix: a\n\nbecause", "running", "fix: a", "deployment.noMessage"],
        ["", "success", undefined, "deployment.noMessage"],
        [undefined, "failed", undefined, "deployment.noMessage"],
        [undefined, "pending", undefined, "pipeline.notFetched"],
    ] as const)("message %j while %s", (commitMessage, status, text, otherwise) => {
        expect(runTitle({ commitMessage, status })).toEqual({ text, otherwise });
    });
});
