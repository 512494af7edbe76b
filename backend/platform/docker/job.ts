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
    /** Directory on the engine's machine, mounted at `workspaceTarget`, which is the working directory too. */
    readonly workspace: string;
    readonly workspaceTarget: string;
    /** `uid:gid` */
    readonly user: string;
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
        WorkingDir: spec.workspaceTarget,
        HostConfig: {
            Mounts: [{ Type: "bind", Source: spec.workspace, Target: spec.workspaceTarget }],
            Init: true,
            SecurityOpt: ["no-new-privileges"],
        },
    };
}
