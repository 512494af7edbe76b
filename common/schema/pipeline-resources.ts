import { z } from "zod";

const powers: Readonly<Record<string, number>> = { "": 0, b: 0, k: 1, m: 2, g: 3, t: 4 };
const leastMemory = 6 * 1024 ** 2;
const memoryHint = "give a size such as 512m or 2g";

const Memory = z
    .union([
        z.int().positive(`is no size; ${memoryHint}`),
        z.string().regex(/^\d{1,15}(?:\.\d{1,3})? ?(?:b|[kmgt](?:i?b)?)?$/i, `is no size; ${memoryHint}`),
    ])
    .refine((memory) => bytesOf(memory) >= leastMemory, `is less than 6 MB; ${memoryHint}`);

const Cpu = z
    .union([z.number(), z.string().regex(/^\d{1,6}(?:\.\d{1,3})?$|^\d{1,9}m$/, "is no number; give 0.5, 2 or 500m")])
    .refine((cpu) => cpusOf(cpu) >= 0.01 && cpusOf(cpu) <= 1024, "is out of range; give from 0.01 to 1024 processors");

/** The most that a job may use of the machine. */
export const PipelineResources = z.strictObject({
    cpu: Cpu.optional().describe("Processors: 0.5, 2, or thousandths as 500m."),
    memory: Memory.optional().describe("Bytes, or a size such as 512m or 2g (powers of 1024)."),
});
export type PipelineResources = z.infer<typeof PipelineResources>;

/** Bytes of a valid size. */
export function bytesOf(memory: string | number): number {
    const [, count = "0", unit = ""] = /^([\d.]+) ?([a-z]?)/.exec(String(memory).toLowerCase()) ?? [];
    return Math.floor(Number(count) * 1024 ** (powers[unit] ?? 0));
}

/** Processors of a valid amount. */
export function cpusOf(cpu: string | number): number {
    const text = String(cpu);
    return text.endsWith("m") ? Number(text.slice(0, -1)) / 1000 : Number(text);
}
