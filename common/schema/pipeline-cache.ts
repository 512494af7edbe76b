import { z } from "zod";
import { mostEntries, PipelinePath, PipelineText } from "./pipeline-text.ts";

/** Only what lies in the workspace outlives a job's container. */
const CachePath = PipelineText.refine(
    (path) => !/^[/~]/.test(path),
    "leads out of the workspace; set HOME, or the tool's own variable such as npm_config_cache, to a folder of the workspace, and give that",
).pipe(PipelinePath);

const Cache = z.strictObject({
    key: PipelineText.min(1, "is empty; give a text, or leave it out")
        .max(250, "is longer than 250 characters; give a shorter one")
        .optional()
        .describe("Jobs with the same key share the cache; variables may stand in it; the job's name."),
    paths: z.array(CachePath).min(1, "is empty; give at least one path").max(mostEntries),
});

/** Folders of the workspace that the next run finds again; an empty list takes those of the file's top away. */
export const PipelineCache = z.union([Cache, z.array(Cache).max(10, "has more than 10 entries; use fewer")]);
export type PipelineCache = z.infer<typeof PipelineCache>;
