import { z } from "zod";

export const serviceHealthStates = [
    "waiting",
    "created",
    "starting",
    "running",
    "healthy",
    "unhealthy",
    "restarting",
    "paused",
    "exited",
    "completed",
] as const;
/** `waiting`: has no container yet; `running`: without a health check; `completed`: a one-shot service that ended well. */
export const ServiceHealthState = z.enum(serviceHealthStates);
export type ServiceHealthState = z.infer<typeof ServiceHealthState>;

/** How far one service of a release has come. Of several containers the one that is waited for, or failed, counts. */
export const ServiceProgress = z.object({
    service: z.string(),
    state: ServiceHealthState,
    verdict: z.enum(["healthy", "waiting", "failed"]),
    /** Why it is not healthy, in words; "" where it is. */
    reason: z.string(),
    /** Containers that are there, and how many are wanted. */
    containers: z.int(),
    wanted: z.int(),
    /** How often its restart policy has started it again. */
    restarts: z.int(),
    /** The last result of its health check. */
    check: z.object({ exitCode: z.int(), output: z.string() }).optional(),
    /** How long it has been in this state, as far as was seen. */
    seconds: z.number(),
});
export type ServiceProgress = z.infer<typeof ServiceProgress>;

/** What verifying a deployment saw last. Kept in memory while it runs, and a while longer; never stored. */
export const DeploymentHealth = z.object({
    deploymentId: z.string(),
    stackName: z.string(),
    /** The machine's name, where it is not this one. */
    machine: z.string().optional(),
    services: z.array(ServiceProgress),
    /** The answer to `healthCheckPath`; "" where nothing has answered yet. */
    httpCheck: z.object({ url: z.string(), answer: z.string(), good: z.boolean() }).optional(),
    /** How long everything has been healthy, and how long it has to be. */
    stable: z.object({ seconds: z.number(), wanted: z.number() }).optional(),
    /** Whether this is the last look. */
    ended: z.boolean(),
});
export type DeploymentHealth = z.infer<typeof DeploymentHealth>;
