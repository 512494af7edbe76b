import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, it } from "vitest";
import { isLocalRunAlive, newLocalRunId } from "../../../backend/cli/local-run-id.ts";

it("tells the runs of this process from those of one that has ended", async () => {
    const id = await newLocalRunId("0123456789ab");
    const child = spawn(process.execPath, ["-e", ""]);
    await once(child, "exit");
    const ended = id.replace(`-${process.pid}-`, `-${child.pid}-`);

    expect(id).toMatch(new RegExp(`^0123456789ab-${process.pid}-\\d+-[0-9a-f]{8}$`));
    expect(await isLocalRunAlive(id)).toBe(true);
    expect(await isLocalRunAlive(ended)).toBe(false);
});

it("is not misled by a process that has got the id of one that ended", async () => {
    const id = await newLocalRunId("0123456789ab");
    const earlier = id.replace(/-\d+-([0-9a-f]{8})$/, "-1-$1");

    expect(await isLocalRunAlive(earlier)).toBe(false);
    expect(await isLocalRunAlive("of-something-else")).toBe(false);
});
