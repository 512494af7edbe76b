import { join } from "node:path";
import { GIT_LFS_PACKAGES, ensurePackages } from "../../extra/testbed/packages.ts";
import { testbedPaths } from "../../extra/testbed/paths.ts";

/** A folder with the program `git-lfs`, unpacked in the test bed: to be put in front of a PATH. */
export async function gitLfsFolder(): Promise<string> {
    const root = await ensurePackages(testbedPaths(), GIT_LFS_PACKAGES, () => undefined);
    return join(root, "usr/bin");
}
