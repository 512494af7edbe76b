import { z } from "zod";
import { PipelineDuration } from "./pipeline-duration.ts";
import { PipelineCommand, PipelineImage } from "./pipeline-text.ts";
import { PipelineVariables } from "./pipeline-variables.ts";

/** The name that a service is reached by in the job's network. */
const ServiceName = z
    .string()
    .regex(
        /^[a-z0-9](?:[a-z0-9_.-]{0,61}[a-z0-9])?$/i,
        "is no host name; use letters, digits, '-', '.' and '_', at most 63",
    );

const Health = z.strictObject({
    command: PipelineCommand.describe("Run in the service's container; it is healthy once this ends with 0."),
    interval: PipelineDuration.optional().describe("How often it is run; 2s."),
    timeout: PipelineDuration.optional().describe("How long the service may take to become healthy; 60s."),
});

const ServiceFields = z.strictObject({
    image: PipelineImage,
    variables: PipelineVariables.optional(),
    command: PipelineCommand.optional().describe("In the place of the image's own command."),
    entrypoint: PipelineCommand.optional(),
    health: Health.optional().describe("In the place of the image's own health check."),
});

const NamedService = ServiceFields.extend({
    name: ServiceName.optional().describe("The host name; without it the last part of the image's name."),
});

const tooMany = "are more than 20; start fewer";

/** Services beside a job: by name, or a list. They are waited for until they are healthy. */
export const PipelineServices = z.union([
    z
        .record(ServiceName, z.union([PipelineImage, ServiceFields]))
        .refine((services) => Object.keys(services).length <= 20, tooMany),
    z.array(z.union([PipelineImage, NamedService])).max(20, tooMany),
]);
export type PipelineServices = z.infer<typeof PipelineServices>;
