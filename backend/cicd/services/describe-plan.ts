import type { Plan } from "../compose/plan.ts";
import type { StackFilesChange } from "./write-stack-files.ts";

/** A plan in words, for the log: one line per service and kind of file change. */
export function describePlan(plan: { readonly services: Plan; readonly files: StackFilesChange }): readonly string[] {
    const services = plan.services.services.map(({ service, action, reasons }) =>
        action === "none" ? `  ${service}: unchanged` : `  ${service}: ${action} (${reasons.join(", ")})`,
    );
    const removed = plan.services.removed.map(({ service }) => `  ${service}: remove (gone from the compose file)`);
    const first = plan.services.removeFirst.map(({ name, reason }) => `  container ${name}: remove (${reason})`);
    return [
        "What will change:",
        ...services,
        ...removed,
        ...first,
        ...plan.services.stopFirst.map(({ name, reason }) => `  container ${name}: stop first (${reason})`),
        ...fileLine("files written", plan.files.written),
        ...fileLine("files removed", plan.files.removed),
        ...fileLine("kept a copy of, because their content was not ours", plan.files.replaced),
        ...fileLine("left alone, because they were edited here", plan.files.left),
    ];
}

function fileLine(what: string, paths: readonly string[]): readonly string[] {
    if (paths.length === 0) {
        return [];
    }
    const shown = paths.slice(0, 10).join(", ");
    return [`  ${what}: ${paths.length > 10 ? `${shown} and ${paths.length - 10} more` : shown}`];
}
