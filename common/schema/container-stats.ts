import { z } from "zod";
import { Timestamp } from "./timestamp.ts";

/** What a container of a stack uses at one moment. */
export const ContainerStats = z.object({
    container: z.string(),
    service: z.string(),
    /** Of one core: 200 are two cores. */
    cpuPercent: z.number(),
    memoryBytes: z.number(),
    /** The machine's memory where the container has no limit. */
    memoryLimitBytes: z.number(),
    receivedBytes: z.number(),
    sentBytes: z.number(),
});
export type ContainerStats = z.infer<typeof ContainerStats>;

/** A stack's containers at one moment. */
export const StackStats = z.object({ stackName: z.string(), time: Timestamp, containers: z.array(ContainerStats) });
export type StackStats = z.infer<typeof StackStats>;
