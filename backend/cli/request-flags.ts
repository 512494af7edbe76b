import { invalidInput } from "../../common/invalid-input.ts";
import { DeploymentRequest } from "../../common/schema/deployment.ts";
import { UsageError, type CommandLine } from "./command.ts";

/** The flags that name a commit of a stack's repository. */
export const requestFlags = {
    branch: { type: "string", help: "Branch (the repository's)" },
    tag: { type: "string", help: "Tag" },
    commit: { type: "string", help: "Commit (the newest)" },
} as const;

/** What to deploy, of the flags; throws UsageError. */
export function readRequest(line: CommandLine): DeploymentRequest {
    const given = { branch: line.text("branch"), tag: line.text("tag"), commit: line.text("commit") };
    const request = DeploymentRequest.safeParse(given);
    if (!request.success) {
        throw new UsageError(invalidInput(request.error).message);
    }
    return request.data;
}
