import { expect, it } from "vitest";
import { gitFailure } from "../../../../../backend/cicd/adapters/git/failures.ts";

it.each([
    "fatal: write error: No space left on device",
    "fatal: sha1 file '/data/index.lock' write error. Out of diskspace",
    "error: unable to write file f0",
    "fatal: unable to write loose file",
])("git without room on the disk says that it is full: %s", (words) => {
    expect(gitFailure(words)).toMatchObject({ code: "unavailable", details: { errorCode: "disk_full" } });
});
