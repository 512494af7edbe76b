import { GitRef } from "../../common/schema/git-ref.ts";
import { TriggerType } from "../../common/schema/deployment.ts";
import { type CommandLine, UsageError } from "./command.ts";

/** The flags that say what a pipeline's rules are asked for. */
export const contextFlags = {
    branch: { type: "string", help: "Branch that its rules are asked for (main)" },
    tag: { type: "string", help: "Tag that its rules are asked for, in the place of a branch" },
    trigger: { type: "string", help: `What starts it: ${TriggerType.options.join(", ")} (webhook)` },
} as const;

export interface GivenContext {
    readonly branch?: string | undefined;
    readonly tag?: string | undefined;
    readonly trigger?: TriggerType | undefined;
}

/** What of a run's context the flags name; throws UsageError. */
export function readContext(line: CommandLine, command: string): GivenContext {
    const given = line.text("trigger");
    const trigger = TriggerType.optional().safeParse(given);
    if (!trigger.success) {
        throw new UsageError(`${command}: --trigger is one of ${TriggerType.options.join(", ")}`);
    }
    const tag = line.text("tag");
    const branch = line.text("branch");
    for (const ref of [tag, branch]) {
        if (ref !== undefined && !GitRef.safeParse(ref).success) {
            throw new UsageError(`${command}: ${ref} is no name of a branch or tag`);
        }
    }
    return { branch, tag, trigger: trigger.data };
}
