import type { PipelineMistake } from "../../../common/schema/pipeline-mistake.ts";
import type { CheckedJob } from "./job-source.ts";
import { placeAt } from "./located.ts";
import { whyNotAPattern } from "./match-pattern.ts";
import { mistakeAt } from "./mistake.ts";

/** Patterns of a job's rules that are no regular expressions, or would take long. */
export function checkPatterns({ name, node, spec }: CheckedJob): readonly PipelineMistake[] {
    return (spec.rules ?? []).flatMap((rule, index) =>
        (["branch", "tag", "path"] as const).flatMap((key) => {
            const given = rule[key] ?? [];
            return [given].flat().flatMap((pattern, item) => {
                const reason = whyNotAPattern(pattern);
                const path = ["rules", index, key, ...(Array.isArray(given) ? [item] : [])];
                const message = `${name}.rules[${index + 1}].${key}: ${pattern} ${reason ?? ""}`;
                return reason === undefined ? [] : [mistakeAt(placeAt(node, path), message, "give a simpler pattern")];
            });
        }),
    );
}
