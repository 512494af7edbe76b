import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A directory that is gone when the test ends. Call it inside a test. */
export async function temporaryDirectory(): Promise<string> {
    const directory = await mkdtemp(join(tmpdir(), "dockge-cicd-test-"));
    onTestFinished(() => rm(directory, { recursive: true, force: true, maxRetries: 3 }));
    return directory;
}
