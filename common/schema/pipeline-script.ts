import { z } from "zod";
import { PipelineText } from "./pipeline-text.ts";

const Line = PipelineText.regex(/\S/, "is empty; give a command, or leave it out");
const Lines = z
    .array(z.union([Line, z.array(Line).min(1, "is empty; give a command, or leave it out")]))
    .max(1000, "has more than 1,000 commands; move them into a file of the repository");

/** Shell commands: one text, or a list. A list may hold lists, so that an anchor can stand in it. */
export const PipelineScript = z.union([Line, Lines.min(1, "is empty; give at least one command")]);

/** Commands beside a script; an empty list takes those of the file's top away. */
export const SideScript = z.union([Line, Lines]);
export type SideScript = z.infer<typeof SideScript>;
