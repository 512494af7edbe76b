import { expect, it } from "vitest";
import { explainExit } from "../../../../backend/cicd/compose/exit-reason.ts";

it.each([
    [1, false, "exited with code 1"],
    [126, false, "exited with code 126 (its command cannot be executed"],
    [127, false, "exited with code 127 (its command was not found"],
    [137, false, "exited with code 137 (it was killed"],
    [137, true, "exited with code 137 (out of memory"],
    [1, true, "exited with code 1 (out of memory"],
    [139, false, "exited with code 139 (it crashed"],
    [143, false, "exited with code 143 (it was asked to end"],
] as const)("an end with %i (out of memory: %s) is explained: %s", (exitCode, oomKilled, words) => {
    expect(explainExit({ exitCode, oomKilled })).toContain(words);
});
