import type Dockerode from "dockerode";
import { ExitStatus } from "./answers.ts";
import { call } from "./call.ts";
import type { OutputStream } from "./demux.ts";
import { toAppError } from "./errors.ts";
import { createOutputLines } from "./output.ts";

export interface JobSpec {
    readonly image: string;
    readonly argv: readonly [string, ...string[]];
    readonly environment: Readonly<Record<string, string>>;
    readonly labels: Readonly<Record<string, string>>;
    /** A directory of the engine's machine and where it is mounted, which is the working directory too. */
    readonly workspace?: { readonly source: string; readonly target: string } | undefined;
    /** `uid:gid` */
    readonly user: string;
    /** The engine's machine's own network instead of one for containers. */
    readonly inHostNetwork?: boolean;
    /** The engine removes it at its end, whoever is still there; its exit code is lost then. */
    readonly removesItself?: boolean;
}

export interface DockerJobs {
    /** Makes a container and answers its id. Throws AppError `not_found` where the image is missing. */
    create(spec: JobSpec): Promise<string>;
    /** Hands on the output's lines; the answer resolves when the output has ended. Call before `start`. */
    follow(
        id: string,
        onLine: (stream: OutputStream, line: string) => void,
    ): Promise<{ readonly ended: Promise<void> }>;
    start(id: string): Promise<void>;
    /** The exit code, however long it takes. */
    wait(id: string): Promise<number>;
}

export function dockerJobs(docker: Dockerode): DockerJobs {
    return {
        async create(spec) {
            const container = await call((abortSignal) => docker.createContainer({ ...describe(spec), abortSignal }));
            return container.id;
        },
        async follow(id, onLine) {
            const stream = await call(() =>
                docker.getContainer(id).attach({ stream: true, stdout: true, stderr: true }),
            );
            const lines = createOutputLines(false, onLine);
            stream.on("data", (chunk: Buffer) => lines.push(chunk));
            const ended = new Promise<void>((resolve) => {
                stream.once("close", resolve);
                stream.once("end", resolve);
                stream.once("error", () => resolve());
            });
            return { ended: ended.then(() => lines.end()) };
        },
        async start(id) {
            await call((abortSignal) => docker.getContainer(id).start({ abortSignal }));
        },
        async wait(id) {
            try {
                const status: unknown = await docker.getContainer(id).wait();
                return ExitStatus.parse(status).StatusCode;
            } catch (error) {
                throw toAppError(error);
            }
        },
    };
}

/** `Mounts` (unlike `Binds`) refuses a missing directory; the image's entrypoint gives way to the program. */
function describe(spec: JobSpec): Dockerode.ContainerCreateOptions {
    const [program, ...args] = spec.argv;
    return {
        Image: spec.image,
        Entrypoint: [program],
        Cmd: args,
        Env: Object.entries(spec.environment).map(([name, value]) => `${name}=${value}`),
        Labels: { ...spec.labels },
        User: spec.user,
        ...(spec.workspace && { WorkingDir: spec.workspace.target }),
        HostConfig: {
            Mounts: spec.workspace
                ? [{ Type: "bind", Source: spec.workspace.source, Target: spec.workspace.target }]
                : [],
            ...(spec.inHostNetwork === true && { NetworkMode: "host" }),
            AutoRemove: spec.removesItself === true,
            Init: true,
            SecurityOpt: ["no-new-privileges"],
        },
    };
}
