import type { DeployedImage } from "../../../common/schema/deployment.ts";
import type { Variable } from "./build-config.ts";

/** A file or symlink of a release: path relative to the stack's directory, hash of its content (or of its target). */
export interface ReleaseFile {
    readonly path: string;
    readonly sha256: string;
    readonly executable: boolean;
}

/**
 * Everything that is needed to run exactly this version again. Kept under `releases/<deploymentId>/`: the files beside
 * `release.json`, the variables encrypted.
 */
export interface Release {
    readonly deploymentId: string;
    readonly stackId: string;
    readonly commitSha: string;
    readonly createdAt: string;
    /** Release 0: what ran before the repository was connected. */
    readonly initial: boolean;
    readonly files: readonly ReleaseFile[];
    /** The text of `compose.override.yaml`; undefined for a release 0 that had none. */
    readonly override?: string | undefined;
    readonly images: readonly DeployedImage[];
    readonly variables: readonly Variable[];
    /** The user's own override file, merged in last; kept so that later deployments merge it again. */
    readonly userOverride?: string | undefined;
    /** Every service of the compose files, those of inactive profiles too: such containers are not "gone". */
    readonly declaredServices: readonly string[];
    /** Service → hash of its rendered model, as applied; tells which services a later release changes. */
    readonly serviceHashes: Readonly<Record<string, string>>;
    readonly healthCheck: HealthCheck;
    /** The services that it starts; undefined until it is planned. */
    readonly services?: readonly ReleaseService[] | undefined;
    /** What applying it left behind; undefined until it was applied. */
    readonly applied?: AppliedRelease | undefined;
    /** What it became on machines over SSH, by the target's id; the fields above are those of this machine. */
    readonly machines?: Readonly<Record<string, ReleaseOnMachine>> | undefined;
}

/** What of a release is another one on every machine. */
export type ReleaseOnMachine = Pick<Release, "images" | "serviceHashes" | "services" | "applied"> & {
    /** Hash of the `.env` that was sent there, so that one that was edited there is told apart. */
    readonly sentEnvironmentHash?: string | undefined;
};

/** What a release wants of one service, images apart. */
export interface ReleaseService {
    readonly service: string;
    /** It is meant to end with exit code 0 rather than to stay up. */
    readonly oneShot: boolean;
    readonly replicas: number;
}

/** What was found when a release had been applied: how later changes by hand are told. */
export interface AppliedRelease {
    /** Service → Compose's own hash on its containers. Services that use another's network or volumes are left out. */
    readonly configHashes: Readonly<Record<string, string>>;
    /** Hash of the stack's `.env` at that time. */
    readonly environmentHash: string;
}

/** How a release proves that it is healthy. */
export interface HealthCheck {
    readonly path?: string | undefined;
    readonly service?: string | undefined;
    readonly port?: number | undefined;
    readonly timeoutSeconds: number;
}

/** Releases on disk. */
export interface ReleaseStore {
    /** Writes record and files (from `directory`) so that a crash leaves either all or nothing. */
    save(release: Release, directory: string): Promise<void>;
    /** Writes the record of a kept release anew, its files left as they are. */
    update(release: Release): Promise<void>;
    find(deploymentId: string): Promise<Release | undefined>;
    /** The directory that holds the release's files. */
    filesDirectory(deploymentId: string): string;
    /** Where the release's override lies, outside of its files. */
    overrideFile(deploymentId: string): string;
    /** The ids of all kept releases of a stack. */
    list(stackId: string): Promise<readonly string[]>;
    remove(deploymentId: string): Promise<void>;
}

/** The deployment whose release a row runs: its own, or for a rollback the restored one's. */
export function releaseId(record: { readonly id: string; readonly previousDeploymentId?: string | undefined }): string {
    return record.previousDeploymentId ?? record.id;
}
