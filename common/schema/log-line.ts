import { z } from "zod";
import { DeploymentPhase } from "./deployment.ts";
import { Timestamp } from "./timestamp.ts";

/** One line of a deployment's log. `seq` counts from 1 without a gap. */
export const LogLine = z.object({
    seq: z.int().positive(),
    time: Timestamp,
    stream: z.enum(["stdout", "stderr", "system"]),
    phase: DeploymentPhase,
    job: z.string().optional(),
    text: z.string(),
});
export type LogLine = z.infer<typeof LogLine>;

/** Which lines a viewer wants: after a number it has, or before one, or (neither) the newest. */
export const LogRange = z.strictObject({
    afterSeq: z.int().min(0).optional(),
    beforeSeq: z.int().min(1).optional(),
    limit: z.int().min(1).max(2000).default(2000),
});
export type LogRange = z.infer<typeof LogRange>;
