import { z } from "zod";

/** Most entries that any list of a pipeline may hold. */
export const mostEntries = 100;

/** Text that can reach a program: no NUL, bounded. Messages of these schemas read `reason; way out`. */
export const PipelineText = z
    .string()
    .max(65_536, "is longer than 65,536 characters; move it into a file of the repository")
    .refine((text) => !text.includes("\0"), "holds a NUL character; leave that out");

/** A short name on one line: of a stage, a job, a service. */
export const PipelineName = z
    .string()
    .max(100, "is longer than 100 characters; give a shorter one")
    .regex(/^\S(?:.*\S)?$/u, "is no name; give a text on one line, without blanks at its ends")
    .refine((name) => !/\p{Cc}/u.test(name), "holds a control character; leave that out");

/** A path or glob below the workspace. */
export const PipelinePath = PipelineText.max(1024, "is longer than 1,024 characters; give a shorter path").refine(
    isInside,
    "leads out of the workspace; give a path below it, without a leading '/' and '..'",
);

/** An image as `docker pull` takes it; variables may stand in it. */
export const PipelineImage = PipelineText.max(512, "is longer than 512 characters; give a shorter one").regex(
    /^[A-Za-z0-9$]\S*$/,
    "is no image; give one such as node:20",
);

/** A program and its arguments, or one text for a program alone. */
export const PipelineCommand = z.union([PipelineText, z.array(PipelineText).max(mostEntries)]);

function isInside(path: string): boolean {
    return path !== "" && !path.startsWith("/") && !path.includes("\\") && !path.split("/").includes("..");
}
