import { errorMessage } from "../../../../common/errors.ts";
import type { PlannedArtifacts, PlannedJob } from "../../../../common/schema/pipeline-plan.ts";
import type { JobArtifacts } from "../../../../common/schema/pipeline-run.ts";
import { describeBytes } from "../../core/byte-size.ts";
import type { PackedFiles } from "../../core/job-archive.ts";
import type { JobFileLimits, JobFilePorts, JobFilesCall } from "./job-file-ports.ts";
import { noteUnreadable } from "./note-unreadable.ts";

interface KeepPorts extends Pick<JobFilePorts, "archives" | "files" | "clock"> {
    readonly artifacts: string;
    readonly limits: JobFileLimits;
}

interface KeepCall extends Omit<JobFilesCall, "sources"> {
    readonly archive: string;
    readonly succeeded: boolean;
}

/** Packs a job's artifacts where it has some for this end of it, and tells what became of them. */
export async function keepArtifacts(
    ports: KeepPorts,
    { artifacts }: Pick<PlannedJob, "artifacts">,
    call: KeepCall,
): Promise<JobArtifacts | undefined> {
    if (artifacts === undefined || !isWanted(artifacts, call.succeeded)) {
        return undefined;
    }
    try {
        const packed = await pack(ports, artifacts, call);
        if (packed === undefined) {
            call.onNote(`No artifacts: nothing fits ${artifacts.paths.join(", ")}`);
            return undefined;
        }
        noteUnreadable(packed, call.onNote);
        call.onNote(
            `Artifacts kept (${packed.files === 1 ? "1 file" : `${packed.files} files`}, ${describeBytes(packed.bytes)})`,
        );
        return view(packed, artifacts, ports.clock.now());
    } catch (error) {
        call.signal.throwIfAborted();
        call.onNote(`Artifacts are not kept: ${errorMessage(error)}`);
        return undefined;
    }
}

function isWanted({ when }: PlannedArtifacts, succeeded: boolean): boolean {
    return when === "always" || (when === "on_success") === succeeded;
}

async function pack(ports: KeepPorts, artifacts: PlannedArtifacts, call: KeepCall): Promise<PackedFiles | undefined> {
    await ports.files.makeDirectory(ports.artifacts);
    const { workspace, archive, signal } = call;
    const mostBytes = ports.limits.archiveBytes;
    return ports.archives.pack({ workspace, globs: artifacts.paths, archive, mostBytes, signal });
}

function view({ files, bytes, paths }: PackedFiles, { expireSeconds }: PlannedArtifacts, now: Date): JobArtifacts {
    const kept = { files, bytes, paths: [...paths] };
    return expireSeconds === null
        ? kept
        : { ...kept, expiresAt: new Date(now.getTime() + expireSeconds * 1000).toISOString() };
}
