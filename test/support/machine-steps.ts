import type { MachineSteps } from "../../backend/cicd/services/machine-steps.ts";

const unused = async (): Promise<never> => Promise.reject(new Error("not to be called"));

/** This machine, on which nothing is expected to be done but what a test puts in place. */
export const stepsHere: MachineSteps = {
    id: "local",
    name: "this machine",
    isRemote: false,
    hold: async () => ({ lost: new AbortController().signal, release: async () => undefined }),
    releaseOn: (release) => release,
    plan: unused,
    apply: unused,
    verify: unused,
    waitForEngine: async () => undefined,
    stopStack: unused,
    endOrphans: async () => undefined,
    snapshot: unused,
};
