import { z } from "zod";
import { TriggerType } from "./deployment.ts";
import { mostEntries } from "./pipeline-text.ts";
import { PipelineVariables } from "./pipeline-variables.ts";

/** When a job starts, seen from the jobs that it waits for. */
export const JobWhen = z.enum(["on_success", "on_failure", "always", "manual"]);
export type JobWhen = z.infer<typeof JobWhen>;

/** A glob such as `release/*`, a regular expression between slashes such as `/^v\d+$/`; `!` before it turns it round. */
const Pattern = z
    .string()
    .min(1, "is empty; give a name or a pattern")
    .max(255, "is longer than 255 characters; give a shorter pattern");
const Patterns = z.union([Pattern, z.array(Pattern).min(1, "is empty; give at least one pattern").max(mostEntries)]);
export type PipelinePatterns = z.infer<typeof Patterns>;

/** All that a rule names must fit; the first rule that fits decides. */
export const PipelineRule = z.strictObject({
    branch: Patterns.optional().describe("Globs or /regular expressions/ over the branch's name."),
    tag: Patterns.optional().describe("Globs or /regular expressions/ over the tag's name."),
    path: Patterns.optional().describe("Globs; fits where any changed file does."),
    trigger: z.union([TriggerType, z.array(TriggerType).min(1, "is empty; give at least one")]).optional(),
    when: z
        .enum([...JobWhen.options, "never"])
        .optional()
        .describe("In the place of the job's own; never leaves the job out."),
    allow_failure: z.boolean().optional(),
    variables: PipelineVariables.optional(),
});
export type PipelineRule = z.infer<typeof PipelineRule>;
