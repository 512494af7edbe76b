import { z } from "zod";
import { PipelineText } from "./pipeline-text.ts";

const VariableName = z
    .string()
    .regex(
        /^[A-Za-z_][A-Za-z0-9_]{0,254}$/,
        "is no name of a variable; use letters, digits and _, not starting with a digit",
    );

/** A single value as YAML writes it; it reaches a job as the text that stands in the file. */
export const PipelineValue = z.union([PipelineText, z.number(), z.boolean()]);
export type PipelineValue = z.infer<typeof PipelineValue>;

/** Environment variables by name. */
export const PipelineVariables = z
    .record(VariableName, PipelineValue)
    .refine((variables) => Object.keys(variables).length <= 200, "has more than 200 variables; use fewer");
export type PipelineVariables = z.infer<typeof PipelineVariables>;

/** Lists of values by variable: a job runs once for every combination. */
const MatrixAxes = z
    .record(VariableName, z.union([PipelineValue, z.array(PipelineValue).min(1, "has no values; list at least one")]))
    .refine((axes) => Object.keys(axes).length <= 20, "has more than 20 variables; use fewer");

/** A matrix, or several whose jobs come one after the other. */
export const PipelineMatrix = z.union([
    MatrixAxes,
    z.array(MatrixAxes).min(1, "is empty; list at least one set of variables, or leave it out"),
]);
export type PipelineMatrix = z.infer<typeof PipelineMatrix>;
