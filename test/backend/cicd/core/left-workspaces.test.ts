import { expect, it } from "vitest";
import { leftWorkspaces } from "../../../../backend/cicd/core/left-workspaces.ts";

const now = new Date("2026-06-02T12:00:00.000Z");

function workspace(name: string, modifiedAt: string) {
    return { name, modifiedAt, bytes: 0, isDirectory: true };
}

it("are older than a day, and of no deployment that is active", () => {
    const all = [
        workspace("web-111111111111-d1", "2026-06-01T11:00:00.000Z"),
        workspace("web-222222222222-d2", "2026-06-01T11:00:00.000Z"),
        workspace("web-333333333333-d3", "2026-06-02T11:00:00.000Z"),
    ];
    expect(leftWorkspaces(all, ["d2"], now).map(({ name }) => name)).toEqual(["web-111111111111-d1"]);
});
