import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mustRun, run } from "../testbed/command.ts";
import { ensureImages } from "../testbed/images.ts";
import { BUSYBOX_PACKAGES, busyboxProgram, ensurePackages } from "../testbed/packages.ts";
import { testbedPaths } from "../testbed/paths.ts";
import { TestbedUnavailable } from "../testbed/unavailable.ts";

const baseImage = "cicd/busybox:1";

/** Makes the base images on the user's own engine; where this machine has no parts for them, from the public one. */
export async function ensureOwnImages(say: (text: string) => void): Promise<void> {
    const work = await mkdtemp(join(tmpdir(), "cicd-images-"));
    try {
        const busybox = busyboxProgram(await ensurePackages(testbedPaths(), BUSYBOX_PACKAGES, say));
        await ensureImages({ docker: "docker", env: {}, plainNames: false }, busybox, work);
    } catch (error) {
        if (!(error instanceof TestbedUnavailable)) {
            throw error;
        }
        await pullBaseImage(error);
    } finally {
        await rm(work, { recursive: true, force: true });
    }
}

async function pullBaseImage(reason: TestbedUnavailable): Promise<void> {
    if ((await run("docker", ["image", "inspect", baseImage])).ok) {
        return;
    }
    if (!(await run("docker", ["pull", "busybox:1"])).ok) {
        throw reason;
    }
    await mustRun("docker", ["tag", "busybox:1", baseImage]);
}
