import { z } from "zod";
import { PipelineArtifacts } from "./pipeline-artifacts.ts";
import { PipelineCache } from "./pipeline-cache.ts";
import { PipelineTimeout } from "./pipeline-duration.ts";
import { PipelineNeed } from "./pipeline-need.ts";
import { PipelineResources } from "./pipeline-resources.ts";
import { PipelineRetry } from "./pipeline-retry.ts";
import { JobWhen, PipelineRule } from "./pipeline-rule.ts";
import { PipelineScript, SideScript } from "./pipeline-script.ts";
import { PipelineServices } from "./pipeline-service.ts";
import { mostEntries, PipelineCommand, PipelineImage, PipelineName, PipelineText } from "./pipeline-text.ts";
import { PipelineMatrix, PipelineVariables } from "./pipeline-variables.ts";

const WorkingDirectory = PipelineText.min(1, "is empty; give a folder, or leave it out")
    .max(1024, "is longer than 1,024 characters; give a shorter path")
    .refine((path) => !path.split("/").includes(".."), "holds '..'; give a path without it");

const User = z.union([
    z.int().min(0),
    z
        .string()
        .regex(/^[A-Za-z0-9_][\w.-]{0,63}(?::[A-Za-z0-9_][\w.-]{0,63})?$/, "is no user; give 1000, 1000:1000 or node"),
]);

/** What holds for every job that does not say otherwise, at the top of the file. */
export const PipelineDefaults = z.strictObject({
    image: PipelineImage.optional().describe("The image that the job's container is made of."),
    before_script: SideScript.optional().describe("Commands before the script, in the same shell."),
    after_script: SideScript.optional().describe(
        "Commands after the script, also when it failed, in a shell of their own.",
    ),
    variables: PipelineVariables.optional().describe("Environment variables; the job's own win."),
    services: PipelineServices.optional().describe("Containers beside the job, reached by their names."),
    cache: PipelineCache.optional().describe("Folders that the next run finds again."),
    timeout: PipelineTimeout.optional().describe(
        "How long a job may run, each time; bounded by the stack's own timeout.",
    ),
    retry: PipelineRetry.optional().describe("How often a failed job is run again; 0."),
    resources: PipelineResources.optional().describe("The most that the job's container may use."),
});
export type PipelineDefaults = z.infer<typeof PipelineDefaults>;

/** One job as it stands in the file. */
export const PipelineJob = PipelineDefaults.extend({
    stage: PipelineName.optional().describe("One of the stages; test where there is such a stage."),
    script: PipelineScript.describe("Shell commands; the first that fails ends the job."),
    needs: z
        .array(PipelineNeed)
        .max(mostEntries, "has more than 100 entries; wait for a stage instead")
        .optional()
        .describe("Jobs that are waited for, in the place of all jobs of earlier stages; [] waits for none."),
    artifacts: PipelineArtifacts.optional().describe("Files that are kept and handed to later jobs."),
    rules: z
        .array(PipelineRule)
        .min(1, "is empty; give at least one rule, or leave it out")
        .max(mostEntries)
        .optional()
        .describe("Whether the job runs at all; the first rule that fits decides, and where none fits it does not."),
    when: JobWhen.optional().describe("Seen from the jobs that it waits for; on_success."),
    allow_failure: z.boolean().optional().describe("Whether the pipeline goes on when it fails; true for manual jobs."),
    matrix: PipelineMatrix.optional().describe("Lists of values by variable; the job runs for each combination."),
    working_directory: WorkingDirectory.optional().describe("The folder the script starts in, below the workspace."),
    entrypoint: PipelineCommand.optional().describe("In the place of the image's own."),
    user: User.optional().describe("The user that the script runs as; the image's own."),
    docker: z
        .boolean()
        .optional()
        .describe("Puts the engine's own socket into the container, where an admin allows that for the stack; false."),
});
export type PipelineJob = z.infer<typeof PipelineJob>;
