import type { LocalPorts } from "../../backend/cli/local-ports.ts";

const never = () => Promise.reject(new Error("never"));

/** For commands that run nothing on this machine. */
export const noLocalRuns: LocalPorts = {
    describeWorkingCopy: never,
    openJobs: never,
    onInterrupt: () => () => undefined,
    isTerminal: false,
};
