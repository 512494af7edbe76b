import { expect, it } from "vitest";
import { closest } from "../../../../backend/cicd/pipeline/closest.ts";

it.each([
    ["scirpt", "script"],
    ["Stages", "stages"],
    ["stage", "stages"],
    ["imgae", "image"],
    ["before-script", "before_script"],
    ["whatever", undefined],
    ["", undefined],
])("%j is most like %s", (name, wanted) => {
    expect(closest(name, ["script", "stages", "image", "before_script"])).toBe(wanted);
});
