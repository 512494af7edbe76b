import type { JobArchives } from "../../core/job-archive.ts";
import { pack } from "./pack.ts";
import { unpack, type UnpackLimits } from "./unpack.ts";

const usual: UnpackLimits = { mostBytes: 4 * 1024 ** 3, mostEntries: 1_000_000 };

/** Archives in the tar format, read and written entry by entry, so that nothing is reached through what lies in a workspace. */
export function createJobArchives(limits: Partial<UnpackLimits> = {}): JobArchives {
    return { pack, unpack: (input) => unpack({ ...usual, ...limits }, input) };
}
